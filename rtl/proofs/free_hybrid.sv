// SPDX-License-Identifier: Apache-2.0
// What rv_hybrid_core computes with, for proofs: any result, and lanes change as they like. A code that changes does so in its
// lowest bit: with all 24 the proof that a payload holds does not end.
module rv_encode_lanes #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                setup_i,
  input  logic                step_i,
  input  logic                last_i,
  input  logic [3:0]          shift_i,
  input  logic                difference_i,
  input  logic signed [9:0]   lo_i,
  input  logic signed [9:0]   hi_i,
  input  logic [Lanes*32-1:0] f_i,
  input  logic [Lanes*24-1:0] code_i,
  input  logic [Lanes*24-1:0] threshold_i,
  output logic [Lanes-1:0]    changed_o,
  output logic [Lanes*32-1:0] code_o,
  output logic                overflow_o
);
  (* anyseq *) logic [Lanes-1:0] any;
  (* anyseq *) logic any_overflow;
  logic [Lanes-1:0] flips_q;
  always_ff @(posedge clk_i) if (last_i) flips_q <= any;
  assign changed_o = last_i ? any : '0;
  always_comb for (int unsigned i = 0; i < Lanes; i++) code_o[i*32+:32] = {8'd0, code_i[i*24+1+:23], code_i[i*24] ^ flips_q[i]};
  assign overflow_o = any_overflow;
endmodule

module rv_amd_map #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic [2:0]          map_i,
  input  logic [31:0]         first_code_i,
  input  logic [31:0]         scale_i,
  input  logic [61:0]         epsilon_i,
  input  logic                table_write_i,
  input  logic [8:0]          table_addr_i,
  input  logic [23:0]         table_data_i,
  input  logic                pass_i,
  input  logic                map_value_i,
  input  logic                second_i,
  input  logic                first_i,
  input  logic                last_i,
  input  logic signed [31:0]  x_i,
  input  logic [95:0]         sums_i,
  input  logic [63:0]         parameter_i,
  output logic signed [31:0]  y_o,
  output logic signed [25:0]  row_sum_o,
  output logic [39:0]         row_squares_o,
  input  logic                divide_i,
  input  logic                divide_first_i,
  input  logic [Lanes*32-1:0] f_i,
  output logic [Lanes*32-1:0] quotient_o,
  output logic                overflow_o
);
  (* anyseq *) logic [Lanes*32+98:0] any;
  assign {y_o, row_sum_o, row_squares_o, quotient_o, overflow_o} = any;
endmodule

module rv_mac_lanes #(
  parameter int unsigned Lanes = 16
) (
  input  logic                      enable_i,
  input  logic                      element_i,
  input  logic                      column_i,
  input  logic [$clog2(Lanes)-1:0]  lane_i,
  input  logic signed [23:0]        addend_i,
  input  logic signed [8:0]         scalar_i,
  input  logic signed [8:0]         factor_i,
  input  logic [Lanes*9-1:0]        operand_i,
  input  logic                      continue_i,
  input  logic [Lanes*32-1:0]       sum_i,
  input  logic [Lanes*32-1:0]       work_i,
  output logic [Lanes*32-1:0]       sum_o,
  output logic                      overflow_o
);
  (* anyseq *) logic [Lanes*32:0] any;
  assign {sum_o, overflow_o} = any;
endmodule
