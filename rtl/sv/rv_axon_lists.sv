// SPDX-License-Identifier: Apache-2.0
// Synapse lists by axon, for tiles whose events do not add one row of weights to one token: convolutions, pooling, sparse and
// recurrent synapses. The table names a list and a base for every axon; an entry of a list names a word of state and,
// counted from the base, a word of weights. Axons share lists: the channels of an input position have one, each its base.
module rv_axon_lists #(
  parameter int unsigned Axons  = 4096,
  parameter int unsigned Length = 4096,  // of all lists
  parameter int unsigned StateW = 10,    // bits of the address of a word of state
  parameter int unsigned WordW  = 12,    // of a word of weights
  localparam int unsigned AxonW  = $clog2(Axons),
  localparam int unsigned ListW  = $clog2(Length),
  localparam int unsigned TableW = WordW + 2 * ListW + 1,
  localparam int unsigned EntryW = WordW + StateW
) (
  input  logic              clk_i,
  // An event: `look_up_i` in one cycle, `begin_i` in the next; then `empty_o`, or an entry a cycle, with `next_i`, from the
  // cycle after on, up to `last_o`.
  input  logic              look_up_i,
  input  logic [AxonW-1:0]  axon_i,
  input  logic              begin_i,
  output logic              empty_o,  // in the cycle of begin_i
  input  logic              next_i,
  output logic              last_o,
  output logic [StateW-1:0] state_o,
  output logic [WordW-1:0]  word_o,
  // Load.
  input  logic              table_write_i,
  input  logic [AxonW-1:0]  table_addr_i,
  input  logic [TableW-1:0] table_data_i,  // {base, entries, first}
  input  logic              list_write_i,
  input  logic [ListW-1:0]  list_addr_i,
  input  logic [EntryW-1:0] list_data_i    // {word of weights, word of state}
);

  logic [TableW-1:0] entry_of_axon;
  logic [EntryW-1:0] entry;
  logic [ListW-1:0]  first, next_q;
  logic [ListW:0]    count, left_q;  // of the list; not yet read
  logic [WordW-1:0]  base, word;

  rv_sram_1r1w #(
    .Depth(Axons),
    .Width(TableW)
  ) u_table (
    .clk_i,
    .read_i      (look_up_i),
    .read_addr_i (axon_i),
    .read_data_o (entry_of_axon),
    .write_i     (table_write_i),
    .write_addr_i(table_addr_i),
    .write_data_i(table_data_i)
  );

  rv_sram_1r1w #(
    .Depth(Length),
    .Width(EntryW)
  ) u_list (
    .clk_i,
    .read_i      ((begin_i && !empty_o) || (next_i && !last_o)),
    .read_addr_i (begin_i ? first : next_q),
    .read_data_o (entry),
    .write_i     (list_write_i),
    .write_addr_i(list_addr_i),
    .write_data_i(list_data_i)
  );

  assign {base, count, first} = entry_of_axon;
  assign empty_o              = count == '0;
  assign last_o               = left_q == '0;
  assign {word, state_o}      = entry;
  assign word_o               = base + word;

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      next_q <= first + 1'b1;
      left_q <= count - 1'b1;
    end else if (next_i) begin
      next_q <= next_q + 1'b1;
      left_q <= left_q - 1'b1;
    end
  end

endmodule
