// SPDX-License-Identifier: Apache-2.0
// Membranes of IF, LIF and CUBA neurons, one step in every lane: v decays, truncated toward zero, takes its input and bias,
// saturates at +-(2^31 - 1) and fires strictly above the threshold. After a spike it is 0 or less by the threshold, and
// is held, blind to its input, for the refractory steps.
module rv_neuron_lif #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic                current_kind_i,  // input is the current; else the sum that arrived
  input  logic                subtract_i,      // reset by subtraction
  input  logic [12:0]         decay_i,         // of 4096, taken off v in a step
  input  logic [7:0]          refractory_i,    // steps
  input  logic [Lanes*32-1:0] state_i,         // {sum 24 signed, steps still held 8}
  input  logic [Lanes*32-1:0] current_i,
  input  logic [Lanes*32-1:0] membrane_i,      // v
  input  logic [Lanes*32-1:0] threshold_i,     // not negative
  input  logic [Lanes*32-1:0] bias_i,
  output logic [Lanes*32-1:0] state_o,         // sums are taken: 0
  output logic [Lanes*32-1:0] membrane_o,
  output logic [Lanes-1:0]    fires_o,
  output logic                saturated_o
);

  localparam logic signed [63:0] Most = 64'sh7fff_ffff;

  always_comb begin
    logic signed [63:0] product, next, keep;
    logic signed [31:0] arrived, threshold;
    logic [7:0] held;
    state_o     = '0;
    membrane_o  = '0;
    fires_o     = '0;
    saturated_o = 1'b0;
    product     = '0;
    next        = '0;
    arrived     = '0;
    threshold   = '0;
    held        = '0;
    keep        = 64'sd4096 - 64'(decay_i);
    if (enable_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        held      = state_i[i*32+:8];
        threshold = threshold_i[i*32+:32];
        arrived   = current_kind_i ? current_i[i*32+:32] : 32'($signed(state_i[i*32+8+:24]));
        if (held != '0) begin
          held = held - 8'd1;
          membrane_o[i*32+:32] = membrane_i[i*32+:32];
        end else begin
          product = 64'($signed(membrane_i[i*32+:32])) * keep;
          if (product < 0) product = product + 64'sd4095;
          next = (product >>> 12) + 64'(arrived) + 64'($signed(bias_i[i*32+:32]));
          if (next > Most || next < -Most) begin
            saturated_o = 1'b1;
            next        = (next < 0) ? -Most : Most;
          end
          if (next > 64'(threshold)) begin
            fires_o[i] = 1'b1;
            next       = subtract_i ? next - 64'(threshold) : '0;
            held       = refractory_i;
          end
          membrane_o[i*32+:32] = next[31:0];
        end
        state_o[i*32+:32] = {24'b0, held};
      end
    end
  end

endmodule
