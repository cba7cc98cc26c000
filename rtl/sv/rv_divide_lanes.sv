// SPDX-License-Identifier: Apache-2.0
// floor(e 2^16 / divisor) of all lanes at once, one quotient bit a cycle: 17 steps, the first of which takes the
// dividends. e <= divisor, so that the quotient has 17 bits.
module rv_divide_lanes #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                step_i,
  input  logic                first_i,
  input  logic [Lanes*32-1:0] dividend_i,  // 16 bits of each lane
  input  logic [23:0]         divisor_i,
  output logic [Lanes*32-1:0] quotient_o
);

  logic [Lanes*32-1:0] rest_q, quotient_q;

  // In one block, so that a simulator does nothing here between divisions.
  always_ff @(posedge clk_i) begin
    if (step_i) begin
      logic [24:0] rest, less;
      logic [Lanes*32-1:0] rests, quotients;
      for (int unsigned i = 0; i < Lanes; i++) begin
        rest = first_i ? {9'd0, dividend_i[i*32+:16]} : rest_q[i*32+:25];
        less = rest - {1'b0, divisor_i};
        quotients[i*32+:32] = {first_i ? 31'd0 : quotient_q[i*32+:31], rest >= {1'b0, divisor_i}};
        rests[i*32+:32]     = 32'({(rest >= {1'b0, divisor_i}) ? less : rest, 1'b0});
      end
      rest_q     <= rests;
      quotient_q <= quotients;
    end
  end

  assign quotient_o = quotient_q;

endmodule
