// SPDX-License-Identifier: Apache-2.0
// The word of rv_hybrid_core that fires: f of its sums (mapped, dense, or the sums themselves), the encoders, and the
// events that leave. The sequencer says which step it is at.
module rv_hybrid_fire #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  // Tile mode.
  input  logic [2:0]          map_i,          // see rv_amd_map
  input  logic                dense_i,
  input  logic                difference_i,   // no encoder
  input  logic                keep_i,         // nothing is sent: a word is written as it is made (dense head)
  input  logic signed [9:0]   lo_i,
  input  logic signed [9:0]   hi_i,
  input  logic [3:0]          last_value_i,   // lane of a row's last value
  input  logic                zeros_i,        // every output is sent, changed or not: dense readers take all
  input  logic [31:0]         first_code_i,
  input  logic [31:0]         scale_i,
  input  logic [61:0]         epsilon_i,
  input  logic                table_write_i,  // of the map
  input  logic [8:0]          table_addr_i,
  input  logic [23:0]         table_data_i,
  // Steps, see rv_hybrid_sequencer.
  input  logic                pass_i,
  input  logic                read_i,
  input  logic                map_value_i,
  input  logic                divide_i,
  input  logic                divide_first_i,
  input  logic                setup_i,
  input  logic                encode_i,
  input  logic                encode_last_i,
  input  logic [3:0]          encode_shift_i,
  input  logic                emit_i,
  input  logic                second_i,
  input  logic [7:0]          value_i,        // of the row
  input  logic                row_full_i,     // it is the row's last
  input  logic                row_ends_i,     // the word is the row's last
  // The word.
  input  logic [Lanes*32-1:0] sum_i,
  input  logic [Lanes*24-1:0] code_i,
  input  logic [Lanes*24-1:0] threshold_i,
  input  logic [63:0]         parameter_i,    // bias, gain of LayerNorm, a cycle behind the value
  input  logic                dense_valid_i,
  input  logic [Lanes*32-1:0] dense_sum_i,
  output logic [Lanes*32-1:0] f_o,
  output logic [Lanes-1:0]    changed_o,      // in the last step
  output logic [Lanes-1:0]    sends_o,        // lanes with an event: those, or all of the row with zeros_i
  output logic                code_write_o,   // of a word with events, as the first of them is offered
  output logic [Lanes*24-1:0] code_o,
  // Its events, one a cycle.
  input  logic                ready_i,
  output logic [3:0]          lane_o,
  output logic signed [24:0]  payload_o,
  output logic                last_o,
  output logic                overflow_o
);

  localparam logic [2:0] MapNone = 3'd0, MapSoftmax = 3'd4, MapStatistics = 3'd5;

  logic [Lanes*32-1:0] f_q, quotient;          // f: mapped values, or dense sums
  logic [Lanes*32-1:0] encoded;                // f of the word, all maps and divisions done
  logic signed [31:0]  mapped;
  logic [2:0]          mapped_q;               // a value went in 1, 2, 3 cycles ago
  logic [3:0]          lane_q, lane_qq, lane_qqq;
  logic [Lanes*32-1:0] codes;
  logic                stepped_q;              // the last step was in the last cycle
  logic                map_overflow, encode_overflow;
  // Statistics of a row, in three lanes: sum, and the sum of squares in a digit of 20 bits and the rest.
  logic                statistics, borrow;
  logic signed [25:0]  row_sum;
  logic [39:0]         row_squares;

  assign f_o        = f_q;
  assign overflow_o = map_overflow || encode_overflow;

  // Digits of what the sum of squares has changed by: a low one below that sent borrows from the other.
  assign statistics = map_i == MapStatistics;
  assign borrow     = row_squares[19:0] < code_i[24+:20];

  always_comb begin
    encoded = '0;
    if (setup_i) begin
      if (map_i == MapSoftmax) encoded = quotient;
      else if (statistics) encoded[95:0] = {{12'd0, row_squares[39:20]} - {31'd0, borrow}, {11'd0, borrow, row_squares[19:0]}, 32'(row_sum)};
      else if (map_i != MapNone || dense_i) encoded = f_q;
      else encoded = sum_i;
    end
  end

  rv_encode_lanes #(
    .Lanes(Lanes)
  ) u_encode (
    .clk_i,
    .setup_i,
    .step_i      (encode_i),
    .last_i      (encode_last_i),
    .shift_i     (encode_shift_i),
    .difference_i,
    .lo_i,
    .hi_i,
    .f_i         (encoded),
    .code_i,
    .threshold_i,
    .changed_o,
    .code_o      (codes),
    .overflow_o  (encode_overflow)
  );

  rv_amd_map #(
    .Lanes(Lanes)
  ) u_map (
    .clk_i,
    .rst_ni,
    .map_i,
    .first_code_i,
    .scale_i,
    .epsilon_i,
    .table_write_i,
    .table_addr_i,
    .table_data_i,
    .pass_i,
    .map_value_i,
    .second_i,
    .first_i    (value_i == '0),
    .last_i     (row_full_i),
    .x_i        ((pass_i || map_value_i) ? sum_i[32*value_i[3:0]+:32] : '0),
    .sums_i     (pass_i ? sum_i[95:0] : '0),
    .parameter_i,
    .y_o        (mapped),
    .row_sum_o  (row_sum),
    .row_squares_o(row_squares),
    .divide_i,
    .divide_first_i,
    .f_i        (f_q),
    .quotient_o (quotient),
    .overflow_o (map_overflow)
  );

  always_ff @(posedge clk_i) begin
    if (read_i) f_q <= '0;
    else if (mapped_q[2]) f_q[32*lane_qqq+:32] <= mapped;
    else if (dense_valid_i) f_q <= dense_sum_i;
    lane_qqq  <= lane_qq;
    lane_qq   <= lane_q;
    lane_q    <= value_i[3:0];
    mapped_q  <= {mapped_q[1:0], map_value_i};
    stepped_q <= encode_last_i;
  end

  rv_spike_out #(
    .Lanes(Lanes)
  ) u_out (
    .clk_i,
    .load_i   (encode_last_i),
    .changed_i(sends_o),
    .valid_i  (emit_i),
    .ready_i,
    .code_i   (codes),
    .start_i  (code_i),
    .lane_o,
    .payload_o,
    .last_o
  );

  logic [3:0] last_lane;  // of the row's last word

  assign last_lane = statistics ? 4'd2 : last_value_i;
  assign sends_o = changed_o | (!zeros_i ? '0 : row_ends_i ? 16'hffff >> (4'd15 - last_lane) : '1);

  // The word has stood in a register since its last step; a head's, without steps of its own, since its setup.
  assign code_write_o = (emit_i && stepped_q) || (encode_last_i && keep_i);
  always_comb begin
    code_o = '0;
    if (code_write_o) begin
      for (int unsigned i = 0; i < Lanes; i++) code_o[i*24+:24] = codes[i*32+:24];
      if (statistics) code_o[71:24] = {4'd0, row_squares[39:20], 4'd0, row_squares[19:0]};  // what is borrowed is not kept
    end
  end

endmodule
