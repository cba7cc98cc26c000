// SPDX-License-Identifier: Apache-2.0
// Events into rv_hybrid_core: axon decode, FIFO, and the operation at hand, which stays until the next one is taken, one
// cycle after its last word was read. While a tick waits no event gets in, so that a steady stream cannot starve it.
module rv_hybrid_events #(
  parameter int unsigned TokenW    = 6,
  parameter int unsigned FifoDepth = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               element_i,       // tile mode, see rv_axon_decode
  input  logic               key_to_row_i,
  input  logic [63:0]        gain_i,
  input  logic               table_write_i,
  input  logic [8:0]         table_addr_i,
  input  logic [27:0]        table_data_i,
  input  logic               hold_i,          // a tick waits, or a config word is written
  input  logic               evt_valid_i,
  output logic               evt_ready_o,
  input  logic [2:0]         evt_port_i,
  input  logic [7:0]         evt_token_i,
  input  logic [7:0]         evt_channel_i,
  input  logic signed [23:0] evt_payload_i,
  output logic               waiting_o,       // events that are not taken yet
  output logic               overflow_o,
  // The operation that is next.
  output logic               valid_o,
  input  logic               take_i,
  output logic               next_row_o,
  output logic               next_column_o,
  output logic [TokenW-1:0]  next_token_o,
  output logic [3:0]         next_group_o,
  output logic [3:0]         next_words_o,    // - 1
  // The one at hand.
  output logic               row_o,           // kind, one of three
  output logic               column_o,
  output logic               element_o,
  output logic [7:0]         operand_row_o,
  output logic [7:0]         code_o,
  output logic [3:0]         lane_o,
  output logic signed [23:0] payload_o
);

  localparam int unsigned OpW = 54 + TokenW;
  localparam logic [1:0] OpRow = 2'd0, OpColumn = 2'd1, OpElement = 2'd2;

  logic               decode_ready, decode_valid, fifo_ready;
  logic [OpW-1:0]     decoded, fifo_data;
  logic [1:0]         next_kind;
  logic [7:0]         next_row, next_code, next_output;
  logic signed [23:0] next_payload;

  assign evt_ready_o = decode_ready && !hold_i;
  assign waiting_o   = decode_valid || valid_o;

  rv_axon_decode #(
    .TokenW(TokenW)
  ) u_decode (
    .clk_i,
    .rst_ni,
    .element_i,
    .key_to_row_i,
    .gain_i,
    .table_write_i,
    .table_addr_i,
    .table_data_i,
    .valid_i   (evt_valid_i && !hold_i),
    .ready_o   (decode_ready),
    .port_i    (evt_port_i),
    .token_i   (evt_token_i),
    .channel_i (evt_channel_i),
    .payload_i (evt_payload_i),
    .valid_o   (decode_valid),
    .ready_i   (fifo_ready),
    .op_o      (decoded),
    .overflow_o
  );
  rv_event_fifo #(
    .Depth(FifoDepth),
    .Width(OpW)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .valid_i(decode_valid),
    .ready_o(fifo_ready),
    .data_i (decoded),
    .valid_o,
    .ready_i(take_i),
    .data_o (fifo_data)
  );

  assign {next_kind, next_token_o, next_row, next_code, next_output, next_words_o, next_payload} = fifo_data;
  assign next_row_o    = next_kind == OpRow;
  assign next_column_o = next_kind == OpColumn;
  assign next_group_o  = next_output[7:4];

  always_ff @(posedge clk_i) begin
    if (take_i && valid_o) begin
      row_o         <= next_row_o;
      column_o      <= next_column_o;
      element_o     <= next_kind == OpElement;
      operand_row_o <= next_row;
      code_o        <= next_code;
      lane_o        <= next_output[3:0];
      payload_o     <= next_payload;
    end
    if (rst_ni) begin
      cover (decode_valid && !fifo_ready);  // the queue is full
      cover (hold_i && evt_valid_i);        // an event is held off
    end
  end

endmodule
