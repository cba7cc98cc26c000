// SPDX-License-Identifier: Apache-2.0
// Proof harness: the event queue loses, invents and reorders nothing whatever both sides do, and holds what it offers. The
// queue's own assertions are proved with it.
module prove_event_fifo #(
  parameter int Width = 3,
  parameter int Depth = 4
) (
  input logic             clk_i,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] data_i,
  input logic             watch_i  // this push is the one to follow
);
  localparam int CountW = $clog2(Depth) + 1;
  logic started = 1'b0;
  always_ff @(posedge clk_i) started <= 1'b1;

  logic ready, valid;
  logic [Width-1:0] data;
  rv_event_fifo #(.Depth(Depth), .Width(Width)) u_fifo (
    .clk_i, .rst_ni(started), .valid_i, .ready_o(ready), .data_i, .valid_o(valid), .ready_i, .data_o(data)
  );
  wire push = started && valid_i && ready;
  wire pop  = started && valid && ready_i;

  logic [CountW-1:0] held, ahead;  // a count of its own; words before the one followed
  logic followed, was_held;
  logic [Width-1:0] wanted, last;
  always_ff @(posedge clk_i)
    if (!started) begin
      held     <= '0;
      ahead    <= '0;
      followed <= 1'b0;
      wanted   <= '0;
      was_held <= 1'b0;
      last     <= '0;
    end else begin
      held     <= held + CountW'(push) - CountW'(pop);
      was_held <= valid && !ready_i;
      last     <= data;
      if (followed) begin
        if (pop) begin
          if (ahead == '0) followed <= 1'b0;
          else ahead <= ahead - 1'b1;
        end
      end else if (watch_i && push) begin
        followed <= 1'b1;
        ahead    <= held - CountW'(pop);
        wanted   <= data_i;
      end
    end

  always_comb
    if (started) begin
      assert (held <= CountW'(Depth));
      assert (valid == (held != '0));
      assert (ready == (held != CountW'(Depth)));
      if (followed) assert (ahead < held);
      if (followed && ahead == '0) assert (valid && data == wanted);
      if (was_held) assert (valid && data == last);
    end
endmodule
