// SPDX-License-Identifier: Apache-2.0
// ST-BIF encoders of rv_hybrid_core, a word of lanes at a time (docs/explanation/integer-units.md 1), from the state
// function V = theta/2 + f - theta S. To rest: fires are taken off in powers of two, the largest first, then one by one
// as the neuron does; the sum of the fires is that of the neuron. Difference units take over the sum as their "code".
module rv_encode_lanes #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                setup_i,       // takes f, code, threshold
  input  logic                step_i,        // one step: 2^shift fires of each lane
  input  logic                last_i,        // the step is the last: one fire, as conditions say
  input  logic [3:0]          shift_i,
  input  logic                difference_i,  // no encoder: code becomes f
  input  logic signed [9:0]   lo_i,
  input  logic signed [9:0]   hi_i,
  input  logic [Lanes*32-1:0] f_i,
  input  logic [Lanes*24-1:0] code_i,        // held until the events have left
  input  logic [Lanes*24-1:0] threshold_i,   // held until the last step
  output logic [Lanes-1:0]    changed_o,     // after the last step: code differs from code_i
  output logic [Lanes*32-1:0] code_o,        // a cycle behind the step: 24 bits of each lane
  output logic                overflow_o     // a cycle behind setup: a potential left 32 bits, a difference 24
);

  logic [Lanes*32-1:0] v_q, s_q;
  logic                overflow_q;
  logic signed [31:0]  count, lowest, highest, always_back;

  // A step of several fires takes none back below zero, and stays above lo, so that the last one may reach it.
  assign count       = 32'sd1 <<< shift_i;
  assign highest     = 32'(hi_i);
  assign lowest      = 32'(lo_i) + 32'(!last_i);
  assign always_back = last_i ? '1 : '0;

  // {potential, code} after a step. Masks, not choices: which way lanes go is as good as random, and a simulator's
  // processor guesses wrong.
  function automatic logic [55:0] stepped(input logic signed [31:0] v, input logic signed [31:0] s,
                                          input logic signed [31:0] amount, input logic signed [31:0] fires,
                                          input logic signed [31:0] least, input logic signed [31:0] most,
                                          input logic signed [31:0] any);
    logic signed [31:0] back, more_v, more_s, next_v, next_s, stays;
    back    = v >>> 31;  // fires are taken back
    more_v  = (amount ^ ~back) - ~back;
    more_s  = (fires ^ back) - back;
    next_v  = v + more_v;
    next_s  = s + more_s;
    stays   = ((((next_s - least) | (~next_v & ~any)) & back) | (((most - next_s) | next_v) & ~back)) >>> 31;
    stepped = {v + (more_v & ~stays), 24'(s + (more_s & ~stays))};
  endfunction

  // Reads come before the one write, and nothing is written between steps: a simulator then copies no word.
  always_ff @(posedge clk_i) begin
    logic [Lanes*32-1:0] potentials, codes;
    logic [Lanes-1:0]    overflow;
    logic signed [37:0]  whole;
    logic signed [31:0]  f;
    logic [55:0]         next;
    overflow_q <= 1'b0;
    if (setup_i || (step_i && !difference_i)) begin
      overflow = '0;
      if (setup_i) begin
        for (int unsigned i = 0; i < Lanes; i++) begin
          f     = f_i[i*32+:32];
          whole = 38'(f) + $signed({15'd0, threshold_i[i*24+1+:23]}) -
                  $signed({1'b0, threshold_i[i*24+:24]}) * $signed(code_i[i*24+:10]);
          potentials[i*32+:32] = whole[31:0];
          codes[i*32+:32]      = {8'd0, difference_i ? f[23:0] : code_i[i*24+:24]};
          overflow[i]          = difference_i ? f[31:23] != {9{f[23]}} : whole[37:31] != {7{whole[31]}};
        end
      end else begin
        for (int unsigned i = 0; i < Lanes; i++) begin
          next = stepped(v_q[i*32+:32], 32'($signed(s_q[i*32+:10])),
                         $signed({8'd0, threshold_i[i*24+:24]}) <<< shift_i, count, lowest, highest, always_back);
          potentials[i*32+:32] = next[55:24];
          codes[i*32+:32]      = {8'd0, next[23:0]};
        end
      end
      v_q        <= potentials;
      s_q        <= codes;
      overflow_q <= |overflow;
    end
  end

  always_comb begin
    logic [23:0] code;
    changed_o = '0;
    code      = '0;
    if (last_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        code = difference_i ? s_q[i*32+:24] :
               24'(stepped(v_q[i*32+:32], 32'($signed(s_q[i*32+:10])),
                           $signed({8'd0, threshold_i[i*24+:24]}) <<< shift_i, count, lowest, highest, always_back));
        changed_o[i] = code != code_i[i*24+:24];
      end
    end
  end

  assign code_o     = s_q;
  assign overflow_o = overflow_q;

endmodule
