// SPDX-License-Identifier: Apache-2.0
// Synaptic currents of Loihi's integer CUBA neuron (docs/explanation/integer-units.md 7): u decays, truncated toward zero, and
// takes 2^shift times the sum of the weights that arrived; it saturates at +-(2^31 - 1). What it drives is rv_neuron_lif.
module rv_neuron_cuba #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic [12:0]         decay_i,     // of 4096, taken off u in a step
  input  logic [4:0]          shift_i,
  input  logic [Lanes*32-1:0] state_i,     // bits 31..8: the sum, signed
  input  logic [Lanes*32-1:0] current_i,   // u
  output logic [Lanes*32-1:0] current_o,
  output logic                saturated_o
);

  localparam logic signed [63:0] Most = 64'sh7fff_ffff;

  always_comb begin
    logic signed [63:0] product, next;
    logic signed [63:0] keep;
    current_o   = '0;
    saturated_o = 1'b0;
    product     = '0;
    next        = '0;
    keep        = 64'sd4096 - 64'(decay_i);
    if (enable_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        product = 64'($signed(current_i[i*32+:32])) * keep;
        if (product < 0) product = product + 64'sd4095;  // toward zero
        next = (product >>> 12) + (64'($signed(state_i[i*32+8+:24])) <<< shift_i);
        if (next > Most || next < -Most) begin
          saturated_o = 1'b1;
          next        = (next < 0) ? -Most : Most;
        end
        current_o[i*32+:32] = next[31:0];
      end
    end
  end

endmodule
