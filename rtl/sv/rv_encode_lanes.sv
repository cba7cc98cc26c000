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
  input  logic [1:0]          source_i,      // f: 0 sums, 1 mapped or dense values, 2 quotients
  input  logic [Lanes*32-1:0] sum_i,
  input  logic [Lanes*32-1:0] value_i,
  input  logic [Lanes*32-1:0] quotient_i,
  input  logic [Lanes*24-1:0] code_i,
  input  logic [Lanes*24-1:0] threshold_i,   // held until the last step
  output logic [Lanes*24-1:0] code_o,        // after the step
  output logic [Lanes-1:0]    changed_o,     // after the step: code differs from that at setup
  output logic [Lanes*24-1:0] work_code_o,   // registered
  output logic [Lanes*24-1:0] start_code_o,
  output logic                overflow_o     // a potential left 32 bits, a difference 24
);

  logic [Lanes*32-1:0] v_d, v_q;
  logic [Lanes*24-1:0] s_d, s_q, start_q;
  logic [Lanes-1:0]    overflow;

  always_comb begin
    logic signed [37:0] whole;
    logic signed [31:0] f, v, up, down, amount;
    logic signed [11:0] s, more, fewer;
    logic [11:0] count;
    v_d       = v_q;
    s_d       = s_q;
    changed_o = '0;
    overflow  = '0;
    f         = '0;
    whole     = '0;
    v         = '0;
    up        = '0;
    down      = '0;
    amount    = '0;
    s         = '0;
    more      = '0;
    fewer     = '0;
    count     = '0;
    if (setup_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        f = source_i[1] ? quotient_i[i*32+:32] : source_i[0] ? value_i[i*32+:32] : sum_i[i*32+:32];
        if (difference_i) begin
          s_d[i*24+:24] = f[23:0];
          overflow[i]   = f[31:23] != {9{f[23]}};
        end else begin
          whole = 38'(f) + $signed({15'd0, threshold_i[i*24+1+:23]}) -
                  $signed({1'b0, threshold_i[i*24+:24]}) * $signed(code_i[i*24+:10]);
          v_d[i*32+:32] = whole[31:0];
          s_d[i*24+:24] = code_i[i*24+:24];
          overflow[i]   = whole[37:31] != {7{whole[31]}};
        end
      end
    end else if (step_i) begin
      count = 12'd1 << shift_i;
      for (int unsigned i = 0; i < Lanes; i++) begin
        v      = v_q[i*32+:32];
        s      = 12'($signed(s_q[i*24+:10]));
        amount = $signed({8'd0, threshold_i[i*24+:24]}) << shift_i;
        up     = v - amount;
        down   = v + amount;
        more   = s + $signed(count);
        fewer  = s - $signed(count);
        if (!difference_i) begin
          if (!v[31]) begin
            if (!up[31] && more <= 12'(hi_i)) begin
              v = up;
              s = more;
            end
          end else if (last_i ? fewer >= 12'(lo_i) : down[31] && fewer > 12'(lo_i)) begin
            v = down;
            s = fewer;
          end
          v_d[i*32+:32] = v;
          s_d[i*24+:24] = 24'(s);
        end
        changed_o[i] = s_d[i*24+:24] != start_q[i*24+:24];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (setup_i || step_i) begin
      v_q <= v_d;
      s_q <= s_d;
    end
    if (setup_i) start_q <= code_i;
  end

  assign code_o       = s_d;
  assign work_code_o  = s_q;
  assign start_code_o = start_q;
  assign overflow_o   = |overflow;

endmodule
