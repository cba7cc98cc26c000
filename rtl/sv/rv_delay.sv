// SPDX-License-Identifier: Apache-2.0
// A line of Cycles registers; none: a wire.
module rv_delay #(
  parameter int unsigned Width  = 1,
  parameter int unsigned Cycles = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);
  if (Cycles == 0) begin : gen_wire
    logic unused;
    assign unused = clk_i ^ rst_ni;
    assign data_o = data_i;
  end else begin : gen_line
    logic [Cycles*Width-1:0] line_q;  // the newest lowest
    always_ff @(posedge clk_i) begin
      if (!rst_ni) line_q <= '0;
      else line_q <= (Cycles * Width)'({line_q, data_i});
    end
    assign data_o = line_q[(Cycles-1)*Width+:Width];
  end
endmodule
