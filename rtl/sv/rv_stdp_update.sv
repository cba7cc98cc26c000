// SPDX-License-Identifier: Apache-2.0
// Pair-based STDP on one word of weights: w - (gain * post trace >> shift), not below the bound, when a spike arrives
// (depress); w + (gain * pre trace >> shift), not above it, when neurons of the word have fired (potentiate).
// docs/explanation/plasticity.md has the rule.
module rv_stdp_update #(
  parameter int unsigned Lanes = 16
) (
  input  logic                active_i,      // else weight_o is weight_i
  input  logic                potentiate_i,
  input  logic [Lanes-1:0]    fired_i,       // potentiate: the lanes to change; depress changes all
  input  logic [Lanes*16-1:0] weight_i,
  input  logic [Lanes*16-1:0] post_i,        // traces of the lanes
  input  logic [15:0]         pre_i,         // trace of the axon
  input  logic [7:0]          gain_i,
  input  logic [4:0]          shift_i,
  input  logic signed [15:0]  bound_i,
  output logic [Lanes*16-1:0] weight_o
);

  always_comb begin
    logic [23:0] change;
    logic signed [25:0] weight, sum;
    weight_o = weight_i;
    change   = '0;
    weight   = '0;
    sum      = '0;
    if (active_i && potentiate_i) begin
      change = (24'(gain_i) * 24'(pre_i)) >> shift_i;
      for (int unsigned i = 0; i < Lanes; i++) begin
        weight = 26'($signed(weight_i[i*16+:16]));
        sum    = weight + $signed({2'b0, change});
        if (fired_i[i]) weight_o[i*16+:16] = sum > 26'(bound_i) ? bound_i : sum[15:0];
      end
    end else if (active_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        change = (24'(gain_i) * 24'(post_i[i*16+:16])) >> shift_i;
        weight = 26'($signed(weight_i[i*16+:16]));
        sum    = weight - $signed({2'b0, change});
        weight_o[i*16+:16] = sum < 26'(bound_i) ? bound_i : sum[15:0];
      end
    end
  end

endmodule
