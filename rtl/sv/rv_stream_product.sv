// SPDX-License-Identifier: Apache-2.0
// What goes back into the memories of rv_hybrid_core one cycle behind the reads of an operation: sums, and, for products
// of two event streams, the codes that have arrived on either stream (docs/explanation/integer-units.md 4): a row event
// meets the operands of the other stream and adds itself to the input codes, a column event the other way round.
module rv_stream_product #(
  parameter int unsigned Lanes = 16
) (
  input  logic                valid_i,      // a word of an operation was read in the last cycle
  input  logic                first_i,      // the first one of it
  input  logic                row_i,        // kind of the operation, one of three
  input  logic                column_i,
  input  logic                element_i,
  input  logic                keeps_i,      // tile mode: row events leave their code
  input  logic                dense_i,      // tile mode: row and column events leave their code and nothing else
  input  logic [3:0]          lane_i,
  input  logic signed [23:0]  payload_i,
  input  logic                product_i,    // dense product instead: the input code times a word of operands
  input  logic                start_i,      // the first one of a word: the sum comes from memory
  input  logic [Lanes*9-1:0]  operand_i,
  input  logic [Lanes*32-1:0] sum_i,
  input  logic [Lanes*32-1:0] work_i,       // sums of the dense word at hand
  input  logic [8:0]          input_i,
  output logic [Lanes*32-1:0] sum_o,
  output logic                sum_write_o,
  output logic [Lanes*9-1:0]  operand_o,
  output logic                operand_write_o,
  output logic [8:0]          input_o,
  output logic                input_write_o,
  output logic                overflow_o
);

  logic              mac_overflow;
  logic signed [9:0] input_sum, operand_sum;

  rv_mac_lanes #(
    .Lanes(Lanes)
  ) u_mac (
    .enable_i  (sum_write_o || product_i),
    .element_i (element_i && !product_i),
    .column_i  (column_i && !product_i),
    .lane_i,
    .addend_i  (payload_i),
    .scalar_i  (product_i ? input_i : payload_i[8:0]),
    .factor_i  (input_i),
    .operand_i,
    .continue_i(product_i && !start_i),
    .sum_i,
    .work_i,
    .sum_o,
    .overflow_o(mac_overflow)
  );

  assign sum_write_o     = valid_i && (element_i || !dense_i);
  assign operand_write_o = valid_i && first_i && column_i;
  assign input_write_o   = valid_i && first_i && row_i && keeps_i;

  always_comb begin
    input_sum   = 10'($signed(input_i)) + 10'($signed(payload_i[8:0]));
    input_o     = input_sum[8:0];
    operand_o   = operand_i;
    operand_sum = '0;
    if (operand_write_o) begin
      operand_sum = 10'($signed(operand_i[9*lane_i+:9])) + 10'($signed(payload_i[8:0]));
      operand_o[9*lane_i+:9] = operand_sum[8:0];
    end
    overflow_o = mac_overflow || (input_write_o && input_sum[9] != input_sum[8]) ||
                 (operand_write_o && operand_sum[9] != operand_sum[8]);
  end

endmodule
