// SPDX-License-Identifier: Apache-2.0
// Proof harness: a sender that counts credits and a buffer behind registers: whatever the receiver does, the buffer has
// room, slots = credits + flits on the way + flits held + credits on the way back, and neither kind stays on the way.
module prove_credit_link #(
    parameter int DEPTH  = 3,
    parameter int HOP    = 2,
    parameter int CREDIT = 2
) (
    input logic clk,
    input logic send,
    input logic pop
);
  localparam int CW = $clog2(DEPTH + 1);
  logic started = 1'b0;
  always_ff @(posedge clk) started <= 1'b1;
  wire rst = !started;
  logic [CW-1:0] credits;
  logic arrives, valid, returns, overflow, unused;
  wire does_send = started && send && credits != '0;
  wire does_pop = pop && valid;
  rv_delay #(.Width(1), .Cycles(HOP - 1)) u_link (.clk_i(clk), .rst_ni(!rst), .data_i(does_send), .data_o(arrives));
  rv_flit_fifo #(.Width(1), .Depth(DEPTH)) u_fifo (
      .clk_i(clk), .rst_ni(!rst), .push_i(arrives), .push_data_i(1'b0), .pop_i(does_pop), .valid_o(valid), .front_o(unused), .overflow_o(overflow)
  );
  rv_delay #(.Width(1), .Cycles(CREDIT - 1)) u_back (.clk_i(clk), .rst_ni(!rst), .data_i(does_pop), .data_o(returns));
  logic [CW-1:0] held, on_way, coming_back;
  always_ff @(posedge clk)
    if (rst) begin
      credits <= CW'(DEPTH);
      held <= '0;
      on_way <= '0;
      coming_back <= '0;
    end else begin
      credits <= credits + returns - does_send;
      held <= held + arrives - does_pop;
      on_way <= on_way + does_send - arrives;
      coming_back <= coming_back + does_pop - returns;
    end
  always_comb
    if (started) begin
      assert (!overflow);
      assert ({2'b0, credits} + held + on_way + coming_back == (CW + 2)'(DEPTH));
      assert (valid == (held != '0));
      assert (on_way <= CW'(HOP - 1));  // nothing stays on the link
      assert (coming_back <= CW'(CREDIT - 1));
    end
endmodule
