// SPDX-License-Identifier: Apache-2.0
// Accumulate lanes: adds weight * payload, or a partial sum, to the upper 24 bits of each 32-bit state word; one addition a
// lane does it, and the lower 8 bits pass through. All lanes are one block under one condition, so that a simulator skips
// them while nothing is accumulated.
module rv_accumulate #(
  parameter int unsigned Lanes      = 16,
  parameter int unsigned WeightBits = 9,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic                        enable_i,
  input  logic                        direct_i,   // the payload itself to lane `lane_i`; else weight times payload to all
  input  logic [LaneW-1:0]            lane_i,
  input  logic signed [23:0]          payload_i,  // 9 bits wide unless direct
  input  logic [Lanes*32-1:0]         state_i,
  input  logic [Lanes*WeightBits-1:0] weight_i,
  output logic [Lanes*32-1:0]         state_o,
  output logic                        overflow_o  // a sum left 24 bits; it wraps
);

  always_comb begin
    logic signed [31:0] factor, weight, state, sum, addend;
    logic [31:0] outside;  // bit 31: some sum has left 24 bits
    outside = '0;
    state_o = '0;
    factor  = '0;
    weight  = '0;
    state   = '0;
    sum     = '0;
    addend  = '0;
    if (enable_i) begin
      if (direct_i) begin
        state_o = state_i;
        state   = state_i[32'(lane_i)*32+:32];
        addend  = {payload_i, 8'b0};
        sum     = state + addend;
        outside = ~(state ^ addend) & (state ^ sum);
        state_o[32'(lane_i)*32+:32] = sum;
      end else begin
        factor = 32'($signed({payload_i[8:0], 8'b0}));
        for (int unsigned i = 0; i < Lanes; i++) begin
          weight  = 32'($signed(weight_i[i*WeightBits+:WeightBits]));
          state   = state_i[i*32+:32];
          addend  = weight * factor;
          sum     = state + addend;
          outside = outside | (~(state ^ addend) & (state ^ sum));
          state_o[i*32+:32] = sum;
        end
      end
    end
    overflow_o = outside[31];
  end

endmodule
