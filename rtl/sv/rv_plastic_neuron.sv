// SPDX-License-Identifier: Apache-2.0
// One word of leaky integrate-and-fire neurons with post traces: what a step makes of {trace, potential} in every lane.
// A neuron fires above its threshold, strictly; potentials and traces decay by shifts, rounding toward zero.
module rv_plastic_neuron #(
  parameter int unsigned Lanes = 16
) (
  input  logic                active_i,     // else state_o is state_i and nothing fires
  input  logic [Lanes*40-1:0] state_i,      // per lane: trace, 16 bits, and potential, 24 bits, signed
  input  logic [Lanes*24-1:0] threshold_i,  // not negative
  input  logic                subtract_i,   // the threshold is taken off a potential that fires; else it becomes 0
  input  logic                leaky_i,
  input  logic [3:0]          leak_i,       // V loses a 2^leak-th
  input  logic                nearest_i,    // a spike sets the trace to the bump; else it adds it
  input  logic [15:0]         bump_i,
  input  logic [3:0]          decay_i,      // the trace loses a 2^decay-th
  output logic [Lanes*40-1:0] state_o,
  output logic [Lanes-1:0]    fired_o
);

  always_comb begin
    logic signed [23:0] v, threshold;
    logic [23:0] size, lost;
    logic [16:0] trace;
    logic [15:0] kept;
    logic [24:0] rounded;
    state_o   = state_i;
    fired_o   = '0;
    v         = '0;
    threshold = '0;
    size      = '0;
    lost      = '0;
    trace     = '0;
    kept      = '0;
    rounded   = '0;
    if (active_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        v         = $signed(state_i[i*40+:24]);
        trace     = {1'b0, state_i[i*40+24+:16]};
        threshold = $signed(threshold_i[i*24+:24]);
        if (v > threshold) begin
          fired_o[i] = 1'b1;
          v          = subtract_i ? v - threshold : '0;
          trace      = nearest_i ? {1'b0, bump_i} : trace + {1'b0, bump_i};
          if (trace[16]) trace = 17'h0ffff;
        end
        if (leaky_i) begin
          size    = v < 0 ? -v : v;
          rounded = {1'b0, size} + (25'd1 << leak_i) - 25'd1;
          lost    = 24'(rounded >> leak_i);
          v       = v < 0 ? -$signed(size - lost) : $signed(size - lost);
        end
        kept = trace[15:0] - 16'((trace + (17'd1 << decay_i) - 17'd1) >> decay_i);
        state_o[i*40+:40] = {kept, v};
      end
    end
  end

endmodule
