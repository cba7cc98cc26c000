// SPDX-License-Identifier: Apache-2.0
// Memories of rv_hybrid_core and what adds up in them. An operation reads a word a cycle and writes it back, changed, in
// the next one; a dense product reads a word of operands a cycle and adds to the word that fires.
module rv_hybrid_accumulate #(
  parameter int unsigned TokenW = 6,
  parameter int unsigned Lanes  = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  // Config port, see rv_hybrid_memory.
  input  logic                cfg_write_i,
  input  logic                cfg_read_i,
  input  logic [2:0]          cfg_select_i,
  input  logic [13:0]         cfg_addr_i,
  input  logic [511:0]        cfg_wdata_i,
  output logic                cfg_rvalid_o,
  output logic [511:0]        cfg_rdata_o,
  // Tile mode.
  input  logic                keeps_i,        // row events leave their code
  input  logic                dense_mode_i,   // row and column events leave their code and nothing else
  // The operation at hand, see rv_hybrid_events.
  input  logic                row_i,
  input  logic                column_i,
  input  logic                element_i,
  input  logic [7:0]          row_addr_i,
  input  logic [7:0]          code_addr_i,
  input  logic [3:0]          lane_i,
  input  logic signed [23:0]  payload_i,
  // Steps, see rv_hybrid_sequencer.
  input  logic                accumulate_i,
  input  logic                pass_read_i,
  input  logic                pass_i,
  input  logic                read_i,
  input  logic                map_value_i,
  input  logic                dense_i,
  input  logic                store_i,        // the dense sums of a word are complete and go to memory: its map reads them there
  input  logic                anew_i,         // dense sums start at zero, not at what memory has
  input  logic [TokenW-1:0]   token_i,
  input  logic [3:0]          group_i,
  input  logic [3:0]          read_group_i,
  input  logic [7:0]          value_i,
  input  logic                word_full_i,
  input  logic [7:0]          dense_row_i,    // of the row's first input
  input  logic [7:0]          dense_code_i,
  // The word that fires, see rv_hybrid_fire.
  output logic [Lanes*32-1:0] sum_o,
  output logic [Lanes*24-1:0] code_o,
  output logic [Lanes*24-1:0] threshold_o,
  output logic [63:0]         parameter_o,    // bias, gain of LayerNorm
  input  logic                code_write_i,
  input  logic [Lanes*24-1:0] code_i,
  output logic                dense_valid_o,  // work_o is its dense sum
  input  logic [Lanes*32-1:0] work_i,         // its dense sum so far
  output logic [Lanes*32-1:0] work_o,
  output logic                valid_o,        // the last word of an operation is yet to be written
  output logic                overflow_o
);

  logic [11:0]         operand_raddr;
  logic [TokenW+7:0]   input_raddr;
  logic [Lanes*9-1:0]  operand, operand_wdata;
  logic [8:0]          input_rdata, input_wdata;
  logic                operand_write, sum_write, input_write;
  logic                first_q, op_first;  // the word, read in the last cycle, is the operation's first
  logic [TokenW-1:0]   token_q;
  logic [3:0]          group_q;
  logic                dense_first_q;

  assign parameter_o = operand[63:0];
  assign op_first = !valid_o;  // during an operation: a cycle lies between two operations

  always_comb begin
    if (map_value_i) operand_raddr = {value_i, 4'd0};  // gain and bias of LayerNorm
    else if (dense_i) operand_raddr = {dense_row_i + value_i, group_i};
    else operand_raddr = {row_addr_i, group_i};
    input_raddr = {token_i, (dense_i) ? dense_code_i + value_i : code_addr_i};
  end

  rv_hybrid_memory #(
    .TokenW(TokenW),
    .Lanes (Lanes)
  ) u_memory (
    .clk_i,
    .rst_ni,
    .cfg_write_i,
    .cfg_read_i,
    .cfg_select_i,
    .cfg_addr_i,
    .cfg_wdata_i,
    .cfg_rvalid_o,
    .cfg_rdata_o,
    .operand_read_i ((accumulate_i && (row_i || op_first)) || dense_i || map_value_i),
    .operand_raddr_i(operand_raddr),
    .operand_o      (operand),
    .operand_write_i(operand_write),
    .operand_waddr_i({row_addr_i, group_q}),
    .operand_i      (operand_wdata),
    .sum_read_i     ((accumulate_i && (element_i || !dense_mode_i)) || pass_read_i || (pass_i && word_full_i) || read_i),
    .code_read_i    (read_i),
    .word_raddr_i   ({token_i, read_group_i}),
    .sum_o,
    .code_o,
    .threshold_o,
    .sum_write_i    (sum_write || store_i),
    .sum_waddr_i    ({token_q, group_q}),
    .sum_i          (work_o),
    .code_write_i,
    .code_waddr_i   ({token_i, group_i}),
    .code_i,
    .input_read_i   ((accumulate_i && (column_i || (keeps_i && op_first))) || dense_i),
    .input_raddr_i  (input_raddr),
    .input_o        (input_rdata),
    .input_write_i  (input_write),
    .input_waddr_i  ({token_q, code_addr_i}),
    .input_i        (input_wdata)
  );

  rv_stream_product #(
    .Lanes (Lanes)
  ) u_product (
    .valid_i        (valid_o),
    .first_i        (first_q),
    .row_i,
    .column_i,
    .element_i,
    .keeps_i,
    .dense_i        (dense_mode_i),
    .lane_i,
    .payload_i,
    .product_i      (dense_valid_o),
    .start_i        (dense_first_q),
    .operand_i      (operand),
    .sum_i          (sum_o),
    .work_i,
    .input_i        (input_rdata),
    .sum_o          (work_o),
    .sum_write_o    (sum_write),
    .operand_o      (operand_wdata),
    .operand_write_o(operand_write),
    .input_o        (input_wdata),
    .input_write_o  (input_write),
    .overflow_o
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o       <= 1'b0;
      dense_valid_o <= 1'b0;
    end else begin
      valid_o       <= accumulate_i;
      dense_valid_o <= dense_i;
    end
    first_q       <= op_first;
    token_q       <= token_i;
    group_q       <= group_i;
    dense_first_q <= value_i == '0 && !anew_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(valid_o && dense_valid_o));
      cover (dense_valid_o && !dense_first_q);
    end
  end

endmodule
