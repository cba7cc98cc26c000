// SPDX-License-Identifier: Apache-2.0
// Axon decode of rv_hybrid_core, one event a cycle: an event's port and channel become an operation on memory addresses.
// Row: payload times a row of operands goes to a token's sums. Column: payload times the codes of all tokens goes to one
// output. Element: the payload itself, times the gain of its port, goes to one output of a token.
module rv_axon_decode #(
  parameter int unsigned TokenW = 6,  // of the tile's tokens; a key may number 256
  localparam int unsigned OpW = 2 + TokenW + 8 + 8 + 8 + 4 + 24
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               element_i,     // tile mode: all events are element events
  input  logic               key_to_row_i,  // a column event's key counts rows (mix), else outputs (scores)
  input  logic [63:0]        gain_i,        // 16 bits a port, unsigned
  // Table {port 1, channel}: groups - 1 (4 bits), output (8), code (8), row (8).
  input  logic               table_write_i,
  input  logic [8:0]         table_addr_i,
  input  logic [27:0]        table_data_i,
  // Events in. Port 7 is direct: an element event without a gain.
  input  logic               valid_i,
  output logic               ready_o,
  input  logic [2:0]         port_i,
  input  logic [7:0]         token_i,
  input  logic [7:0]         channel_i,
  input  logic signed [23:0] payload_i,
  // Operations out: kind (0 row, 1 column, 2 element), token, row, code, output, groups - 1, payload.
  output logic               valid_o,
  input  logic               ready_i,
  output logic [OpW-1:0]     op_o,
  output logic               overflow_o     // a product with a gain left 24 bits
);

  localparam logic [2:0] Direct = 3'd7;

  logic               valid_q;
  logic [2:0]         port_q;
  logic [7:0]         token_q, channel_q;
  logic signed [23:0] payload_q;
  logic [27:0]        entry;
  logic               accepts;

  assign ready_o = !valid_q || ready_i;
  assign accepts = valid_i && ready_o;
  assign valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (ready_o) valid_q <= valid_i;
    if (accepts) begin
      port_q    <= port_i;
      token_q   <= token_i;
      channel_q <= channel_i;
      payload_q <= payload_i;
    end
  end

  rv_sram_1r1w #(
    .Depth(512),
    .Width(28)
  ) u_table (
    .clk_i,
    .read_i      (accepts),
    .read_addr_i ({port_i[0], channel_i}),
    .read_data_o (entry),
    .write_i     (table_write_i),
    .write_addr_i(table_addr_i),
    .write_data_i(table_data_i)
  );

  logic signed [40:0] product;
  logic [1:0]         kind;
  logic [7:0]         row, code, out;

  always_comb begin
    product    = 41'(payload_q);
    kind       = 2'd0;
    row        = entry[7:0];
    code       = entry[15:8];
    out        = entry[23:16];
    overflow_o = 1'b0;
    if (element_i || port_q == Direct) begin
      kind = 2'd2;
      out  = channel_q;
      if (port_q != Direct) begin
        product    = payload_q * $signed({1'b0, gain_i[{port_q[1:0], 4'd0}+:16]});
        overflow_o = valid_q && product[40:23] != {18{product[23]}};
      end
    end else if (port_q[0]) begin
      kind = 2'd1;
      if (key_to_row_i) begin
        row  = entry[7:0] + token_q;
        code = entry[15:8] + token_q;
      end else begin
        out = entry[23:16] + token_q;
      end
    end
    op_o = {kind, token_q[TokenW-1:0], row, code, out, entry[27:24], product[23:0]};
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_q) begin
      assert (port_q == Direct || port_q < 3'd4);
      assert (element_i || port_q == Direct || payload_q[23:8] == {16{payload_q[8]}});
      cover (kind == 2'd0);
      cover (kind == 2'd1 && key_to_row_i);
      cover (kind == 2'd1 && !key_to_row_i);
      cover (kind == 2'd2 && element_i);
      cover (kind == 2'd2 && !element_i);  // a partial sum
    end
  end

endmodule
