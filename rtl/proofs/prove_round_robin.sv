// SPDX-License-Identifier: Apache-2.0
// Proof harness: the arbiter grants one of those that ask, and nobody who keeps asking waits longer than a round.
module prove_round_robin #(
    parameter int N = 5
) (
    input logic clk,
    input logic [N-1:0] request,
    input logic taken  // the grant is used: the pointer moves
);
  localparam int W = $clog2(N);
  logic started = 1'b0;
  always_ff @(posedge clk) started <= 1'b1;
  logic [W-1:0] first, chosen, next;
  logic [N-1:0] grant;
  rv_round_robin #(.N(N)) u_arbiter (.request_i(request), .first_i(first), .grant_o(grant), .chosen_o(chosen), .next_o(next));
  always_ff @(posedge clk)
    if (!started) first <= '0;
    else if (taken && request != '0) first <= next;

  logic [N*(W+1)-1:0] waited;  // by input: grants used by others while it asked
  always_ff @(posedge clk)
    for (int i = 0; i < N; i++)
      if (!started || !request[i]) waited[i*(W+1)+:W+1] <= '0;
      else if (taken) waited[i*(W+1)+:W+1] <= grant[i] ? '0 : waited[i*(W+1)+:W+1] + 1'b1;

  always_comb
    if (started) begin
      assert (first < W'(N));
      assert ((grant & (grant - 1'b1)) == '0);
      assert ((grant & ~request) == '0);
      assert ((grant != '0) == (request != '0));
      if (request != '0) assert (grant[chosen]);
      for (int i = 0; i < N; i++) assert (waited[i*(W+1)+:W+1] < (W+1)'(N));
    end
endmodule
