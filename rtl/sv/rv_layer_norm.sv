// SPDX-License-Identifier: Apache-2.0
// LayerNorm of a row, value by value (docs/explanation/integer-units.md 3.1, 3.1a): one pass gathers the sum and the sum
// of squares, a sequencer takes the reciprocal root of n (n Q - S^2) + epsilon by table and one Newton step, then values
// are scaled, three cycles from the value to its result. The table is the core's map memory. Of a row cut over several
// cores the sums arrive; the pass then adds up the squares of what is scaled here, which the row's are never less than:
// only where sums lag behind are they taken instead.
module rv_layer_norm (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               affine_i,   // no statistics: gain and bias alone
  input  logic               cut_i,      // sums are loaded, not gathered
  input  logic [10:0]        values_i,   // n
  input  logic [61:0]        epsilon_i,
  input  logic               load_i,     // cut: the sums, before the first pass
  input  logic signed [25:0] sum_i,
  input  logic [39:0]        squares_i,
  // First pass.
  input  logic               gather_i,   // a value of the row
  input  logic               first_i,    // the first one
  input  logic               finish_i,   // the row is complete: take the root; RootCycles until it is there
  // Scaling.
  input  logic               scale_i,    // a value; its gain and bias follow in the next cycle
  input  logic signed [15:0] x_i,
  input  logic signed [31:0] gain_i,
  input  logic signed [31:0] bias_i,
  output logic signed [31:0] y_o,        // three cycles behind the value
  output logic signed [25:0] sum_o,      // of the pass, a cycle behind its last value
  output logic [39:0]        squares_o,
  output logic               table_read_o,
  output logic [7:0]         table_addr_o,
  input  logic [15:0]        table_data_i
);

  // ------------------------------------------------------------------ statistics
  logic signed [25:0] sum_q;
  logic [39:0]        squares_q;
  logic [61:0]        own_q;        // cut: sum of (n x - S)^2 of the values here
  logic               own_valid_q, own_first_q;
  logic signed [26:0] squared;
  logic [53:0]        square_of;

  // ------------------------------------------------------------------ reciprocal root
  // One multiplication a cycle, two for the spread.
  localparam logic [2:0] RtIdle = 3'd0;
  localparam logic [2:0] RtSpread = 3'd1;   // n Q - S^2
  localparam logic [2:0] RtSquare = 3'd2;   // n (n Q - S^2) + epsilon
  localparam logic [2:0] RtNormal = 3'd3;   // mantissa m and exponent k
  localparam logic [2:0] RtTable = 3'd4;    // t = T[m >> 24]
  localparam logic [2:0] RtProduct = 3'd5;  // m t >> 16
  localparam logic [2:0] RtCube = 3'd6;     // times t
  localparam logic [2:0] RtNewton = 3'd7;   // r

  logic [2:0]         root_q;
  logic signed [51:0] spread_q;     // negative where sums lag behind
  logic [61:0]        square_q, whole;
  logic [31:0]        mantissa_q, mantissa;
  logic signed [6:0]  bits, exponent, exponent_q;
  logic [31:0]        product_q;   // (m t) >> 16
  logic [32:0]        cube_q;      // that times t, >> 14
  logic [15:0]        root_of_q;   // r

  always_comb begin
    whole    = (root_q == RtSquare) ? 62'(values_i) * 62'($unsigned(spread_q)) : '0;
    bits     = 7'sd1;
    exponent = '0;
    mantissa = '0;
    if (root_q == RtNormal) begin
      for (int unsigned i = 0; i < 62; i++) if (square_q[i]) bits = 7'(i + 1);
      exponent = (bits - 7'sd31) >>> 1;
      if (exponent >= 0) mantissa = 32'(square_q >> {exponent[4:0], 1'b0});
      else mantissa = 32'(square_q << {5'(-exponent), 1'b0});
    end
  end

  assign sum_o        = sum_q;
  assign squares_o    = squares_q;
  assign table_read_o = root_q == RtTable;
  assign table_addr_o = mantissa_q[31:24];

  always_ff @(posedge clk_i) begin
    if (root_q == RtNewton) root_of_q <= 16'((50'(table_data_i) * ({16'd0, 34'h3_0000_0000} - 50'(cube_q))) >> 33);
    if (root_q == RtCube) cube_q <= 33'((47'(product_q) * 47'(table_data_i)) >> 14);
    if (root_q == RtProduct) product_q <= 32'((48'(mantissa_q) * 48'(table_data_i)) >> 16);
    if (root_q == RtNormal) begin
      mantissa_q <= mantissa;
      exponent_q <= exponent;
    end
    if (root_q == RtSquare) square_q <= ((cut_i && (spread_q < 0 || whole < own_q)) ? own_q : whole) + epsilon_i;
    if (root_q == RtSpread) spread_q <= 52'(values_i) * 52'(squares_q) - 52'($unsigned(51'(sum_q) * 51'(sum_q)));
    if (!rst_ni) root_q <= RtIdle;
    else if (root_q != RtIdle || finish_i) root_q <= root_q + 3'd1;
  end

  // ------------------------------------------------------------------ scaling
  logic [2:0]         scales_q;     // of the value 1, 2, 3 cycles ago
  logic signed [26:0] centred_q;    // n x - S; affine: x
  logic signed [42:0] rooted_q;
  logic signed [31:0] gain_q;
  logic signed [63:0] scaled_q;
  logic signed [31:0] bias_q, bias_qq;
  logic [5:0]         shift;

  assign shift   = affine_i ? 6'd12 : 6'(7'sd35 + exponent_q);
  always_comb begin
    y_o = '0;
    if (scales_q[2]) y_o = 32'((scaled_q + (64'sd1 <<< (shift - 6'd1))) >>> shift) + bias_qq;
  end

  always_ff @(posedge clk_i) begin
    if (scales_q[1]) begin
      scaled_q <= 64'(rooted_q) * 64'(gain_q);
      bias_qq  <= bias_q;
    end
    if (scales_q[0]) begin
      rooted_q <= affine_i ? 43'(centred_q) : 43'(centred_q) * 43'($signed({1'b0, root_of_q}));
      gain_q   <= gain_i;
      bias_q   <= bias_i;
    end
    if (scale_i || (gather_i && cut_i)) begin
      centred_q <= affine_i ? 27'(x_i) : 27'($signed({1'b0, values_i})) * 27'(x_i) - 27'(sum_q);
    end
    scales_q <= {scales_q[1:0], scale_i};
  end

  // Last of all, as other blocks read it: a simulator then needs no copies.
  always_comb begin
    squared   = own_valid_q ? centred_q : 27'(x_i);
    square_of = '0;
    if (own_valid_q || gather_i) square_of = 54'(squared) * 54'(squared);
  end
  always_ff @(posedge clk_i) begin
    if (load_i) begin
      sum_q     <= sum_i;
      squares_q <= squares_i;
    end else if (gather_i && !cut_i) begin
      sum_q     <= (first_i ? 26'sd0 : sum_q) + 26'(x_i);
      squares_q <= (first_i ? 40'd0 : squares_q) + square_of[39:0];
    end
    if (own_valid_q) own_q <= (own_first_q ? 62'd0 : own_q) + {8'd0, square_of};
    own_first_q <= first_i;
    if (!rst_ni) own_valid_q <= 1'b0;
    else own_valid_q <= gather_i && cut_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(finish_i && root_q != RtIdle));
      assert (root_q != RtTable || mantissa_q[31:30] != '0);
      cover (root_q == RtNormal && exponent < 0);
      cover (root_q == RtNormal && exponent > 0);
      cover (scale_i && affine_i);
      cover (root_q == RtSquare && cut_i && spread_q < 0);
      cover (root_q == RtSquare && cut_i && spread_q >= 0 && whole < own_q);
      cover (root_q == RtSquare && cut_i && spread_q >= 0 && whole > own_q);
    end
  end

endmodule
