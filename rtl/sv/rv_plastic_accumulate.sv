// SPDX-License-Identifier: Apache-2.0
// What an event makes of the potentials of one word: the whole part of every lane's weight is added, or, direct, the
// payload to one lane. Potentials saturate.
module rv_plastic_accumulate #(
  parameter int unsigned Lanes = 16,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic                active_i,     // else state_o is state_i
  input  logic                direct_i,
  input  logic [LaneW-1:0]    lane_i,       // direct: the one
  input  logic signed [23:0]  payload_i,
  input  logic [Lanes*40-1:0] state_i,      // per lane: trace, 16 bits, and potential, 24 bits, signed
  input  logic [Lanes*16-1:0] weight_i,     // in 1/256
  output logic [Lanes*40-1:0] state_o,
  output logic [Lanes*16-1:0] trace_o,      // of the lanes, for the weights
  output logic [Lanes-1:0]    saturates_o
);

  always_comb begin
    logic signed [24:0] addend, sum;
    state_o     = state_i;
    trace_o     = '0;
    saturates_o = '0;
    addend      = '0;
    sum         = '0;
    if (active_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        trace_o[i*16+:16] = state_i[i*40+24+:16];
        if (!direct_i) addend = 25'($signed(weight_i[i*16+8+:8]));
        else if (lane_i == LaneW'(i)) addend = 25'(payload_i);
        else addend = '0;
        sum = 25'($signed(state_i[i*40+:24])) + addend;
        saturates_o[i]    = sum[24] != sum[23];
        state_o[i*40+:24] = saturates_o[i] ? {sum[24], {23{!sum[24]}}} : sum[23:0];
      end
    end
  end

endmodule
