// SPDX-License-Identifier: Apache-2.0
// Proof harness: a flit buffer whose writer keeps to its room gives back what went in, in order, and never overflows.
module prove_flit_fifo #(
    parameter int WIDTH = 3,
    parameter int DEPTH = 4
) (
    input logic clk,
    input logic push,
    input logic pop,
    input logic [WIDTH-1:0] data,
    input logic watch  // this push is the one to follow
);
  logic started = 1'b0;
  always_ff @(posedge clk) started <= 1'b1;

  logic valid, overflow;
  logic [WIDTH-1:0] front;
  logic [$clog2(DEPTH+1)-1:0] held;  // a count of its own
  wire does_pop = pop && valid;
  wire does_push = push && started && held != DEPTH[$clog2(DEPTH+1)-1:0];
  rv_flit_fifo #(.Width(WIDTH), .Depth(DEPTH)) u_fifo (
      .clk_i(clk), .rst_ni(started), .push_i(does_push), .push_data_i(data), .pop_i(does_pop), .valid_o(valid), .front_o(front), .overflow_o(overflow)
  );

  // One flit is followed: how many stand before it, and what it holds.
  logic followed;
  logic [$clog2(DEPTH+1)-1:0] ahead;
  logic [WIDTH-1:0] wanted;
  always_ff @(posedge clk)
    if (!started) begin
      held <= '0;
      followed <= 1'b0;
      ahead <= '0;
      wanted <= '0;
    end else begin
      held <= held + does_push - does_pop;
      if (followed) begin
        if (does_pop) begin
          if (ahead == '0) followed <= 1'b0;
          else ahead <= ahead - 1'b1;
        end
      end else if (watch && does_push) begin
        followed <= 1'b1;
        ahead <= held - does_pop;
        wanted <= data;
      end
    end

  always_comb
    if (started) begin
      assert (!overflow);
      assert (valid == (held != '0));
      if (followed) assert (ahead < held);
      if (followed && ahead == '0) assert (front == wanted);
    end
endmodule
