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

  logic [W:0] waited;  // grants used by others while input 0 asked
  always_ff @(posedge clk)
    if (!started || !request[0]) waited <= '0;
    else if (taken) waited <= grant[0] ? '0 : waited + 1'b1;

  // Input 0 asked since the pointer was `waited` grants behind it.
  always_comb
    if (started) begin
      assert (first < W'(N));
      assert ((grant & (grant - 1'b1)) == '0);
      assert ((grant & ~request) == '0);
      assert ((grant != '0) == (request != '0));
      if (request != '0) assert (grant[chosen]);
      assert (waited < (W+1)'(N));
    end
endmodule
