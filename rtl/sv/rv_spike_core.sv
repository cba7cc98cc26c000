// SPDX-License-Identifier: Apache-2.0
// Spiking core: one tile of a Linear stage with ST-BIF encoders, as docs/explanation/integer-units.md 1 and 2 define them.
// Events wait in a FIFO; each adds payload * weight row to the potentials of its token, Lanes neurons a cycle. A tick,
// taken only when no event is left, scans all neurons of all tokens and fires. Contract, ports and cycles:
// docs/reference/rv-spike-core.md. Reset is synchronous; it clears control state, memories are loaded by the config port.
module rv_spike_core #(
  parameter int unsigned MaxNeurons = 256,
  parameter int unsigned MaxAxons   = 256,
  parameter int unsigned MaxTokens  = 64,
  parameter int unsigned Lanes      = 16,
  parameter int unsigned FifoDepth  = 16,
  localparam int unsigned Groups   = MaxNeurons / Lanes,
  localparam int unsigned TokenW   = $clog2(MaxTokens),
  localparam int unsigned GroupW   = $clog2(Groups),
  localparam int unsigned LaneW    = $clog2(Lanes),
  localparam int unsigned NeuronW  = GroupW + LaneW,
  localparam int unsigned AxonW    = $clog2(MaxAxons),
  localparam int unsigned ChannelW = (AxonW > NeuronW) ? AxonW : NeuronW,
  localparam int unsigned CfgAddrW = ((AxonW > TokenW) ? AxonW : TokenW) + GroupW
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // Events in. Direct events add their payload to the potential of neuron `channel` (partial sums of another tile);
  // others add payload times the weight row of axon `channel`, the payload then being at most 9 bits wide.
  input  logic                evt_valid_i,
  output logic                evt_ready_o,
  input  logic                evt_direct_i,
  input  logic [TokenW-1:0]   evt_token_i,
  input  logic [ChannelW-1:0] evt_channel_i,
  input  logic signed [23:0]  evt_payload_i,

  // Step protocol.
  input  logic                tick_valid_i,
  output logic                tick_ready_o,

  // Events out, in order of token, then neuron.
  output logic                spike_valid_o,
  input  logic                spike_ready_i,
  output logic [TokenW-1:0]   spike_token_o,
  output logic [NeuronW-1:0]  spike_neuron_o,
  output logic signed [8:0]   spike_payload_o,

  // Memory and control load, one word a cycle while idle; state words can be read back.
  input  logic                cfg_valid_i,
  output logic                cfg_ready_o,
  input  logic                cfg_write_i,
  input  logic [1:0]          cfg_select_i,  // 0 synapses, 1 state, 2 thresholds, 3 control
  input  logic [CfgAddrW-1:0] cfg_addr_i,    // {axon, group}, {token, group}, {group}, -
  input  logic [Lanes*32-1:0] cfg_wdata_i,
  output logic                cfg_rvalid_o,
  output logic [Lanes*32-1:0] cfg_rdata_o,

  // Status.
  output logic                busy_o,
  output logic                scanning_o,
  output logic                overflow_o,      // sticky: a potential left 24 bits
  output logic [31:0]         busy_cycles_o,   // cycles with busy_o, since reset, modulo 2^32
  output logic [31:0]         stall_cycles_o   // of those, cycles in which an event out was not taken
);

  localparam int unsigned SynW   = Lanes * 8;
  localparam int unsigned StateW = Lanes * 32;
  localparam int unsigned ThrW   = Lanes * 24;
  localparam int unsigned WordW  = TokenW + GroupW;
  localparam int unsigned EventW = 1 + TokenW + ChannelW + 24;
  localparam int unsigned ControlW = 1 + 8 + TokenW + GroupW;
  localparam logic [1:0] SelSynapse = 2'd0, SelState = 2'd1, SelThreshold = 2'd2, SelControl = 2'd3;

  typedef enum logic [2:0] {
    StIdle,
    StAccumulate,
    StScan,  // reads the first state word of a scan
    StFire,
    StEmit
  } state_e;

  state_e state_d, state_q;

  // Where the core is: word {token, group} of the tile's state.
  logic [TokenW-1:0] token_d, token_q, next_token;
  logic [GroupW-1:0] group_d, group_q, next_group;

  // Control word: what part of the memories is in use and how neurons fire.
  logic              graded_q;
  logic [7:0]        span_q;        // hi - lo
  logic [TokenW-1:0] last_token_q;  // tokens - 1
  logic [GroupW-1:0] last_group_q;  // groups - 1

  // ------------------------------------------------------------------ events in
  logic fifo_ready, fifo_valid, fifo_pop;
  logic [EventW-1:0] fifo_data;
  logic tick_waits_q;  // while a tick waits no event gets in: a steady stream of events cannot starve it

  assign evt_ready_o = fifo_ready && !tick_waits_q;
  rv_event_fifo #(
    .Depth(FifoDepth),
    .Width(EventW)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .valid_i(evt_valid_i && !tick_waits_q),
    .ready_o(fifo_ready),
    .data_i ({evt_direct_i, evt_token_i, evt_channel_i, evt_payload_i}),
    .valid_o(fifo_valid),
    .ready_i(fifo_pop),
    .data_o (fifo_data)
  );

  // The event at hand. It stays until the next one is popped, one cycle after its last word was read.
  logic                ev_direct_q;
  logic [ChannelW-1:0] ev_channel_q;
  logic signed [23:0]  ev_payload_q;
  logic [TokenW-1:0]   fifo_token;
  logic [ChannelW-1:0] fifo_channel;
  logic signed [23:0]  fifo_payload;
  logic                fifo_direct;

  assign {fifo_direct, fifo_token, fifo_channel, fifo_payload} = fifo_data;
  assign fifo_pop = state_q == StIdle && fifo_valid;

  always_ff @(posedge clk_i) begin
    if (fifo_pop) begin
      ev_direct_q  <= fifo_direct;
      ev_channel_q <= fifo_channel;
      ev_payload_q <= fifo_payload;
    end
  end

  // ------------------------------------------------------------------ config port, registered
  logic                cfg_valid_q, cfg_write_q, cfg_rvalid_q;
  logic [1:0]          cfg_select_q;
  logic [CfgAddrW-1:0] cfg_addr_q;
  logic [Lanes*32-1:0] cfg_wdata_q;
  logic cfg_writes;

  assign cfg_ready_o  = !busy_o && !tick_valid_i;
  assign cfg_rvalid_o = cfg_rvalid_q;
  assign cfg_writes   = cfg_valid_q && cfg_write_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cfg_valid_q  <= 1'b0;
      cfg_rvalid_q <= 1'b0;
    end else begin
      cfg_valid_q  <= cfg_valid_i && cfg_ready_o;
      cfg_rvalid_q <= cfg_valid_q && !cfg_write_q;
    end
    if (cfg_valid_i) begin
      cfg_write_q  <= cfg_write_i;
      cfg_select_q <= cfg_select_i;
      cfg_addr_q   <= cfg_addr_i;
      cfg_wdata_q  <= cfg_wdata_i;
    end
    if (cfg_writes && cfg_select_q == SelControl) begin
      {graded_q, span_q, last_token_q, last_group_q} <= cfg_wdata_q[ControlW-1:0];
    end
  end

  // ------------------------------------------------------------------ memories
  logic              state_read, state_write;
  logic [WordW-1:0]  state_raddr, state_waddr;
  logic [StateW-1:0] state_rdata, state_wdata;
  logic [SynW-1:0]   synapse_rdata;
  logic [ThrW-1:0]   threshold_rdata;
  logic              acc_valid_q;  // the word read in the last cycle is to be accumulated into
  logic [GroupW-1:0] acc_group_q;
  logic              fire_done;    // the word is at rest (graded) or has had its one fire (unary)
  logic              fire_write;
  logic              last_of_event, last_of_scan;

  assign last_of_event = ev_direct_q || group_q == last_group_q;
  assign last_of_scan  = group_q == last_group_q && token_q == last_token_q;
  assign next_group    = (group_q == last_group_q) ? '0 : group_q + 1'b1;
  assign next_token    = (group_q == last_group_q) ? token_q + 1'b1 : token_q;
  assign cfg_rdata_o   = state_rdata;

  always_comb begin
    state_read  = state_q == StAccumulate || state_q == StScan || (state_q == StFire && fire_done && !last_of_scan);
    state_raddr = (state_q == StFire) ? {next_token, next_group} : {token_q, group_q};
    if (state_q == StIdle) begin
      state_read  = cfg_valid_q && !cfg_write_q;
      state_raddr = cfg_addr_q[WordW-1:0];
    end
  end

  rv_sram_1r1w #(
    .Depth(MaxTokens * Groups),
    .Width(StateW)
  ) u_state (
    .clk_i,
    .read_i      (state_read),
    .read_addr_i (state_raddr),
    .read_data_o (state_rdata),
    .write_i     (state_write),
    .write_addr_i(state_waddr),
    .write_data_i(state_wdata)
  );

  rv_sram_1r1w #(
    .Depth(MaxAxons * Groups),
    .Width(SynW)
  ) u_synapse (
    .clk_i,
    .read_i      (state_q == StAccumulate && !ev_direct_q),
    .read_addr_i ({ev_channel_q[AxonW-1:0], group_q}),
    .read_data_o (synapse_rdata),
    .write_i     (cfg_writes && cfg_select_q == SelSynapse),
    .write_addr_i(cfg_addr_q[AxonW+GroupW-1:0]),
    .write_data_i(cfg_wdata_q[SynW-1:0])
  );

  rv_sram_1r1w #(
    .Depth(Groups),
    .Width(ThrW)
  ) u_threshold (
    .clk_i,
    .read_i      (state_read && scanning_o),
    .read_addr_i (state_raddr[GroupW-1:0]),
    .read_data_o (threshold_rdata),
    .write_i     (cfg_writes && cfg_select_q == SelThreshold),
    .write_addr_i(cfg_addr_q[GroupW-1:0]),
    .write_data_i(cfg_wdata_q[ThrW-1:0])
  );

  // ------------------------------------------------------------------ lanes: what goes back into the state memory
  // Accumulate: V += W * payload, a word read in the last cycle. Fire: a word once a cycle until it is done. Else: config.
  // One block, so that a simulator computes one of the three.
  logic [Lanes-1:0]   acc_overflow;
  logic               fire_first_q;  // first cycle of a word: its state comes from the memory
  logic [StateW-1:0]  work_q;        // else from here
  logic [Lanes*8-1:0] start_d, start_q;  // tracers before the word's first fire
  logic [Lanes-1:0]   fires, changed;    // lanes that fire now; that have fired since the start

  always_comb begin
    logic signed [25:0] addend, sum;
    logic [31:0] lane;
    logic signed [23:0] v, threshold;
    logic [7:0] t, t_next;
    state_waddr  = cfg_addr_q[WordW-1:0];
    state_wdata  = cfg_wdata_q;
    start_d      = start_q;
    acc_overflow = '0;
    fires        = '0;
    changed      = '0;
    addend       = '0;
    sum          = '0;
    lane         = '0;
    v            = '0;
    threshold    = '0;
    t            = '0;
    t_next       = '0;
    if (acc_valid_q) begin
      state_waddr = {token_q, acc_group_q};
      for (int unsigned i = 0; i < Lanes; i++) begin
        lane = state_rdata[i*32+:32];
        if (!ev_direct_q) addend = $signed(synapse_rdata[i*8+:8]) * $signed(ev_payload_q[8:0]);
        else if (ev_channel_q[LaneW-1:0] == LaneW'(i)) addend = 26'(ev_payload_q);
        else addend = '0;
        sum                    = 26'($signed(lane[23:0])) + addend;
        state_wdata[i*32+:32]  = {lane[31:24], sum[23:0]};
        acc_overflow[i]        = sum[25:23] != {3{sum[23]}};
      end
    end else if (state_q == StFire) begin
      state_waddr = {token_q, group_q};
      for (int unsigned i = 0; i < Lanes; i++) begin
        lane      = fire_first_q ? state_rdata[i*32+:32] : work_q[i*32+:32];
        v         = lane[23:0];
        t         = lane[31:24];
        t_next    = t;
        threshold = threshold_rdata[i*24+:24];
        if (fire_first_q) start_d[i*8+:8] = t;
        if (v >= threshold && t < span_q) begin
          t_next = t + 8'd1;
          v      = v - threshold;
        end else if (v < 0 && t != 0) begin
          t_next = t - 8'd1;
          v      = v + threshold;
        end
        fires[i]              = t_next != t;
        changed[i]            = t_next != start_d[i*8+:8];
        state_wdata[i*32+:32] = {t_next, v};
      end
    end
  end

  assign fire_done   = !graded_q || fires == '0;
  assign fire_write  = graded_q ? fire_done && !fire_first_q : fires != '0;
  assign state_write = acc_valid_q || (state_q == StFire && fire_write) || (cfg_writes && cfg_select_q == SelState);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      acc_valid_q <= 1'b0;
      overflow_q  <= 1'b0;
    end else begin
      acc_valid_q <= state_q == StAccumulate;
      if (|acc_overflow) overflow_q <= 1'b1;
      else if (cfg_writes && cfg_select_q == SelControl) overflow_q <= 1'b0;
    end
    acc_group_q <= group_q;
    if (state_q == StFire) begin
      work_q       <= state_wdata;
      start_q      <= start_d;
      fire_first_q <= fire_done;
    end else if (state_q == StScan) begin
      fire_first_q <= 1'b1;
    end
  end

  // ------------------------------------------------------------------ events out: the lowest pending lane
  logic [LaneW-1:0]  spike_lane;
  logic signed [8:0] spike_payload;
  logic [Lanes-1:0]  pending_d, pending_q;

  always_comb begin
    pending_d     = pending_q;
    spike_lane    = '0;
    spike_payload = '0;
    if (state_q == StFire) begin
      pending_d = changed;
    end else if (state_q == StEmit) begin
      for (int unsigned i = Lanes; i > 0; i--) begin
        if (pending_q[i-1]) begin
          spike_lane    = LaneW'(i - 1);
          spike_payload = $signed({1'b0, work_q[(i-1)*32+24+:8]}) - $signed({1'b0, start_q[(i-1)*8+:8]});
        end
      end
      if (spike_ready_i) pending_d = pending_q & (pending_q - 1'b1);  // lowest one leaves
    end
  end

  always_ff @(posedge clk_i) pending_q <= pending_d;

  assign spike_valid_o   = state_q == StEmit;
  assign spike_token_o   = token_q;
  assign spike_neuron_o  = {group_q, spike_lane};
  assign spike_payload_o = spike_payload;

  // ------------------------------------------------------------------ control
  logic        overflow_q, tick_accepted, scan_advances;
  logic [31:0] busy_cycles_q, stall_cycles_q;

  assign busy_o         = state_q != StIdle || fifo_valid || acc_valid_q;
  assign scanning_o     = state_q == StScan || state_q == StFire || state_q == StEmit;
  assign overflow_o     = overflow_q;
  assign busy_cycles_o  = busy_cycles_q;
  assign stall_cycles_o = stall_cycles_q;
  assign tick_ready_o   = !busy_o && !cfg_valid_q;
  assign tick_accepted  = tick_valid_i && tick_ready_o;

  always_comb begin
    state_d       = state_q;
    token_d       = token_q;
    group_d       = group_q;
    scan_advances = 1'b0;
    unique case (state_q)
      StIdle: begin
        if (fifo_valid) begin
          state_d = StAccumulate;
          token_d = fifo_token;
          group_d = fifo_direct ? fifo_channel[NeuronW-1:LaneW] : '0;
        end else if (tick_accepted) begin
          state_d = StScan;
          token_d = '0;
          group_d = '0;
        end
      end
      StAccumulate: begin
        group_d = group_q + 1'b1;
        if (last_of_event) state_d = StIdle;
      end
      StScan: state_d = StFire;
      StFire: begin
        if (fire_done && pending_d != '0) state_d = StEmit;
        else scan_advances = fire_done;
      end
      default: scan_advances = pending_d == '0;  // StEmit
    endcase
    if (scan_advances) begin
      state_d = last_of_scan ? StIdle : StFire;
      token_d = next_token;
      group_d = next_group;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q        <= StIdle;
      tick_waits_q   <= 1'b0;
      busy_cycles_q  <= '0;
      stall_cycles_q <= '0;
    end else begin
      state_q      <= state_d;
      tick_waits_q <= tick_valid_i && !tick_ready_o;
      if (busy_o) busy_cycles_q <= busy_cycles_q + 1;
      if (spike_valid_o && !spike_ready_i) stall_cycles_q <= stall_cycles_q + 1;
    end
    token_q <= token_d;
    group_q <= group_d;
  end

  // ------------------------------------------------------------------ properties
  rv_handshake_check #(
    .Width(TokenW + NeuronW + 9)
  ) u_spike_check (
    .clk_i,
    .rst_ni,
    .valid_i(spike_valid_o),
    .ready_i(spike_ready_i),
    .data_i ({spike_token_o, spike_neuron_o, spike_payload_o})
  );

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(tick_accepted && fifo_valid));
      assert (state_q != StEmit || pending_q != '0);
      assert (!(acc_valid_q && scanning_o));
      assert (!spike_valid_o || spike_payload_o != '0);
      assert (graded_q || !spike_valid_o || spike_payload_o == 9'sd1 || spike_payload_o == -9'sd1);
      assert (!(evt_valid_i && evt_ready_o && !evt_direct_i && evt_payload_i[23:8] != {16{evt_payload_i[8]}}));
      cover (tick_waits_q && evt_valid_i);                   // an event is held off by a waiting tick
      cover (tick_accepted && evt_valid_i && evt_ready_o);   // an event enters with the tick: next step
      cover (scanning_o && fifo_valid);                      // events arrive while the tile fires
      cover (scanning_o && evt_valid_i && !evt_ready_o);     // the queue fills while the tile fires
      cover (spike_valid_o && !spike_ready_i);               // back-pressure
      cover (state_q == StFire && !fire_first_q && fires != '0);  // graded: a second fire
      cover (state_q == StIdle && acc_valid_q && fifo_pop);  // an event is popped while the last one drains
      cover (pending_q == '1 && state_q == StEmit);          // all lanes fire
      cover (acc_valid_q && ev_direct_q);                    // a partial sum
      cover (overflow_q);
    end
  end

endmodule
