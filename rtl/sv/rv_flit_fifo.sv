// SPDX-License-Identifier: Apache-2.0
// Buffer of one input port and virtual channel: Depth flits, the front in sight. Credits keep its writer from a full one.
module rv_flit_fifo #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [Width-1:0] push_data_i,
  input  logic             pop_i,
  output logic             valid_o,
  output logic [Width-1:0] front_o,
  output logic             overflow_o  // sticky: a push found it full
);
  localparam int unsigned AddrW  = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int unsigned CountW = $clog2(Depth + 1);

  logic [Width-1:0]  slots[Depth];
  logic [AddrW-1:0]  read_q, write_q;
  logic [CountW-1:0] count_q;

  assign valid_o = count_q != '0;
  assign front_o = slots[read_q];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q     <= '0;
      write_q    <= '0;
      count_q    <= '0;
      overflow_o <= 1'b0;
    end else begin
      if (push_i) write_q <= (write_q == AddrW'(Depth - 1)) ? '0 : write_q + 1'b1;
      if (pop_i) read_q <= (read_q == AddrW'(Depth - 1)) ? '0 : read_q + 1'b1;
      count_q <= count_q + CountW'(push_i) - CountW'(pop_i);
      if (push_i && !pop_i && count_q == CountW'(Depth)) overflow_o <= 1'b1;
      assert (!pop_i || valid_o);
      assert (!(push_i && !pop_i && count_q == CountW'(Depth)));
      cover (count_q == CountW'(Depth));
      cover (push_i && pop_i);
    end
    if (push_i) slots[write_q] <= push_data_i;
  end
endmodule
