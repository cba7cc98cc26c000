// SPDX-License-Identifier: Apache-2.0
// What rv_plastic_core does in a cycle, and where: group of neurons, axon. An event takes its groups; a tick takes group by
// group (read, fire, emit, and, if it fired, learn from every axon), then lets every axon's trace decay.
module rv_plastic_sequencer #(
  parameter int unsigned GroupW = 4,
  parameter int unsigned AxonW  = 8
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              event_i,        // one waits; it is taken in the cycle of idle_o
  input  logic              event_one_i,    // it is direct: one group
  input  logic [GroupW-1:0] event_group_i,  // that group
  input  logic              tick_i,
  input  logic              last_word_i,    // of the event in work: direct, or its last group
  input  logic              fired_i,        // some lane fires in this cycle
  input  logic              emitted_i,      // the last spike of the group leaves in this cycle
  input  logic              learn_i,
  input  logic [GroupW-1:0] last_group_i,
  input  logic [AxonW-1:0]  last_axon_i,
  output logic              idle_o,
  output logic              event_o,
  output logic              read_o,
  output logic              fire_o,
  output logic              emit_o,
  output logic              learn_o,
  output logic              decay_o,
  output logic              sweeps_o,       // learn and decay: axon_o is one, to be read
  output logic [GroupW-1:0] group_o,
  output logic [AxonW-1:0]  axon_o
);

  typedef enum logic [2:0] {StIdle, StEvent, StRead, StFire, StEmit, StLearn, StDecay} state_e;
  state_e state_d, state_q;
  logic [GroupW-1:0] group_d, group_q;
  logic [AxonW:0]    axon_d, axon_q;  // one more than axons: the last cycle writes only
  logic              group_done, sweep_done;

  assign idle_o   = state_q == StIdle;
  assign event_o  = state_q == StEvent;
  assign read_o   = state_q == StRead;
  assign fire_o   = state_q == StFire;
  assign emit_o   = state_q == StEmit;
  assign learn_o  = state_q == StLearn;
  assign decay_o  = state_q == StDecay;
  assign sweeps_o = (learn_o || decay_o) && !sweep_done;
  assign group_o  = group_q;
  assign axon_o   = axon_q[AxonW-1:0];
  assign sweep_done = axon_q > {1'b0, last_axon_i};

  always_comb begin
    state_d    = state_q;
    group_d    = group_q;
    axon_d     = '0;
    group_done = 1'b0;
    unique case (state_q)
      StIdle: begin
        group_d = '0;
        if (event_i) begin
          state_d = StEvent;
          if (event_one_i) group_d = event_group_i;
        end else if (tick_i) begin
          state_d = StRead;
        end
      end
      StEvent: begin
        group_d = group_q + 1'b1;
        if (last_word_i) state_d = StIdle;
      end
      StRead: state_d = StFire;
      StFire: begin
        if (fired_i) state_d = StEmit;
        else group_done = 1'b1;
      end
      StEmit: begin
        if (emitted_i && learn_i) state_d = StLearn;
        else group_done = emitted_i;
      end
      StLearn: begin
        axon_d     = axon_q + 1'b1;
        group_done = sweep_done;
      end
      default: begin  // StDecay
        axon_d = axon_q + 1'b1;
        if (sweep_done) state_d = StIdle;
      end
    endcase
    if (group_done) begin
      state_d = group_q == last_group_i ? StDecay : StRead;
      group_d = group_q + 1'b1;
      axon_d  = '0;
    end
  end

  always_ff @(posedge clk_i) begin
    state_q <= rst_ni ? state_d : StIdle;
    group_q <= group_d;
    axon_q  <= axon_d;
  end

endmodule
