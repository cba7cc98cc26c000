// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulate lanes of rv_hybrid_core: 9-bit operands, 32-bit sums. Spiking events and dense mode share them; an
// element operation adds its payload to one lane and multiplies nothing.
module rv_mac_lanes #(
  parameter int unsigned Lanes = 16
) (
  input  logic                      enable_i,   // else the outputs are 0, and a simulator computes nothing
  input  logic                      element_i,  // lane_i alone gets addend_i
  input  logic                      column_i,   // lane_i alone gets scalar_i * factor_i
  input  logic [$clog2(Lanes)-1:0]  lane_i,
  input  logic signed [23:0]        addend_i,
  input  logic signed [8:0]         scalar_i,   // of all lanes
  input  logic signed [8:0]         factor_i,
  input  logic [Lanes*9-1:0]        operand_i,
  input  logic                      continue_i, // on work_i, else on sum_i
  input  logic [Lanes*32-1:0]       sum_i,
  input  logic [Lanes*32-1:0]       work_i,
  output logic [Lanes*32-1:0]       sum_o,
  output logic                      overflow_o
);

  logic [Lanes-1:0] overflow;

  always_comb begin
    logic signed [17:0] product;
    logic signed [32:0] sum;
    sum_o    = '0;
    overflow = '0;
    product  = '0;
    sum      = '0;
    if (enable_i) begin
      if (element_i || column_i) begin
        sum_o = sum_i;
        product = scalar_i * factor_i;
        sum = 33'($signed(sum_i[32*lane_i+:32])) + (element_i ? 33'(addend_i) : 33'(product));
        sum_o[32*lane_i+:32] = sum[31:0];
        overflow[0] = sum[32] != sum[31];
      end else begin
        for (int unsigned i = 0; i < Lanes; i++) begin
          product          = scalar_i * $signed(operand_i[i*9+:9]);
          sum              = 33'($signed(continue_i ? work_i[i*32+:32] : sum_i[i*32+:32])) + 33'(product);
          sum_o[i*32+:32]  = sum[31:0];
          overflow[i]      = sum[32] != sum[31];
        end
      end
    end
  end

  assign overflow_o = |overflow;

endmodule
