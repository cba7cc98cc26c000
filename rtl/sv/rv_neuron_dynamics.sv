// SPDX-License-Identifier: Apache-2.0
// Neurons with dynamics, one step in every lane: IF, LIF, CUBA and signed burst. A lane is a function, and all lanes are
// one block under one condition: a simulator skips them while nothing fires.
module rv_neuron_dynamics #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic [1:0]          kind_i,        // 1 IF and LIF, 2 CUBA, 3 burst
  input  logic [25:0]         decay_i,       // of 4096, taken off in a step: {of v, of u}
  input  logic [7:0]          refractory_i,  // steps
  input  logic [4:0]          shift_i,
  input  logic                subtract_i,    // reset by subtraction
  input  logic [7:0]          burst_i,       // {pair, classic, start in halves of a unit, corrections of a step at most, 0 to 4}
  input  logic [Lanes*32-1:0] state_i,       // {sum that arrived 24 signed, steps still held 8}; {W 24 signed, any}
  input  logic [Lanes*32-1:0] lower_i,       // currents u; M+, not negative
  input  logic [Lanes*32-1:0] upper_i,       // membranes v; M-
  input  logic [Lanes*32-1:0] threshold_i,   // not negative; of burst neurons a unit, even, positive, 21 bits
  input  logic [Lanes*32-1:0] bias_i,
  output logic [Lanes*32-1:0] state_o,       // sums are taken: 0
  output logic [Lanes*32-1:0] lower_o,
  output logic [Lanes*32-1:0] upper_o,
  output logic [Lanes*6-1:0]  payload_o,     // of burst neurons, signed
  output logic [Lanes-1:0]    fires_o,
  output logic                overflow_o,    // W left 24 bits
  output logic                saturated_o    // u or v is at +-(2^31 - 1), M+ or M- at 65535, and would be beyond
);

  localparam logic [1:0] KindCuba = 2'd2, KindBurst = 2'd3;
  localparam logic signed [63:0] Most = 64'sh7fff_ffff, MostMemory = 64'sd65535;

  // u or v after its leak, truncated toward zero.
  function automatic logic signed [63:0] leaked(input logic [31:0] value, input logic [12:0] decay);
    logic signed [63:0] product;
    logic signed [13:0] keep;  // of few bits, so that the product is small in gates
    keep    = 14'sd4096 - $signed({1'b0, decay});
    product = 64'($signed(value)) * 64'(keep);
    if (product < 0) product = product + 64'sd4095;
    leaked = product >>> 12;
  endfunction

  // {beyond +-(2^31 - 1), the value held there}.
  function automatic logic [32:0] in_range(input logic signed [63:0] value);
    logic beyond;
    beyond = value > Most || value < -Most;
    if (!beyond) in_range = {1'b0, value[31:0]};
    else if (value < 0) in_range = {1'b1, 32'h8000_0001};
    else in_range = {1'b1, Most[31:0]};
  endfunction

  // Synaptic current of Loihi's integer CUBA neuron (docs/explanation/integer-units.md 7): u decays and takes 2^shift times
  // the sum of the weights that arrived. {saturated, u}.
  function automatic logic [32:0] current(input logic [31:0] u, input logic signed [23:0] sum, input logic [12:0] decay,
                                          input logic [4:0] shift);
    current = in_range(leaked(u, decay) + (64'(sum) <<< shift));
  endfunction

  // Membrane of an IF, LIF or CUBA neuron: v decays, takes its input and bias, saturates and fires strictly above the
  // threshold. After a spike it is 0 or less by the threshold, and is held, blind to its input, for the refractory steps.
  // {saturated, fires, steps still held, v}.
  function automatic logic [41:0] membrane(input logic [31:0] v, input logic [7:0] waits, input logic signed [31:0] arrived,
                                           input logic signed [31:0] bias, input logic signed [31:0] threshold,
                                           input logic [12:0] decay, input logic [7:0] refractory, input logic subtract);
    logic [32:0] ranged;
    logic signed [63:0] next;
    ranged = in_range(leaked(v, decay) + 64'(arrived) + 64'(bias));
    next   = 64'($signed(ranged[31:0]));
    if (waits != '0) begin
      membrane = {2'b0, waits - 8'd1, v};
    end else if (next > 64'(threshold)) begin
      next     = subtract ? next - 64'(threshold) : '0;
      membrane = {ranged[32], 1'b1, refractory, next[31:0]};
    end else begin
      membrane = {ranged[32], 1'b0, 8'd0, next[31:0]};
    end
  endfunction

  // What one burst neuron emits: a main spike of two units and up to `burst` corrections; a classic IF neuron, one at most.
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

  // Site of the rate family (docs/explanation/methods.md 2), one burst neuron or a signed pair. W is the residual, M+ and M-
  // what each of the pair has emitted; V+ = start + W - unit M-, V- = start - W - unit M+; alone, V = start + W.
  // {overflow, saturated, payload, M-, M+, W}.
  function automatic logic [63:0] site(input logic signed [23:0] residual, input logic [15:0] memory_plus,
                                       input logic [15:0] memory_minus, input logic [20:0] unit_bits,
                                       input logic signed [31:0] bias, input logic [7:0] control);
    logic signed [63:0] w, unit, start, plus, minus, v;
    logic signed [5:0] up, down, n;
    logic saturated;
    logic [2:0] burst;
    logic pair, classic;
    {pair, classic} = control[7:6];
    burst = control[2:0];
    unit  = 64'(unit_bits);
    w     = 64'(residual) + 64'(bias);
    start = (unit >>> 1) * 64'(control[5:3]);
    plus  = 64'(memory_plus);
    minus = pair ? 64'(memory_minus) : '0;
    v     = start + w - unit * minus;
    up    = emitted(v, plus, unit, classic, burst);
    down  = '0;
    if (pair) begin
      v    = start - w - unit * plus;
      down = emitted(v, minus, unit, classic, burst);
    end
    n         = up - down;
    w         = w - 64'(n) * unit;
    plus      = plus + 64'(up);
    minus     = minus + 64'(down);
    saturated = plus > MostMemory || minus > MostMemory;
    if (plus > MostMemory) plus = MostMemory;
    if (minus > MostMemory) minus = MostMemory;
    site = {w[63:23] != {41{w[23]}}, saturated, n, minus[15:0], plus[15:0], w[23:0]};
  endfunction

  always_comb begin
    logic [63:0] lane;
    logic signed [31:0] arrived;
    state_o     = '0;
    lower_o     = '0;
    upper_o     = '0;
    payload_o   = '0;
    fires_o     = '0;
    overflow_o  = 1'b0;
    saturated_o = 1'b0;
    lane        = '0;
    arrived     = '0;
    if (enable_i && kind_i == KindBurst) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        lane = site(state_i[i*32+8+:24], lower_i[i*32+:16], upper_i[i*32+:16], threshold_i[i*32+:21], bias_i[i*32+:32],
                    burst_i);
        if (lane[63]) overflow_o = 1'b1;
        if (lane[62]) saturated_o = 1'b1;
        payload_o[i*6+:6] = lane[61:56];
        fires_o[i]        = lane[61:56] != '0;
        upper_o[i*32+:32] = {16'b0, lane[55:40]};
        lower_o[i*32+:32] = {16'b0, lane[39:24]};
        state_o[i*32+:32] = {lane[23:0], 8'b0};
      end
    end else if (enable_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        arrived = 32'($signed(state_i[i*32+8+:24]));
        if (kind_i == KindCuba) begin
          lane    = 64'(current(lower_i[i*32+:32], arrived[23:0], decay_i[12:0], shift_i));
          arrived = lane[31:0];
          if (lane[32]) saturated_o = 1'b1;
          lower_o[i*32+:32] = arrived;
        end
        lane = 64'(membrane(upper_i[i*32+:32], state_i[i*32+:8], arrived, bias_i[i*32+:32], threshold_i[i*32+:32],
                            decay_i[25:13], refractory_i, subtract_i));
        if (lane[41]) saturated_o = 1'b1;
        fires_o[i]        = lane[40];
        state_o[i*32+:32] = {24'b0, lane[39:32]};
        upper_o[i*32+:32] = lane[31:0];
      end
    end
  end

endmodule
