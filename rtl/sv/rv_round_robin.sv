// SPDX-License-Identifier: Apache-2.0
// Round-robin choice: the first request from `first_i` on, then from 0. Combinational; who uses the grant moves `first_i`
// to `next_o`.
module rv_round_robin #(
  parameter int unsigned N = 4,
  localparam int unsigned W = (N > 1) ? $clog2(N) : 1
) (
  input  logic [N-1:0] request_i,
  input  logic [W-1:0] first_i,
  output logic [N-1:0] grant_o,   // one-hot; 0 without a request
  output logic [W-1:0] chosen_o,  // its index; 0 without one
  output logic [W-1:0] next_o     // the index after it, in a round of N
);
  logic [N-1:0] from_first, candidates;

  always_comb begin
    for (int unsigned i = 0; i < N; i++) from_first[i] = request_i[i] && W'(i) >= first_i;
    candidates = (from_first != '0) ? from_first : request_i;
    grant_o    = candidates & (~candidates + 1'b1);
    chosen_o   = '0;
    for (int unsigned i = 0; i < N; i++) if (grant_o[i]) chosen_o = W'(i);
    next_o = (chosen_o == W'(N - 1)) ? '0 : chosen_o + 1'b1;
  end
endmodule
