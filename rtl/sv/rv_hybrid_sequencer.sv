// SPDX-License-Identifier: Apache-2.0
// Sequence of rv_hybrid_core: where the core is and what it does there. An operation goes through its words or tokens; a
// tick goes through all words of all rows of all tokens, after passes over the row where its map needs them. How long
// each part takes: docs/reference/rv-hybrid-core.md.
module rv_hybrid_sequencer #(
  parameter int unsigned TokenW = 6
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  // Tile mode.
  input  logic              dense_i,
  input  logic              graded_i,
  input  logic [2:0]        map_i,
  input  logic [1:0]        encode_i,
  input  logic [3:0]        fire_bits_i,
  input  logic [TokenW-1:0] last_token_i,
  input  logic [3:0]        last_row_i,      // rows of a token - 1: heads
  input  logic [3:0]        row_words_i,     // words of a row - 1
  input  logic [7:0]        last_value_i,    // values of a row - 1
  input  logic [7:0]        last_input_i,    // dense: inputs of a row - 1
  input  logic [7:0]        row_stride_i,    // dense: from a row's operands to those of the next
  input  logic [7:0]        code_stride_i,   // dense: the same for input codes
  // What is to be done.
  input  logic              event_i,         // an operation; taken when idle
  input  logic              event_row_i,
  input  logic              event_column_i,
  input  logic [TokenW-1:0] event_token_i,
  input  logic [3:0]        event_group_i,
  input  logic [3:0]        event_words_i,   // - 1
  input  logic              column_i,        // the operation at hand is a column
  input  logic              start_i,         // a tick, while idle and without operations
  input  logic              emits_i,         // the word has events to send
  input  logic              sent_i,          // its last one leaves
  // What is being done.
  output logic              idle_o,
  output logic              accumulate_o,
  output logic              pass_read_o,     // first word of a row, for a pass over its values
  output logic              pass_o,          // a value a cycle
  output logic              read_o,          // the word that fires next
  output logic              map_o,           // its values through the map, one a cycle
  output logic              dense_o,         // dense products, an input a cycle
  output logic              store_o,         // they are complete, and their word's sums for the map to read
  output logic              divide_o,
  output logic              divide_first_o,
  output logic              setup_o,
  output logic              encode_o,
  output logic              encode_last_o,
  output logic [3:0]        encode_shift_o,
  output logic              emit_o,
  output logic [TokenW-1:0] token_o,
  output logic [3:0]        group_o,         // the word at hand, of all of the token
  output logic [3:0]        read_group_o,    // the word to read
  output logic [7:0]        value_o,         // value of the row, or input of a dense row
  output logic              row_full_o,      // it is the row's last
  output logic              row_ends_o,      // the word is the row's last
  output logic              word_full_o,     // the word's
  output logic              second_o,        // second pass of softmax; cut row: the one over its values
  output logic [7:0]        operand_row_o,   // dense: of the row's first input
  output logic [7:0]        code_o
);

  localparam logic [3:0] StIdle = 4'd0;
  localparam logic [3:0] StAccumulate = 4'd1;
  localparam logic [3:0] StPassRead = 4'd2;  // first word of a row, for a pass over its values
  localparam logic [3:0] StPass = 4'd3;      // a value a cycle
  localparam logic [3:0] StPassEnd = 4'd4;   // until the unit has the result of the pass
  localparam logic [3:0] StRead = 4'd5;      // the word that fires next
  localparam logic [3:0] StMap = 4'd6;       // its values through the unit, one a cycle
  localparam logic [3:0] StMapEnd = 4'd7;    // until the last of them is back
  localparam logic [3:0] StDense = 4'd8;     // dense products, an input a cycle
  localparam logic [3:0] StDenseEnd = 4'd9;  // until the last product is added
  localparam logic [3:0] StDivide = 4'd10;   // softmax
  localparam logic [3:0] StSetup = 4'd11;
  localparam logic [3:0] StEncode = 4'd12;
  localparam logic [3:0] StEmit = 4'd13;


  localparam logic [2:0] MapNone = 3'd0, MapNorm = 3'd2, MapSoftmax = 3'd4, MapStatistics = 3'd5, MapCutNorm = 3'd6;
  localparam logic [1:0] EncodeNone = 2'd0, EncodeStBif = 2'd1;
  localparam logic [4:0] RootCycles = 5'd7, ValueCycles = 5'd3, DivideSteps = 5'd17;

  logic [3:0]        state_d, state_q;
  logic [TokenW-1:0] token_d, token_q;
  logic [3:0]        row_d, row_q;      // row of the token
  logic [3:0]        base_d, base_q;    // its first word
  logic [3:0]        group_d, group_q;
  logic [7:0]        value_d, value_q;
  logic [7:0]        operand_row_d, operand_row_q, code_d, code_q;
  logic [4:0]        count_d, count_q;  // cycles left in this state
  logic              second_d, second_q;
  logic              made_d, made_q, loads;    // the row's dense sums are, for the map to read
  logic              event_ends, row_ends, scan_ends, word_full, row_full, encode_ends, word_ends, maps, passes;

  assign maps       = map_i != MapNone && map_i != MapStatistics;
  assign passes     = map_i == MapNorm || map_i == MapSoftmax || map_i == MapStatistics || map_i == MapCutNorm;
  assign loads      = map_i == MapCutNorm && !second_q;  // the row's sums, of the word behind its last
  assign event_ends = column_i ? dense_i || token_q == last_token_i : count_q == '0;
  assign row_ends   = group_q == base_q + row_words_i;
  assign scan_ends  = row_ends && row_q == last_row_i && token_q == last_token_i;
  assign row_full   = value_q == last_value_i;
  assign word_full  = value_q[3:0] == 4'd15 || row_full;
  assign encode_ends = state_q == StEncode && count_q == '0;

  always_comb begin
    state_d       = state_q;
    token_d       = token_q;
    row_d         = row_q;
    base_d        = base_q;
    group_d       = group_q;
    value_d       = value_q;
    operand_row_d = operand_row_q;
    code_d        = code_q;
    second_d      = second_q;
    made_d        = made_q;
    count_d       = (count_q == '0) ? '0 : count_q - 5'd1;
    word_ends     = 1'b0;
    unique case (state_q)
      StIdle: begin
        if (event_i) begin
          state_d = StAccumulate;
          token_d = (event_column_i) ? '0 : event_token_i;
          group_d = event_group_i;
          count_d = (event_row_i && !dense_i) ? {1'b0, event_words_i} : '0;
        end else if (start_i && (encode_i != EncodeNone || dense_i)) begin
          state_d       = (passes && !dense_i) ? StPassRead : StRead;
          token_d       = '0;
          row_d         = '0;
          base_d        = '0;
          group_d       = '0;
          value_d       = '0;
          operand_row_d = '0;
          code_d        = '0;
          second_d      = 1'b0;
          made_d        = 1'b0;
        end
      end
      StAccumulate: begin
        if (column_i) token_d = token_q + 1'b1;
        else group_d = group_q + 4'd1;
        if (event_ends) state_d = StIdle;
      end
      StPassRead: state_d = StPass;
      StPass: begin
        value_d = value_q + 8'd1;
        if (row_full || loads) begin
          value_d = '0;
          group_d = base_q;
          if (map_i == MapNorm || (map_i == MapCutNorm && second_q)) begin
            state_d = StPassEnd;
            count_d = RootCycles - 5'd1;
          end else if (map_i == MapStatistics) begin
            state_d = StRead;
          end else begin
            state_d  = second_q ? StRead : StPassRead;
            second_d = !second_q;
          end
        end else if (word_full) group_d = group_q + 4'd1;
      end
      StPassEnd: if (count_q == '0) state_d = StRead;
      StRead: begin
        state_d = StSetup;
        if (dense_i && !made_q) begin
          state_d = StDense;
          value_d = '0;
        end else if (maps) begin
          state_d = StMap;
        end
      end
      StMap: begin
        value_d = value_q + 8'd1;
        if (word_full) begin
          state_d = StMapEnd;
          count_d = ValueCycles - 5'd1;
        end
      end
      StMapEnd: begin
        if (count_q == '0) begin
          state_d = (map_i == MapSoftmax) ? StDivide : StSetup;
          count_d = DivideSteps - 5'd1;
        end
      end
      StDivide: if (count_q == '0) state_d = StSetup;
      StDense: begin
        value_d = value_q + 8'd1;
        if (value_q == last_input_i) state_d = StDenseEnd;
      end
      StDenseEnd: begin
        state_d = StSetup;
        if (maps) begin  // all words of the row first
          state_d = StRead;
          group_d = group_q + 4'd1;
          if (row_ends) begin
            state_d = StPassRead;
            group_d = base_q;
            value_d = '0;
            made_d  = 1'b1;
          end
        end
      end
      StSetup: begin
        state_d = StEncode;
        count_d = (graded_i && encode_i == EncodeStBif) ? {1'b0, fire_bits_i} : '0;
      end
      StEncode: begin
        if (encode_ends) begin
          if (emits_i) state_d = StEmit;
          else word_ends = 1'b1;
        end
      end
      default: word_ends = sent_i;  // StEmit
    endcase
    if (word_ends) begin
      state_d = scan_ends ? StIdle : StRead;
      group_d = group_q + 4'd1;
      if (row_ends) begin
        value_d       = '0;
        row_d         = row_q + 4'd1;
        base_d        = group_q + 4'd1;
        operand_row_d = operand_row_q + row_stride_i;
        code_d        = code_q + code_stride_i;
        second_d      = 1'b0;
        made_d        = 1'b0;
        if (!scan_ends && passes && !dense_i) state_d = StPassRead;
        if (row_q == last_row_i) begin
          token_d       = token_q + 1'b1;
          row_d         = '0;
          base_d        = '0;
          group_d       = '0;
          operand_row_d = '0;
          code_d        = '0;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else state_q <= state_d;
    token_q       <= token_d;
    row_q         <= row_d;
    base_q        <= base_d;
    group_q       <= group_d;
    value_q       <= value_d;
    operand_row_q <= operand_row_d;
    code_q        <= code_d;
    second_q      <= second_d;
    made_q        <= made_d;
    count_q       <= count_d;
  end

  assign idle_o         = state_q == StIdle;
  assign accumulate_o   = state_q == StAccumulate;
  assign pass_read_o    = state_q == StPassRead;
  assign pass_o         = state_q == StPass;
  assign read_o         = state_q == StRead;
  assign map_o          = state_q == StMap;
  assign dense_o        = state_q == StDense;
  assign store_o        = state_q == StDenseEnd && maps;
  assign divide_o       = state_q == StDivide;
  assign divide_first_o = count_q == DivideSteps - 5'd1;
  assign setup_o        = state_q == StSetup;
  assign encode_o       = state_q == StEncode;
  assign encode_last_o  = encode_ends;
  assign encode_shift_o = encode_ends ? 4'd0 : 4'(count_q - 5'd1);
  assign emit_o         = state_q == StEmit;
  assign token_o        = token_q;
  assign group_o        = group_q;
  assign read_group_o   = (state_q == StPass) ? group_d : (state_q == StPassRead && loads) ? row_words_i + 4'd1 : group_q;
  assign value_o        = value_q;
  assign row_full_o     = row_full;
  assign row_ends_o     = row_ends;
  assign word_full_o    = word_full;
  assign second_o       = second_q;
  assign operand_row_o  = operand_row_q;
  assign code_o         = code_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      cover (state_q == StPassEnd);
      cover (state_q == StSetup && map_i == MapStatistics);
      cover (state_q == StDivide);
      cover (state_q == StDenseEnd && !maps);
      cover (store_o && !row_ends);
      cover (store_o && row_ends);
      cover (word_ends && row_ends && !scan_ends && row_q != last_row_i);
    end
  end

endmodule
