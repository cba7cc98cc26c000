// SPDX-License-Identifier: Apache-2.0
// Checker for a valid/ready port: what is offered stays offered, unchanged, until it is taken. Has no outputs, so
// synthesis removes it.
module rv_handshake_check #(
  parameter int unsigned Width = 1
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] data_i
);

  logic held_q;
  logic [Width-1:0] data_q;

  always_ff @(posedge clk_i) begin
    held_q <= rst_ni && valid_i && !ready_i;
    data_q <= data_i;
    if (rst_ni) begin
      assert (!held_q || valid_i);
      assert (!held_q || data_i == data_q);
    end
  end

endmodule
