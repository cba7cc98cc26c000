// SPDX-License-Identifier: Apache-2.0
// Map unit of rv_hybrid_core: accumulated values in, one a cycle, f of them out three cycles behind: a table look-up
// (GELU), LayerNorm or softmax, which first see the whole row in passes of their own. All tables are the contents of one
// memory. The quotients of softmax are taken a word at a time.
module rv_amd_map #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic [2:0]          map_i,         // 1 table, 2 LayerNorm, 3 the same without statistics, 4 softmax,
                                             // 5 statistics: the sums of a pass, nothing mapped, 6 LayerNorm of a cut row
  input  logic [31:0]         first_code_i,
  input  logic [31:0]         scale_i,       // LayerNorm: the row's values
  input  logic [61:0]         epsilon_i,
  input  logic                table_write_i,
  input  logic [8:0]          table_addr_i,
  input  logic [23:0]         table_data_i,
  // A value of a pass over the row, or one to map.
  input  logic                pass_i,
  input  logic                map_value_i,
  input  logic                second_i,      // softmax: the pass adds exponentials up; cut row: it has its sums
  input  logic                first_i,       // value of the row
  input  logic                last_i,
  input  logic signed [31:0]  x_i,
  input  logic [95:0]         sums_i,        // cut row: its sum, its sum of squares in a digit of 20 bits and the rest
  input  logic [63:0]         parameter_i,   // bias, gain of LayerNorm, a cycle behind the value
  output logic signed [31:0]  y_o,           // three cycles behind the value
  output logic signed [25:0]  row_sum_o,     // of the pass: sum and sum of squares
  output logic [39:0]         row_squares_o,
  // Softmax: 17 steps, the first of which takes f_i.
  input  logic                divide_i,
  input  logic                divide_first_i,
  input  logic [Lanes*32-1:0] f_i,
  output logic [Lanes*32-1:0] quotient_o,
  output logic                overflow_o     // a value beyond the table, or beyond 16 bits where those count
);

  localparam logic [2:0] MapTable = 3'd1, MapNorm = 3'd2, MapAffine = 3'd3, MapSoftmax = 3'd4,
                         MapStatistics = 3'd5, MapCutNorm = 3'd6;

  logic        normalises, softmax, looks_up, statistics, cut, load;
  logic        norm_read, exp_read;
  logic [7:0]  norm_addr, exp_addr;
  logic [23:0] table_data, sum;
  logic [15:0] exponential;
  logic signed [31:0] normalised;

  assign normalises = map_i == MapNorm || map_i == MapAffine || cut;
  assign cut        = map_i == MapCutNorm;
  assign load       = pass_i && cut && !second_i;
  assign softmax    = map_i == MapSoftmax;
  assign looks_up   = map_i == MapTable;
  assign statistics = map_i == MapStatistics;

  // Table look-ups keep step with the other maps.
  logic [31:0] offset;
  logic [1:0]  looks_q;
  logic [8:0]  index_q, index_qq;

  assign offset = x_i - first_code_i;
  always_ff @(posedge clk_i) begin
    if (looks_q[0]) index_qq <= index_q;
    if (map_value_i) index_q <= offset[8:0];
    looks_q <= {looks_q[0], map_value_i && looks_up};
  end

  rv_sram_1r1w #(
    .Depth(512),
    .Width(24)
  ) u_table (
    .clk_i,
    .read_i      (looks_q[1] || norm_read || exp_read),
    .read_addr_i (looks_up ? index_qq : {1'b0, softmax ? exp_addr : norm_addr}),
    .read_data_o (table_data),
    .write_i     (table_write_i),
    .write_addr_i(table_addr_i),
    .write_data_i(table_data_i)
  );

  // The low digits of several cores may add up to more than one.
  logic signed [52:0] squares;

  always_comb begin
    squares = '0;
    if (load) squares = {{21{sums_i[63]}}, sums_i[63:32]} + {sums_i[95], sums_i[95:64], 20'd0};
  end

  rv_layer_norm u_norm (
    .clk_i,
    .rst_ni,
    .affine_i    (map_i == MapAffine),
    .cut_i       (cut),
    .values_i    (scale_i[10:0]),
    .epsilon_i,
    .load_i      (load),
    .sum_i       (sums_i[25:0]),
    .squares_i   (squares[39:0]),
    .gather_i    (pass_i && (normalises || statistics) && !load),
    .first_i,
    .finish_i    (pass_i && normalises && last_i && !load),
    .scale_i     (map_value_i && normalises),
    .x_i         (x_i[15:0]),
    .gain_i      (parameter_i[31:0]),
    .bias_i      (parameter_i[63:32]),
    .y_o         (normalised),
    .sum_o       (row_sum_o),
    .squares_o   (row_squares_o),
    .table_read_o(norm_read),
    .table_addr_o(norm_addr),
    .table_data_i(table_data[15:0])
  );

  rv_softmax u_softmax (
    .clk_i,
    .valid_i     ((pass_i || map_value_i) && softmax),
    .first_i,
    .find_max_i  (pass_i && !second_i),
    .add_up_i    (pass_i && second_i),
    .x_i,
    .scale_i,
    .table_read_o(exp_read),
    .table_addr_o(exp_addr),
    .table_data_i(table_data[15:0]),
    .e_o         (exponential),
    .sum_o       (sum)
  );

  rv_divide_lanes #(
    .Lanes(Lanes)
  ) u_divide (
    .clk_i,
    .step_i    (divide_i),
    .first_i   (divide_first_i),
    .dividend_i(f_i),
    .divisor_i (sum),
    .quotient_o
  );

  always_comb begin
    if (softmax) y_o = {16'd0, exponential};
    else if (looks_up) y_o = {{8{table_data[23]}}, table_data};
    else y_o = normalised;
    overflow_o = (map_value_i && looks_up && offset[31:9] != '0) ||
                 (((map_value_i && normalises) || (pass_i && statistics)) && x_i[31:15] != {17{x_i[31]}}) ||
                 (load && (squares[52:40] != '0 || sums_i[31:25] != {7{sums_i[31]}}));
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!divide_i || sum != '0);
      cover (pass_i && normalises && last_i);
      cover (pass_i && statistics && last_i);
      cover (pass_i && softmax && second_i && last_i);
      cover (map_value_i && looks_up && offset[8:0] == '0);
      cover (map_value_i && softmax);
      cover (divide_i && divide_first_i);
    end
  end

endmodule
