// SPDX-License-Identifier: Apache-2.0
// Core that learns: leaky integrate-and-fire neurons, all-to-all synapses of 16 bits, pair-based STDP with traces, as
// docs/explanation/plasticity.md defines them. A spike in adds its weight row to the potentials and depresses it by the
// neurons' traces, Lanes synapses a cycle. A tick, taken only when no event is left, lets the neurons fire, potentiates
// the columns of those that did by the axons' traces, and lets all traces decay. Contract, ports and cycles:
// docs/reference/rv-plastic-core.md. Reset is synchronous; it clears control state, memories are loaded by the config port.
module rv_plastic_core #(
  parameter int unsigned MaxNeurons = 256,
  parameter int unsigned MaxAxons   = 256,
  parameter int unsigned Lanes      = 16,
  parameter int unsigned FifoDepth  = 16,
  localparam int unsigned Groups   = MaxNeurons / Lanes,
  localparam int unsigned GroupW   = $clog2(Groups),
  localparam int unsigned LaneW    = $clog2(Lanes),
  localparam int unsigned NeuronW  = GroupW + LaneW,
  localparam int unsigned AxonW    = $clog2(MaxAxons),
  localparam int unsigned ChannelW = (AxonW > NeuronW) ? AxonW : NeuronW,
  localparam int unsigned CfgAddrW = AxonW + GroupW,
  localparam int unsigned CfgDataW = Lanes * 40
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // Events in: a spike of axon `channel`, or, direct, a payload added to the potential of neuron `channel`.
  input  logic                evt_valid_i,
  output logic                evt_ready_o,
  input  logic                evt_direct_i,
  input  logic [ChannelW-1:0] evt_channel_i,
  input  logic signed [23:0]  evt_payload_i,

  // Step protocol.
  input  logic                tick_valid_i,
  output logic                tick_ready_o,

  // Spikes out, in order of neuron.
  output logic                spike_valid_o,
  input  logic                spike_ready_i,
  output logic [NeuronW-1:0]  spike_neuron_o,

  // Memory and control load and read, one word a cycle while idle.
  input  logic                cfg_valid_i,
  output logic                cfg_ready_o,
  input  logic                cfg_write_i,
  input  logic [2:0]          cfg_select_i,  // 0 weights, 1 state, 2 thresholds, 3 pre traces, 4 control
  input  logic [CfgAddrW-1:0] cfg_addr_i,    // {axon, group}, {group}, {group}, {axon}, -
  input  logic [CfgDataW-1:0] cfg_wdata_i,
  output logic                cfg_rvalid_o,  // of 0, 1 and 3
  output logic [CfgDataW-1:0] cfg_rdata_o,

  // Status.
  output logic                busy_o,
  output logic                scanning_o,
  output logic                saturated_o,     // sticky: a potential was held at the end of its 24 bits
  output logic [31:0]         busy_cycles_o,   // cycles with busy_o, since reset, modulo 2^32
  output logic [31:0]         stall_cycles_o   // of those, cycles in which a spike out was not taken
);

  localparam int unsigned StateW   = Lanes * 40;
  localparam int unsigned WeightW  = Lanes * 16;
  localparam int unsigned ThrW     = Lanes * 24;
  localparam int unsigned EventW   = 1 + ChannelW + 24;
  localparam int unsigned ControlW = AxonW + GroupW + 106;
  localparam logic [2:0] SelWeight = 3'd0, SelState = 3'd1, SelThreshold = 3'd2, SelPre = 3'd3, SelControl = 3'd4;

  // What is done in this cycle, and where.
  logic              idle, in_event, in_read, in_fire, in_emit, in_learn, in_decay, sweeps;
  logic [GroupW-1:0] group;
  logic [AxonW-1:0]  axon;

  // Control word.
  logic [AxonW-1:0]   last_axon;   // axons - 1
  logic [GroupW-1:0]  last_group;  // groups - 1
  logic               learn, nearest, leaky, subtract;
  logic [3:0]         leak, pre_decay, post_decay;
  logic [15:0]        pre_bump, post_bump;
  logic [7:0]         depress_gain, potentiate_gain;
  logic [4:0]         depress_shift, potentiate_shift;
  logic signed [15:0] weight_min, weight_max;

  // ------------------------------------------------------------------ events in
  logic fifo_ready, fifo_valid, fifo_pop, fifo_direct;
  logic [EventW-1:0] fifo_data;
  logic [ChannelW-1:0] fifo_channel;
  logic signed [23:0]  fifo_payload;
  logic tick_waits_q;  // while a tick waits no event gets in: a steady stream of events cannot starve it

  assign evt_ready_o = fifo_ready && !tick_waits_q;
  rv_event_fifo #(.Depth(FifoDepth), .Width(EventW)) u_fifo (
    .clk_i,
    .rst_ni,
    .valid_i(evt_valid_i && !tick_waits_q),
    .ready_o(fifo_ready),
    .data_i ({evt_direct_i, evt_channel_i, evt_payload_i}),
    .valid_o(fifo_valid),
    .ready_i(fifo_pop),
    .data_o (fifo_data)
  );
  assign {fifo_direct, fifo_channel, fifo_payload} = fifo_data;
  assign fifo_pop = idle && fifo_valid;

  // The event at hand stays until the next one is popped, one cycle after its last word was read.
  logic                ev_direct_q;
  logic [ChannelW-1:0] ev_channel_q;
  logic signed [23:0]  ev_payload_q;
  logic                ev_first_q;  // first cycle of an event's words
  always_ff @(posedge clk_i) begin
    if (fifo_pop) begin
      ev_direct_q  <= fifo_direct;
      ev_channel_q <= fifo_channel;
      ev_payload_q <= fifo_payload;
    end
    ev_first_q <= fifo_pop;
  end

  // ------------------------------------------------------------------ config port
  logic                cfg_pending;
  logic [4:0]          cfg_writes, cfg_reads;  // by memory
  logic [2:0]          cfg_rselect;
  logic [CfgAddrW-1:0] cfg_addr;
  logic [CfgDataW-1:0] cfg_wdata;
  logic [ControlW-1:0] control;

  assign cfg_ready_o = !busy_o && !tick_valid_i && !evt_valid_i;
  rv_plastic_config #(.AddrW(CfgAddrW), .DataW(CfgDataW), .ControlW(ControlW)) u_config (
    .clk_i,
    .rst_ni,
    .valid_i  (cfg_valid_i),
    .ready_i  (cfg_ready_o),
    .write_i  (cfg_write_i),
    .select_i (cfg_select_i),
    .addr_i   (cfg_addr_i),
    .wdata_i  (cfg_wdata_i),
    .pending_o(cfg_pending),
    .writes_o (cfg_writes),
    .reads_o  (cfg_reads),
    .addr_o   (cfg_addr),
    .wdata_o  (cfg_wdata),
    .rvalid_o (cfg_rvalid_o),
    .rselect_o(cfg_rselect),
    .control_o(control)
  );
  assign {weight_max, weight_min, potentiate_shift, potentiate_gain, depress_shift, depress_gain, post_bump, pre_bump,
          post_decay, pre_decay, leak, subtract, leaky, nearest, learn, last_group, last_axon} = control;

  // ------------------------------------------------------------------ memories
  logic               acc_valid_q;  // the words read in the last cycle are to be worked on: an event's
  logic               learn_valid_q, decay_valid_q;
  logic [GroupW-1:0]  acc_group_q;
  logic [AxonW-1:0]   axon_before_q;
  logic [StateW-1:0]  state_rdata, state_wdata, neuron_state;
  logic [WeightW-1:0] weight_rdata, weight_wdata, new_weight;
  logic [ThrW-1:0]    threshold_rdata;
  logic [15:0]        pre_rdata, pre_wdata;
  logic               state_write, weight_write, pre_write, ev_spike;
  logic [GroupW-1:0]  state_waddr;
  logic [AxonW+GroupW-1:0] weight_raddr, weight_waddr;
  logic [AxonW-1:0]   pre_raddr, pre_waddr, ev_axon;

  assign ev_axon  = ev_channel_q[AxonW-1:0];
  assign ev_spike = in_event && !ev_direct_q;

  rv_plastic_memories #(.Groups(Groups), .Axons(MaxAxons), .Lanes(Lanes)) u_memories (
    .clk_i,
    .state_read_i     (in_event || in_read || cfg_reads[SelState]),
    .state_raddr_i    (idle ? cfg_addr[GroupW-1:0] : group),
    .state_rdata_o    (state_rdata),
    .state_write_i    (state_write),
    .state_waddr_i    (state_waddr),
    .state_wdata_i    (state_wdata),
    .weight_read_i    (ev_spike || (in_learn && sweeps) || cfg_reads[SelWeight]),
    .weight_raddr_i   (weight_raddr),
    .weight_rdata_o   (weight_rdata),
    .weight_write_i   (weight_write),
    .weight_waddr_i   (weight_waddr),
    .weight_wdata_i   (weight_wdata),
    .threshold_read_i (in_read),
    .threshold_raddr_i(group),
    .threshold_rdata_o(threshold_rdata),
    .threshold_write_i(cfg_writes[SelThreshold]),
    .threshold_waddr_i(cfg_addr[GroupW-1:0]),
    .threshold_wdata_i(cfg_wdata[ThrW-1:0]),
    .pre_read_i       ((fifo_pop && !fifo_direct) || sweeps || cfg_reads[SelPre]),
    .pre_raddr_i      (pre_raddr),
    .pre_rdata_o      (pre_rdata),
    .pre_write_i      (pre_write),
    .pre_waddr_i      (pre_waddr),
    .pre_wdata_i      (pre_wdata)
  );

  always_comb begin
    weight_raddr = {ev_axon, group};
    pre_raddr    = axon;
    if (in_learn) weight_raddr = {axon, group};
    if (idle) begin
      weight_raddr = cfg_addr;
      pre_raddr    = fifo_pop ? fifo_channel[AxonW-1:0] : cfg_addr[AxonW-1:0];
    end
  end

  // ------------------------------------------------------------------ what goes back into the memories
  logic [Lanes-1:0] fired, fired_q, pending_d, pending_q;
  logic [16:0]      bumped;
  logic [Lanes*16-1:0] post_trace;
  logic [Lanes-1:0]    acc_saturates;
  logic [StateW-1:0]   acc_state;

  rv_plastic_accumulate #(.Lanes(Lanes)) u_accumulate (
    .active_i   (acc_valid_q),
    .direct_i   (ev_direct_q),
    .lane_i     (ev_channel_q[LaneW-1:0]),
    .payload_i  (ev_payload_q),
    .state_i    (state_rdata),
    .weight_i   (weight_rdata),
    .state_o    (acc_state),
    .trace_o    (post_trace),
    .saturates_o(acc_saturates)
  );

  rv_plastic_neuron #(.Lanes(Lanes)) u_neuron (
    .active_i   (in_fire),
    .state_i    (state_rdata),
    .threshold_i(threshold_rdata),
    .subtract_i (subtract),
    .leaky_i    (leaky),
    .leak_i     (leak),
    .nearest_i  (nearest),
    .bump_i     (post_bump),
    .decay_i    (post_decay),
    .state_o    (neuron_state),
    .fired_o    (fired)
  );

  rv_stdp_update #(.Lanes(Lanes)) u_update (
    .active_i    (learn_valid_q || (acc_valid_q && !ev_direct_q && learn)),
    .potentiate_i(learn_valid_q),
    .fired_i     (fired_q),
    .weight_i    (weight_rdata),
    .post_i      (post_trace),
    .pre_i       (pre_rdata),
    .gain_i      (learn_valid_q ? potentiate_gain : depress_gain),
    .shift_i     (learn_valid_q ? potentiate_shift : depress_shift),
    .bound_i     (learn_valid_q ? weight_max : weight_min),
    .weight_o    (new_weight)
  );

  always_comb begin
    state_write  = acc_valid_q || in_fire || cfg_writes[SelState];
    state_waddr  = cfg_addr[GroupW-1:0];
    state_wdata  = cfg_wdata;
    weight_write = learn_valid_q || (acc_valid_q && !ev_direct_q && learn) || cfg_writes[SelWeight];
    weight_waddr = cfg_addr;
    weight_wdata = cfg_wdata[WeightW-1:0];
    if (acc_valid_q) begin
      state_waddr  = acc_group_q;
      state_wdata  = acc_state;
      weight_waddr = {ev_axon, acc_group_q};
      weight_wdata = new_weight;
    end else if (in_fire) begin
      state_waddr = group;
      state_wdata = neuron_state;
    end else if (learn_valid_q) begin
      weight_waddr = {axon_before_q, group};
      weight_wdata = new_weight;
    end

    bumped    = nearest ? {1'b0, pre_bump} : {1'b0, pre_rdata} + {1'b0, pre_bump};
    pre_write = (ev_first_q && !ev_direct_q) || decay_valid_q || cfg_writes[SelPre];
    pre_waddr = cfg_addr[AxonW-1:0];
    pre_wdata = cfg_wdata[15:0];
    if (ev_first_q) begin
      pre_waddr = ev_axon;
      pre_wdata = bumped[16] ? 16'hffff : bumped[15:0];
    end else if (decay_valid_q) begin
      pre_waddr = axon_before_q;
      pre_wdata = pre_rdata - 16'(({1'b0, pre_rdata} + (17'd1 << pre_decay) - 17'd1) >> pre_decay);
    end

    cfg_rdata_o = state_rdata;
    if (cfg_rselect == SelWeight) cfg_rdata_o = CfgDataW'(weight_rdata);
    if (cfg_rselect == SelPre) cfg_rdata_o = CfgDataW'(pre_rdata);
  end

  // ------------------------------------------------------------------ spikes out: the lowest pending lane
  logic [LaneW-1:0] spike_lane;
  always_comb begin
    pending_d  = pending_q;
    spike_lane = '0;
    if (in_fire) begin
      pending_d = fired;
    end else if (in_emit) begin
      for (int unsigned i = Lanes; i > 0; i--) begin
        if (pending_q[i-1]) spike_lane = LaneW'(i - 1);
      end
      if (spike_ready_i) pending_d = pending_q & (pending_q - 1'b1);  // lowest one leaves
    end
  end
  assign spike_valid_o  = in_emit;
  assign spike_neuron_o = {group, spike_lane};

  // ------------------------------------------------------------------ control
  logic        saturated_q, tick_accepted;
  logic [31:0] busy_cycles_q, stall_cycles_q;

  assign busy_o         = !idle || fifo_valid || acc_valid_q;
  assign scanning_o     = in_read || in_fire || in_emit || in_learn || in_decay;
  assign saturated_o    = saturated_q;
  assign busy_cycles_o  = busy_cycles_q;
  assign stall_cycles_o = stall_cycles_q;
  assign tick_ready_o   = !busy_o && !cfg_pending;
  assign tick_accepted  = tick_valid_i && tick_ready_o;

  rv_plastic_sequencer #(.GroupW(GroupW), .AxonW(AxonW)) u_sequencer (
    .clk_i,
    .rst_ni,
    .event_i      (fifo_valid),
    .event_one_i  (fifo_direct),
    .event_group_i(fifo_channel[NeuronW-1:LaneW]),
    .tick_i       (tick_accepted),
    .last_word_i  (ev_direct_q || group == last_group),
    .fired_i      (fired != '0),
    .emitted_i    (pending_d == '0),
    .learn_i      (learn),
    .last_group_i (last_group),
    .last_axon_i  (last_axon),
    .idle_o       (idle),
    .event_o      (in_event),
    .read_o       (in_read),
    .fire_o       (in_fire),
    .emit_o       (in_emit),
    .learn_o      (in_learn),
    .decay_o      (in_decay),
    .sweeps_o     (sweeps),
    .group_o      (group),
    .axon_o       (axon)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tick_waits_q   <= 1'b0;
      acc_valid_q    <= 1'b0;
      learn_valid_q  <= 1'b0;
      decay_valid_q  <= 1'b0;
      saturated_q    <= 1'b0;
      busy_cycles_q  <= '0;
      stall_cycles_q <= '0;
    end else begin
      tick_waits_q  <= tick_valid_i && !tick_ready_o;
      acc_valid_q   <= in_event;
      learn_valid_q <= in_learn && sweeps;
      decay_valid_q <= in_decay && sweeps;
      if (acc_saturates != '0) saturated_q <= 1'b1;
      else if (cfg_writes[SelControl]) saturated_q <= 1'b0;
      if (busy_o) busy_cycles_q <= busy_cycles_q + 1;
      if (spike_valid_o && !spike_ready_i) stall_cycles_q <= stall_cycles_q + 1;
    end
    axon_before_q <= axon;
    acc_group_q   <= group;
    pending_q     <= pending_d;
    if (in_fire) fired_q <= fired;
  end

  // ------------------------------------------------------------------ properties
  rv_handshake_check #(.Width(NeuronW)) u_spike_check (
    .clk_i,
    .rst_ni,
    .valid_i(spike_valid_o),
    .ready_i(spike_ready_i),
    .data_i (spike_neuron_o)
  );

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(tick_accepted && fifo_valid));
      assert (!in_emit || pending_q != '0);
      assert (!(acc_valid_q && scanning_o));
      assert (!(learn_valid_q && decay_valid_q));
      cover (tick_waits_q && evt_valid_i);                          // an event is held off by a waiting tick
      cover (tick_accepted && evt_valid_i && evt_ready_o);          // an event enters with the tick: next step
      cover (scanning_o && evt_valid_i && !evt_ready_o);            // the queue fills while the neurons fire
      cover (spike_valid_o && !spike_ready_i);                      // back-pressure
      cover (idle && acc_valid_q && fifo_pop);                      // an event is popped while the last one drains
      cover (in_emit && pending_q == '1);                           // all lanes fire
      cover (acc_valid_q && ev_direct_q);
      cover (ev_first_q && !ev_direct_q && !nearest && bumped[16]); // an axon's trace is full
      cover (learn_valid_q && new_weight == weight_rdata);          // nothing to learn: all at the bound, or no trace
      cover (saturated_q);
    end
  end

endmodule
