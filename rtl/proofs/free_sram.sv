// SPDX-License-Identifier: Apache-2.0
// rv_sram_1r1w for proofs: a read returns any word. What is proved with it holds for every content of the memories.
module rv_sram_1r1w #(
  parameter int unsigned Depth = 64,
  parameter int unsigned Width = 32,
  parameter int unsigned AddrW = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic             clk_i,
  input  logic             read_i,
  input  logic [AddrW-1:0] read_addr_i,
  output logic [Width-1:0] read_data_o,
  input  logic             write_i,
  input  logic [AddrW-1:0] write_addr_i,
  input  logic [Width-1:0] write_data_i
);
  (* anyseq *) logic [Width-1:0] any;  // free in every cycle
  logic [Width-1:0] read_data_q;
  always_ff @(posedge clk_i) begin
    if (read_i) read_data_q <= any;
    assert (!(read_i && write_i && read_addr_i == write_addr_i));
  end
  assign read_data_o = read_data_q;
endmodule
