// SPDX-License-Identifier: Apache-2.0
// Softmax of a row, value by value (docs/explanation/integer-units.md 3.2): one pass finds the maximum, one sums the
// exponentials, and where values are mapped the exponentials come out again, four cycles behind, for the division. The
// table of powers of two is the core's map memory.
module rv_softmax (
  input  logic               clk_i,
  input  logic               valid_i,       // a value
  input  logic               first_i,       // of the row
  input  logic               find_max_i,    // first pass
  input  logic               add_up_i,      // second pass
  input  logic signed [31:0] x_i,
  input  logic [31:0]        scale_i,
  output logic               table_read_o,  // two cycles behind the value
  output logic [7:0]         table_addr_o,
  input  logic [15:0]        table_data_i,
  output logic [15:0]        e_o,           // three cycles behind the value
  output logic [23:0]        sum_o
);

  logic signed [31:0] max_q;
  logic [31:0]        below_q;       // maximum - x
  logic [45:0]        z_q;           // z, less its two lowest bits, which no table entry depends on
  logic [15:0]        halvings;
  logic [2:0]         valid_q, first_q, add_q;  // of the value 1, 2, 3 cycles ago
  logic [4:0]         shift_q;
  logic [23:0]        sum_q;

  assign table_read_o = valid_q[1];
  assign table_addr_o = z_q[7:0];
  assign halvings     = (z_q[45:24] != '0) ? '1 : z_q[23:8];
  assign e_o          = shift_q[4] ? 16'd0 : table_data_i >> shift_q[3:0];
  assign sum_o        = sum_q;

  // The last stage first: a simulator then needs no copies.
  always_ff @(posedge clk_i) begin
    if (valid_q[2] && add_q[2]) sum_q <= (first_q[2] ? 24'd0 : sum_q) + {8'd0, e_o};
    if (valid_q[1]) shift_q <= (halvings > 16'd15) ? 5'd16 : {1'b0, halvings[3:0]};
    if (valid_q[0]) z_q <= 46'((64'(below_q) * 64'(scale_i)) >> 18);
    if (valid_i && !find_max_i) below_q <= max_q - x_i;
    valid_q <= {valid_q[1:0], valid_i && !find_max_i};
    first_q <= {first_q[1:0], first_i};
    add_q   <= {add_q[1:0], add_up_i};
    if (valid_i && find_max_i && (first_i || x_i > max_q)) max_q <= x_i;
  end

endmodule
