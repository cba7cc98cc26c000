// SPDX-License-Identifier: Apache-2.0
// First-in first-out queue with valid/ready on both sides. A word written in one cycle can be read in the next; a full
// queue takes no word, even while one leaves. One array, one indexed write: fast to simulate and small to build.
module rv_event_fifo #(
  parameter int unsigned Depth = 16,  // a power of two, at least 2
  parameter int unsigned Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);

  localparam int unsigned PtrW = $clog2(Depth);
  localparam logic [PtrW:0] Full = (PtrW + 1)'(Depth);

  logic [Width-1:0] mem_q[Depth];
  logic [PtrW-1:0] write_ptr_q, read_ptr_q;
  logic [PtrW:0] level_q;
  logic push, pop;

  assign ready_o = level_q != Full;
  assign valid_o = level_q != '0;
  assign data_o  = mem_q[read_ptr_q];
  assign push    = valid_i && ready_o;
  assign pop     = valid_o && ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_ptr_q <= '0;
      read_ptr_q  <= '0;
      level_q     <= '0;
    end else begin
      if (push) begin
        mem_q[write_ptr_q] <= data_i;
        write_ptr_q        <= write_ptr_q + 1'b1;
      end
      if (pop) read_ptr_q <= read_ptr_q + 1'b1;
      if (push && !pop) level_q <= level_q + 1'b1;
      if (pop && !push) level_q <= level_q - 1'b1;
      assert (level_q <= Full);
      assert (write_ptr_q - read_ptr_q == level_q[PtrW-1:0]);
      cover (level_q == Full);
      cover (push && pop);
    end
  end

endmodule
