// SPDX-License-Identifier: Apache-2.0
// Accumulate lanes: adds weight * payload, or a partial sum, to the low 24 bits of each 32-bit state word. All lanes are
// one block under one condition, so that a simulator skips them while nothing is accumulated.
module rv_accumulate #(
  parameter int unsigned Lanes      = 16,
  parameter int unsigned WeightBits = 9,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic                        enable_i,
  input  logic                        direct_i,   // the payload itself to lane `lane_i`; else weight times payload to all
  input  logic [LaneW-1:0]            lane_i,
  input  logic signed [23:0]          payload_i,  // 9 bits wide unless direct
  input  logic [Lanes*32-1:0]         state_i,    // bits 31..24 of a word pass through
  input  logic [Lanes*WeightBits-1:0] weight_i,
  output logic [Lanes*32-1:0]         state_o,
  output logic                        overflow_o  // a sum left 24 bits; it wraps
);

  always_comb begin
    logic signed [31:0] factor, weight, sum;
    logic [31:0] outside;  // bits 31..24: set by a lane whose sum + 2^23 is not within 0..2^24 - 1
    outside = '0;
    state_o = state_i;
    factor  = 32'(payload_i);
    weight  = '0;
    sum     = '0;
    if (enable_i) begin
      if (direct_i) begin
        sum     = 32'($signed(state_i[32'(lane_i)*32+:24])) + factor;
        outside = sum + 32'sh0080_0000;
        state_o[32'(lane_i)*32+:24] = sum[23:0];
      end else begin
        factor = 32'($signed(payload_i[8:0]));
        for (int unsigned i = 0; i < Lanes; i++) begin
          weight  = 32'($signed(weight_i[i*WeightBits+:WeightBits]));
          sum     = 32'($signed(state_i[i*32+:24])) + weight * factor;
          outside = outside | (sum + 32'sh0080_0000);
          state_o[i*32+:32] = {state_i[i*32+24+:8], sum[23:0]};
        end
      end
    end
    overflow_o = outside[31:24] != '0;
  end

endmodule
