// SPDX-License-Identifier: Apache-2.0
// Neurons of the rate family (docs/explanation/methods.md 2), one step in every lane: signed integrate-and-fire with memory
// and burst, or classic IF that emits one at most; a signed site is a pair of them. W is the residual, M+ and M- what
// each of the pair has emitted; V+ = start + W - unit M-, V- = start - W - unit M+; alone, V = start + W.
module rv_neuron_burst #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic                classic_i,    // IF
  input  logic                pair_i,
  input  logic [2:0]          burst_i,      // most corrections of one unit a step, 0 to 4
  input  logic [2:0]          halves_i,     // start, in halves of a unit
  input  logic [Lanes*32-1:0] state_i,      // bits 31..8: W, signed; the others become 0
  input  logic [Lanes*32-1:0] plus_i,       // M+, not negative
  input  logic [Lanes*32-1:0] minus_i,      // M-
  input  logic [Lanes*32-1:0] unit_i,       // even, positive, 21 bits
  input  logic [Lanes*32-1:0] bias_i,       // added to W in every step
  output logic [Lanes*32-1:0] state_o,
  output logic [Lanes*32-1:0] plus_o,
  output logic [Lanes*32-1:0] minus_o,
  output logic [Lanes*6-1:0]  payload_o,    // signed
  output logic [Lanes-1:0]    fires_o,
  output logic                overflow_o,   // W left 24 bits
  output logic                saturated_o   // M left 16 bits
);

  localparam logic signed [63:0] MostMemory = 64'sd65535;

  // What one neuron emits: a main spike of two units and up to `burst_i` corrections, or one.
  function automatic logic signed [5:0] emitted(input logic signed [63:0] v, input logic signed [63:0] memory,
                                                input logic signed [63:0] unit, input logic classic,
                                                input logic [2:0] burst);
    logic signed [63:0] rest, bound, step, memory_left;
    logic signed [3:0] most;  // of few bits, so that its product is small in gates
    logic signed [5:0] n;
    n     = '0;
    rest  = v;
    bound = '0;
    step  = unit;
    memory_left = '0;
    most  = $signed({1'b0, burst});
    if (classic) begin
      if (v >= unit) n = 6'sd1;
    end else begin
      if (v >= (unit <<< 1)) n = 6'sd2;
      else if (v <= -(unit <<< 1) && memory > 0) n = -6'sd2;
      rest  = v - 64'(n) * unit;
      memory_left = memory + 64'(n);
      if (memory_left < 64'(most)) most = memory_left[3:0];
      bound = -(64'(most) * unit);
      if (rest < bound) rest = bound;
      for (int unsigned k = 1; k <= 4; k++) begin
        if (3'(k) <= burst) begin
          if (rest >= step) n = n + 6'sd1;
          if (rest <= -step) n = n - 6'sd1;
        end
        step = step + unit;
      end
    end
    emitted = n;
  endfunction

  always_comb begin
    logic signed [63:0] w, unit, start, plus, minus, v;
    logic signed [5:0] up, down, n;
    state_o     = '0;
    plus_o      = '0;
    minus_o     = '0;
    payload_o   = '0;
    fires_o     = '0;
    overflow_o  = 1'b0;
    saturated_o = 1'b0;
    w           = '0;
    unit        = '0;
    start       = '0;
    plus        = '0;
    minus       = '0;
    v           = '0;
    up          = '0;
    down        = '0;
    n           = '0;
    if (enable_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        unit  = 64'(unit_i[i*32+:21]);
        w     = 64'($signed(state_i[i*32+8+:24])) + 64'($signed(bias_i[i*32+:32]));
        start = (unit >>> 1) * 64'(halves_i);
        plus  = 64'(plus_i[i*32+:16]);
        minus = pair_i ? 64'(minus_i[i*32+:16]) : '0;
        v     = start + w - unit * minus;
        up    = emitted(v, plus, unit, classic_i, burst_i);
        down  = '0;
        if (pair_i) begin
          v    = start - w - unit * plus;
          down = emitted(v, minus, unit, classic_i, burst_i);
        end
        n     = up - down;
        w     = w - 64'(n) * unit;
        plus  = plus + 64'(up);
        minus = minus + 64'(down);
        if (w[63:23] != {41{w[23]}}) overflow_o = 1'b1;
        if (plus > MostMemory) begin
          saturated_o = 1'b1;
          plus        = MostMemory;
        end
        if (minus > MostMemory) begin
          saturated_o = 1'b1;
          minus       = MostMemory;
        end
        state_o[i*32+8+:24] = w[23:0];
        plus_o[i*32+:32]   = plus[31:0];
        minus_o[i*32+:32]  = minus[31:0];
        payload_o[i*6+:6]  = n;
        fires_o[i]         = n != '0;
      end
    end
  end

endmodule
