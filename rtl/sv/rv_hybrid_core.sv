// SPDX-License-Identifier: Apache-2.0
// Hybrid core: a tile of any stage of a spiking transformer on one set of memories (docs/explanation/integer-units.md 1
// to 5): Linear by events or dense, products of two event streams, LayerNorm, GELU, softmax, residual sums; the mode is
// the tile's, in the control word. Events are decoded and wait in a FIFO; a tick, taken when no event is left, fires the
// tile word by word, a word being Lanes neighbouring outputs of a token. Contract, memory layout, cycles:
// docs/reference/rv-hybrid-core.md. Reset is synchronous; it clears control state, not memories.
module rv_hybrid_core #(
  parameter int unsigned MaxTokens = 64,
  parameter int unsigned FifoDepth = 16,
  localparam int unsigned Lanes    = 16,   // outputs are numbered with 8 bits: 16 words of 16
  localparam int unsigned TokenW   = $clog2(MaxTokens)
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  // Events in: of port 0 to 3, or direct (7). rv_axon_decode says what becomes of them.
  input  logic               evt_valid_i,
  output logic               evt_ready_o,
  input  logic [2:0]         evt_port_i,
  input  logic [7:0]         evt_token_i,    // of the tile's tokens; a column event's key
  input  logic [7:0]         evt_channel_i,
  input  logic signed [23:0] evt_payload_i,

  // Step protocol. A dry tick changes and sends nothing; restless_o says afterwards whether a tick would.
  input  logic               tick_valid_i,
  input  logic               tick_dry_i,
  output logic               tick_ready_o,

  // Events out, in order of token, then output.
  output logic               spike_valid_o,
  input  logic               spike_ready_i,
  output logic [TokenW-1:0]  spike_token_o,
  output logic [7:0]         spike_output_o,
  output logic signed [24:0] spike_payload_o,

  // Memory and control load, one word a cycle while idle; 0 to 3 can be read back.
  input  logic               cfg_valid_i,
  output logic               cfg_ready_o,
  input  logic               cfg_write_i,
  input  logic [2:0]         cfg_select_i,   // 0 operands, 1 sums, 2 codes, 3 input codes, 4 thresholds, 5 axons, 6 map
  input  logic [13:0]        cfg_addr_i,     // table, 7 control
  input  logic [511:0]       cfg_wdata_i,
  output logic               cfg_rvalid_o,
  output logic [511:0]       cfg_rdata_o,

  // Status.
  output logic               busy_o,
  output logic               scanning_o,
  output logic               restless_o,
  output logic               overflow_o,     // sticky: a value left its width
  output logic [31:0]        busy_cycles_o,  // cycles with busy_o, since reset, modulo 2^32
  output logic [31:0]        stall_cycles_o  // of those, cycles in which an event out was not taken
);

  localparam int unsigned SumW     = Lanes * 32;
  localparam int unsigned CodeW    = Lanes * 24;
  localparam int unsigned ControlW = 271;

  localparam logic [1:0] EncodeNone = 2'd0, EncodeStBif = 2'd1;
  localparam logic [2:0] SelAxon = 3'd5, SelMap = 3'd6, SelControl = 3'd7;

  // ------------------------------------------------------------------ control word
  logic              element_q, key_to_row_q, keeps_q, dense_q, graded_q, zeros_q;
  logic [2:0]        map_q;
  logic [1:0]        encode_q;
  logic signed [9:0] lo_q, hi_q;
  logic [3:0]        fire_bits_q;      // hi - lo < 2^this
  logic [TokenW-1:0] last_token_q;
  logic [3:0]        last_row_q;       // rows of a token - 1: heads
  logic [3:0]        row_words_q;      // words of a row - 1
  logic [7:0]        last_value_q;     // values of a row - 1
  logic [7:0]        last_input_q;     // dense: inputs of a row - 1
  logic [7:0]        row_stride_q;     // dense: operand row and input code of the next row's first input
  logic [7:0]        code_stride_q;
  logic [63:0]       gain_q;
  logic [31:0]       first_code_q;     // of the map table
  logic [31:0]       scale_q;          // softmax
  logic [61:0]       epsilon_q;

  logic              cfg_valid_q, cfg_write_q, cfg_writes;
  logic [2:0]        cfg_select_q;
  logic [13:0]       cfg_addr_q;
  logic [511:0]      cfg_wdata_q;

  assign cfg_ready_o = !busy_o && !tick_valid_i && !evt_valid_i;
  assign cfg_writes  = cfg_valid_q && cfg_write_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) cfg_valid_q <= 1'b0;
    else cfg_valid_q <= cfg_valid_i && cfg_ready_o;
    if (cfg_valid_i) begin
      cfg_write_q  <= cfg_write_i;
      cfg_select_q <= cfg_select_i;
      cfg_addr_q   <= cfg_addr_i;
      cfg_wdata_q  <= cfg_wdata_i;
    end
    if (cfg_writes && cfg_select_q == SelControl) begin
      {zeros_q, epsilon_q, scale_q, first_code_q, gain_q, code_stride_q, row_stride_q, last_input_q, last_value_q, row_words_q,
       last_row_q, last_token_q, fire_bits_q, hi_q, lo_q, encode_q, map_q, graded_q, dense_q, keeps_q, key_to_row_q,
       element_q} <= cfg_wdata_q[ControlW-1:0];
    end
  end

  // ------------------------------------------------------------------ events in
  logic               events_wait, decode_overflow, op_valid, op_next_row, op_next_column, row_op, column_op, element_op;
  logic [TokenW-1:0]  op_next_token;
  logic [3:0]         op_next_group, op_next_words, op_lane;
  logic [7:0]         op_row, op_code;
  logic signed [23:0] op_payload;
  logic               tick_waits_q;

  rv_hybrid_events #(
    .TokenW   (TokenW),
    .FifoDepth(FifoDepth)
  ) u_events (
    .clk_i,
    .rst_ni,
    .element_i    (element_q),
    .key_to_row_i (key_to_row_q),
    .gain_i       (gain_q),
    .table_write_i(cfg_writes && cfg_select_q == SelAxon),
    .table_addr_i (cfg_addr_q[8:0]),
    .table_data_i (cfg_wdata_q[27:0]),
    .hold_i       (tick_waits_q || cfg_valid_q),
    .evt_valid_i,
    .evt_ready_o,
    .evt_port_i,
    .evt_token_i,
    .evt_channel_i,
    .evt_payload_i,
    .waiting_o    (events_wait),
    .overflow_o   (decode_overflow),
    .valid_o      (op_valid),
    .take_i       (idle),
    .next_row_o   (op_next_row),
    .next_column_o(op_next_column),
    .next_token_o (op_next_token),
    .next_group_o (op_next_group),
    .next_words_o (op_next_words),
    .row_o        (row_op),
    .column_o     (column_op),
    .element_o    (element_op),
    .operand_row_o(op_row),
    .code_o       (op_code),
    .lane_o       (op_lane),
    .payload_o    (op_payload)
  );

  // ------------------------------------------------------------------ sequence
  logic              idle, accumulate, pass_read, pass, read, map_value, dense, store, divide, divide_first, setup, encode;
  logic              encode_last, emit, row_full, row_ends, word_full, second, tick_accepted, spikes_end, dry_q, restless_q;
  logic [TokenW-1:0] token;
  logic [3:0]        group, read_group, encode_shift;
  logic [7:0]        value, operand_row, code;
  logic [15:0]       changed, sends;

  rv_hybrid_sequencer #(
    .TokenW(TokenW)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .dense_i       (dense_q),
    .graded_i      (graded_q),
    .map_i         (map_q),
    .encode_i      (encode_q),
    .fire_bits_i   (fire_bits_q),
    .last_token_i  (last_token_q),
    .last_row_i    (last_row_q),
    .row_words_i   (row_words_q),
    .last_value_i  (last_value_q),
    .last_input_i  (last_input_q),
    .row_stride_i  (row_stride_q),
    .code_stride_i (code_stride_q),
    .event_i       (op_valid),
    .event_row_i   (op_next_row),
    .event_column_i(op_next_column),
    .event_token_i (op_next_token),
    .event_group_i (op_next_group),
    .event_words_i (op_next_words),
    .column_i      (column_op),
    .start_i       (tick_accepted),
    .emits_i       (sends != '0 && !dry_q && encode_q != EncodeNone),
    .sent_i        (spike_ready_i && spikes_end),
    .idle_o        (idle),
    .accumulate_o  (accumulate),
    .pass_read_o   (pass_read),
    .pass_o        (pass),
    .read_o        (read),
    .map_o         (map_value),
    .dense_o       (dense),
    .store_o       (store),
    .divide_o      (divide),
    .divide_first_o(divide_first),
    .setup_o       (setup),
    .encode_o      (encode),
    .encode_last_o (encode_last),
    .encode_shift_o(encode_shift),
    .emit_o        (emit),
    .token_o       (token),
    .group_o       (group),
    .read_group_o  (read_group),
    .value_o       (value),
    .row_full_o    (row_full),
    .row_ends_o    (row_ends),
    .word_full_o   (word_full),
    .second_o      (second),
    .operand_row_o (operand_row),
    .code_o        (code)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) restless_q <= 1'b0;
    else if (tick_accepted) restless_q <= 1'b0;
    else if (encode_last && dry_q && changed != '0 && encode_q != EncodeNone) restless_q <= 1'b1;
    if (tick_accepted) dry_q <= tick_dry_i;
  end

  // ------------------------------------------------------------------ memories and sums
  logic [SumW-1:0]  sum, work, f;  // f: of the word that fires
  logic [CodeW-1:0] code_rdata, code_wdata, threshold;
  logic [63:0]      map_parameter;
  logic             code_write, acc_valid, dense_valid, acc_overflow;

  rv_hybrid_accumulate #(
    .TokenW(TokenW),
    .Lanes (Lanes)
  ) u_accumulate (
    .clk_i,
    .rst_ni,
    .cfg_write_i  (cfg_writes),
    .cfg_read_i   (cfg_valid_q && !cfg_write_q),
    .cfg_select_i (cfg_select_q),
    .cfg_addr_i   (cfg_addr_q),
    .cfg_wdata_i  (cfg_wdata_q),
    .cfg_rvalid_o,
    .cfg_rdata_o,
    .keeps_i      (keeps_q),
    .dense_mode_i (dense_q),
    .row_i        (row_op),
    .column_i     (column_op),
    .element_i    (element_op),
    .row_addr_i   (op_row),
    .code_addr_i  (op_code),
    .lane_i       (op_lane),
    .payload_i    (op_payload),
    .accumulate_i (accumulate),
    .pass_read_i  (pass_read),
    .pass_i       (pass),
    .read_i       (read),
    .map_value_i  (map_value),
    .dense_i      (dense),
    .store_i      (store),
    .anew_i       (map_q != '0),
    .token_i      (token),
    .group_i      (group),
    .read_group_i (read_group),
    .value_i      (value),
    .word_full_i  (word_full),
    .dense_row_i  (operand_row),
    .dense_code_i (code),
    .sum_o        (sum),
    .code_o       (code_rdata),
    .threshold_o  (threshold),
    .parameter_o  (map_parameter),
    .code_write_i (code_write),
    .code_i       (code_wdata),
    .dense_valid_o(dense_valid),
    .work_i       (f),
    .work_o       (work),
    .valid_o      (acc_valid),
    .overflow_o   (acc_overflow)
  );

  // ------------------------------------------------------------------ the word that fires
  logic fire_overflow;

  rv_hybrid_fire #(
    .Lanes(Lanes)
  ) u_fire (
    .clk_i,
    .rst_ni,
    .map_i         (map_q),
    .dense_i       (dense_q),
    .difference_i  (encode_q != EncodeStBif),
    .keep_i        (encode_q == EncodeNone && !dry_q),
    .lo_i          (lo_q),
    .hi_i          (hi_q),
    .last_value_i  (last_value_q[3:0]),
    .first_code_i  (first_code_q),
    .scale_i       (scale_q),
    .epsilon_i     (epsilon_q),
    .table_write_i (cfg_writes && cfg_select_q == SelMap),
    .table_addr_i  (cfg_addr_q[8:0]),
    .table_data_i  (cfg_wdata_q[23:0]),
    .pass_i        (pass),
    .read_i        (read),
    .map_value_i   (map_value),
    .divide_i      (divide),
    .divide_first_i(divide_first),
    .setup_i       (setup),
    .encode_i      (encode),
    .encode_last_i (encode_last),
    .encode_shift_i(encode_shift),
    .emit_i        (emit),
    .second_i      (second),
    .value_i       (value),
    .row_full_i    (row_full),
    .row_ends_i    (row_ends),
    .zeros_i       (zeros_q),
    .sum_i         (sum),
    .code_i        (code_rdata),
    .threshold_i   (threshold),
    .parameter_i   (map_parameter),
    .dense_valid_i (dense_valid),
    .dense_sum_i   (work),
    .f_o           (f),
    .changed_o     (changed),
    .sends_o       (sends),
    .code_write_o  (code_write),
    .code_o        (code_wdata),
    .ready_i       (spike_ready_i),
    .lane_o        (spike_output_o[3:0]),
    .payload_o     (spike_payload_o),
    .last_o        (spikes_end),
    .overflow_o    (fire_overflow)
  );
  assign spike_valid_o       = emit;
  assign spike_token_o       = token;
  assign spike_output_o[7:4] = group;

  // ------------------------------------------------------------------ status
  logic        overflow_q;

  assign busy_o         = !idle || events_wait || acc_valid;
  assign scanning_o     = !idle && !accumulate;
  assign restless_o     = restless_q;
  assign overflow_o     = overflow_q;
  assign tick_ready_o   = !busy_o && !cfg_valid_q;
  assign tick_accepted  = tick_valid_i && tick_ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tick_waits_q   <= 1'b0;
      overflow_q     <= 1'b0;
      busy_cycles_o  <= '0;
      stall_cycles_o <= '0;
    end else begin
      tick_waits_q <= tick_valid_i && !tick_ready_o;
      if (decode_overflow || acc_overflow || fire_overflow) overflow_q <= 1'b1;
      else if (cfg_writes && cfg_select_q == SelControl) overflow_q <= 1'b0;
      if (busy_o) busy_cycles_o <= busy_cycles_o + 1;
      if (spike_valid_o && !spike_ready_i) stall_cycles_o <= stall_cycles_o + 1;
    end
  end

  // ------------------------------------------------------------------ properties
  rv_handshake_check #(
    .Width(TokenW + 33)
  ) u_spike_check (
    .clk_i,
    .rst_ni,
    .valid_i(spike_valid_o),
    .ready_i(spike_ready_i),
    .data_i ({spike_token_o, spike_output_o, spike_payload_o})
  );

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(tick_accepted && events_wait));
      assert (!spike_valid_o || spike_payload_o != '0 || zeros_q);
      assert (!(dry_q && spike_valid_o));
      cover (tick_accepted && evt_valid_i && evt_ready_o);  // an event enters with the tick: next step
      cover (scanning_o && events_wait);                     // events arrive while the tile fires
      cover (spike_valid_o && !spike_ready_i);              // back-pressure
      cover (idle && acc_valid && op_valid); // an operation is popped while the last one drains
      cover (restless_q);
      cover (spike_valid_o && spike_payload_o == '0);        // a zero for dense readers
      cover (encode_last && encode_q == EncodeNone);        // sums of a dense head
      cover (overflow_q);
    end
  end

endmodule
