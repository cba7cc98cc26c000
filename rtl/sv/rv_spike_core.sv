// SPDX-License-Identifier: Apache-2.0
// Spiking core: one tile of ST-BIF, IF, LIF, CUBA or burst neurons. Events wait in a FIFO; each adds payload * weights to
// the words of state that it reaches, Lanes neurons a cycle. A tick, taken only when no event is left, scans all
// neurons of all tokens and fires. Contract, ports, cycles: docs/reference/rv-spike-core.md. Reset is synchronous and
// clears control state; memories are loaded by the config port.
module rv_spike_core #(
  parameter int unsigned MaxNeurons = 256,
  parameter int unsigned MaxAxons   = 256,
  parameter int unsigned MaxTokens  = 64,
  parameter int unsigned Lanes      = 16,
  parameter int unsigned FifoDepth  = 16,
  parameter int unsigned WeightBits = 9,
  parameter int unsigned MaxSources = 4096,  // axons of a tile with synapse lists, at most MaxTokens * channels of a port
  parameter int unsigned MaxList    = 4096,  // entries of all its lists
  localparam int unsigned Groups   = MaxNeurons / Lanes,
  localparam int unsigned TokenW   = $clog2(MaxTokens),
  localparam int unsigned GroupW   = $clog2(Groups),
  localparam int unsigned LaneW    = $clog2(Lanes),
  localparam int unsigned NeuronW  = GroupW + LaneW,
  localparam int unsigned AxonW    = $clog2(MaxAxons),
  localparam int unsigned ChannelW = (AxonW > NeuronW) ? AxonW : NeuronW,
  localparam int unsigned SourceW  = $clog2(MaxSources),
  localparam int unsigned ListW    = $clog2(MaxList),
  localparam int unsigned WordW    = TokenW + GroupW,  // a word of state: {token, group}
  localparam int unsigned RowW     = AxonW + GroupW,   // a word of weights
  localparam int unsigned TableW   = (SourceW > ListW) ? SourceW : ListW,
  localparam int unsigned MemoryW  = (RowW > WordW + 1) ? RowW : WordW + 1,
  localparam int unsigned CfgAddrW = (MemoryW > TableW) ? MemoryW : TableW
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // Events in. Direct events add their payload to the potential of neuron `channel` (partial sums of another tile);
  // others add payload times weights, the payload then being at most 9 bits wide: the row of axon `channel`, or the
  // list of axon {token, channel} (low SourceW bits).
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
  input  logic [2:0]          cfg_select_i,  // synapses, state, thresholds, control, biases, dynamics, axon table, lists
  input  logic [CfgAddrW-1:0] cfg_addr_i,
  input  logic [Lanes*32-1:0] cfg_wdata_i,
  output logic                cfg_rvalid_o,
  output logic [Lanes*32-1:0] cfg_rdata_o,

  // Status.
  output logic                busy_o,
  output logic                scanning_o,
  output logic                overflow_o,      // sticky: a potential or a sum left 24 bits
  output logic                saturated_o,     // sticky: a current, a membrane or a memory was held at its bound
  output logic [31:0]         busy_cycles_o,   // cycles with busy_o, since reset, modulo 2^32
  output logic [31:0]         stall_cycles_o   // of those, cycles in which an event out was not taken
);

  localparam int unsigned SynW   = Lanes * WeightBits;
  localparam int unsigned StateW = Lanes * 32;
  localparam int unsigned SelState = 1, SelControl = 3, SelDynamics = 5, SelTable = 6, SelList = 7;

  typedef enum logic [2:0] {
    StIdle,
    StAccumulate,  // a row
    StTable,       // finds the list of an axon
    StList,        // a list
    StScan,        // reads the first state word of a scan
    StFire,
    StEmit
  } state_e;

  state_e state_d, state_q;

  // Where the core is: word {token, group} of the tile's state.
  logic [TokenW-1:0] token_d, token_q, next_token;
  logic [GroupW-1:0] group_d, group_q, next_group;

  // Control registers: rv_spike_config.
  logic              graded, listed, subtract;
  logic [1:0]        kind;
  logic [7:0]        span, refractory, burst;
  logic [TokenW-1:0] last_token;
  logic [GroupW-1:0] last_group;
  logic [25:0]       decay;
  logic [4:0]        shift;

  // ------------------------------------------------------------------ events in
  logic                fifo_valid, fifo_pop, fifo_direct, ev_direct, held_by_tick, list_empty, list_last;
  logic [TokenW-1:0]   fifo_token;
  logic [GroupW-1:0]   fifo_group;
  logic [ChannelW-1:0] ev_channel;
  logic signed [23:0]  ev_payload;
  logic [WordW-1:0]    list_word;
  logic [RowW-1:0]     list_row;

  assign fifo_pop = state_q == StIdle && fifo_valid;
  rv_spike_events #(
    .FifoDepth(FifoDepth), .TokenW(TokenW), .ChannelW(ChannelW), .LaneW(LaneW), .GroupW(GroupW),
    .MaxSources(MaxSources), .MaxList(MaxList), .WordW(WordW), .RowW(RowW), .AddrW(TableW)
  ) u_events (
    .clk_i, .rst_ni, .evt_valid_i, .evt_ready_o, .evt_direct_i, .evt_token_i, .evt_channel_i, .evt_payload_i,
    .tick_waits_i    (tick_valid_i && !tick_ready_o),
    .held_by_tick_o  (held_by_tick),
    .valid_o         (fifo_valid),
    .next_direct_o   (fifo_direct),
    .next_token_o    (fifo_token),
    .next_group_o    (fifo_group),
    .pop_i           (fifo_pop),
    .direct_o        (ev_direct),
    .channel_o       (ev_channel),
    .payload_o       (ev_payload),
    .listed_i        (listed),
    .list_begin_i    (state_q == StTable),
    .list_empty_o    (list_empty),
    .list_next_i     (state_q == StList),
    .list_last_o     (list_last),
    .list_word_o     (list_word),
    .list_row_o      (list_row),
    .table_write_i   (cfg_writes[SelTable]),
    .list_write_i    (cfg_writes[SelList]),
    .cfg_addr_i      (cfg_addr[TableW-1:0]),
    .cfg_wdata_i     (cfg_wdata[RowW+2*ListW:0])
  );

  // ------------------------------------------------------------------ config port
  logic                cfg_valid, cfg_read;
  logic [7:0]          cfg_writes;    // by select
  logic [2:0]          cfg_select;
  logic [1:0]          cfg_bank_q;    // what was read: state, or the lower or upper half of the dynamics
  logic [CfgAddrW-1:0] cfg_addr;
  logic [StateW-1:0]   cfg_wdata;

  assign cfg_ready_o = !busy_o && !tick_valid_i && !evt_valid_i;
  rv_spike_config #(
    .Lanes(Lanes), .TokenW(TokenW), .GroupW(GroupW), .AddrW(CfgAddrW)
  ) u_config (
    .clk_i, .rst_ni,
    .valid_i     (cfg_valid_i),
    .ready_i     (cfg_ready_o),
    .write_i     (cfg_write_i),
    .select_i    (cfg_select_i),
    .addr_i      (cfg_addr_i),
    .wdata_i     (cfg_wdata_i),
    .valid_o     (cfg_valid),
    .read_o      (cfg_read),
    .read_done_o (cfg_rvalid_o),
    .writes_o    (cfg_writes),
    .select_o    (cfg_select),
    .addr_o      (cfg_addr),
    .wdata_o     (cfg_wdata),
    .listed_o    (listed),
    .kind_o      (kind),
    .graded_o    (graded),
    .span_o      (span),
    .last_token_o(last_token),
    .last_group_o(last_group),
    .decay_o     (decay),
    .refractory_o(refractory),
    .shift_o     (shift),
    .subtract_o  (subtract),
    .burst_o     (burst)
  );
  always_ff @(posedge clk_i) if (cfg_valid) cfg_bank_q <= {cfg_select == 3'(SelDynamics), cfg_addr[WordW]};

  // ------------------------------------------------------------------ memories
  logic              state_read, state_write, dynamics_write, scan_reads;
  logic [WordW-1:0]  state_raddr, state_waddr;
  logic [StateW-1:0] state_rdata, state_wdata, lower_rdata, upper_rdata, lower_wdata, upper_wdata;
  logic [SynW-1:0]   synapse_rdata;
  logic [StateW-1:0] threshold_rdata, bias_rdata;
  logic              acc_valid_q;  // the word read in the last cycle is to be accumulated into
  logic [WordW-1:0]  acc_addr_q;
  logic              fire_done;    // the word that fires is done
  logic              has_dynamics;
  logic              last_of_event, last_of_scan;

  assign has_dynamics  = kind != 2'd0;
  assign last_of_event = ev_direct || group_q == last_group;
  assign last_of_scan  = group_q == last_group && token_q == last_token;
  assign next_group    = (group_q == last_group) ? '0 : group_q + 1'b1;
  assign next_token    = (group_q == last_group) ? token_q + 1'b1 : token_q;
  always_comb begin
    if (!cfg_rvalid_o) cfg_rdata_o = '0;
    else if (!cfg_bank_q[1]) cfg_rdata_o = state_rdata;
    else if (cfg_bank_q[0]) cfg_rdata_o = upper_rdata;
    else cfg_rdata_o = lower_rdata;
  end
  assign scan_reads    = state_q == StScan || (state_q == StFire && fire_done && !last_of_scan);

  always_comb begin
    state_read = state_q == StAccumulate || state_q == StList || scan_reads;
    unique case (state_q)
      StIdle: begin
        state_read  = cfg_read;
        state_raddr = cfg_addr[WordW-1:0];
      end
      StFire:  state_raddr = {next_token, next_group};
      StList:  state_raddr = list_word;
      default: state_raddr = {token_q, group_q};
    endcase
  end

  rv_spike_memories #(
    .Lanes(Lanes), .WeightBits(WeightBits), .WordW(WordW), .GroupW(GroupW), .RowW(RowW), .AddrW(CfgAddrW)
  ) u_memories (
    .clk_i,
    .state_read_i    (state_read),
    .dynamics_read_i (cfg_read || (scan_reads && has_dynamics)),
    .scan_read_i     (scan_reads),
    .state_raddr_i   (state_raddr),
    .row_read_i      (state_q == StList || (state_q == StAccumulate && !ev_direct)),
    .row_addr_i      (state_q == StList ? list_row : {ev_channel[AxonW-1:0], group_q}),
    .state_o         (state_rdata),
    .lower_o         (lower_rdata),
    .upper_o         (upper_rdata),
    .weight_o        (synapse_rdata),
    .threshold_o     (threshold_rdata),
    .bias_o          (bias_rdata),
    .state_write_i   (state_write),
    .dynamics_write_i(dynamics_write),
    .state_waddr_i   (state_waddr),
    .state_i         (state_wdata),
    .lower_i         (lower_wdata),
    .upper_i         (upper_wdata),
    .cfg_writes_i    (cfg_writes),
    .cfg_addr_i      (cfg_addr),
    .cfg_wdata_i     (cfg_wdata)
  );

  // ------------------------------------------------------------------ lanes
  logic firing, fire_write, emits, fires_again, all_emit;

  assign firing = state_q == StFire;

  rv_neuron_array #(
    .Lanes(Lanes), .WeightBits(WeightBits)
  ) u_neurons (
    .clk_i, .rst_ni,
    .adding_i    (acc_valid_q),
    .direct_i    (ev_direct),
    .target_i    (ev_channel[LaneW-1:0]),
    .factor_i    (ev_payload),
    .weight_i    (synapse_rdata),
    .scan_i      (state_q == StScan),
    .firing_i    (firing),
    .kind_i      (kind),
    .graded_i    (graded),
    .span_i      (span),
    .decay_i     (decay),
    .refractory_i(refractory),
    .shift_i     (shift),
    .subtract_i  (subtract),
    .burst_i     (burst),
    .state_i     (state_rdata),
    .lower_i     (lower_rdata),
    .upper_i     (upper_rdata),
    .threshold_i (threshold_rdata),
    .bias_i      (bias_rdata),
    .cfg_i       (cfg_wdata),
    .state_o     (state_wdata),
    .lower_o     (lower_wdata),
    .upper_o     (upper_wdata),
    .done_o      (fire_done),
    .write_o     (fire_write),
    .emits_o     (emits),
    .taken_i     (spike_valid_o && spike_ready_i),
    .lane_o      (spike_neuron_o[LaneW-1:0]),
    .payload_o   (spike_payload_o),
    .all_o       (all_emit),
    .again_o     (fires_again),
    .clear_i     (cfg_writes[SelControl]),
    .overflow_o, .saturated_o
  );

  assign state_waddr    = acc_valid_q ? acc_addr_q : firing ? {token_q, group_q} : cfg_addr[WordW-1:0];
  assign state_write    = acc_valid_q || (firing && fire_write) || cfg_writes[SelState];
  assign dynamics_write = firing && has_dynamics;
  assign spike_valid_o  = state_q == StEmit;
  assign spike_token_o  = token_q;
  assign spike_neuron_o[NeuronW-1:LaneW] = group_q;

  // ------------------------------------------------------------------ control
  logic        tick_accepted, scan_advances;

  assign busy_o         = state_q != StIdle || fifo_valid || acc_valid_q;
  assign scanning_o     = state_q == StScan || firing || state_q == StEmit;
  assign tick_ready_o   = !busy_o && !cfg_valid;
  assign tick_accepted  = tick_valid_i && tick_ready_o;

  always_comb begin
    state_d       = state_q;
    token_d       = token_q;
    group_d       = group_q;
    scan_advances = 1'b0;
    unique case (state_q)
      StIdle: begin
        if (fifo_valid) begin
          state_d = (listed && !fifo_direct) ? StTable : StAccumulate;
          token_d = fifo_token;
          group_d = fifo_direct ? fifo_group : '0;
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
      StTable: state_d = list_empty ? StIdle : StList;
      StList:  if (list_last) state_d = StIdle;
      StScan:  state_d = StFire;
      StFire: begin
        if (fire_done && emits) state_d = StEmit;
        else scan_advances = fire_done;
      end
      default: scan_advances = !emits;  // StEmit
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
      acc_valid_q    <= 1'b0;
      busy_cycles_o  <= '0;
      stall_cycles_o <= '0;
    end else begin
      state_q     <= state_d;
      acc_valid_q <= state_q == StAccumulate || state_q == StList;
      if (busy_o) busy_cycles_o <= busy_cycles_o + 1;
      if (spike_valid_o && !spike_ready_i) stall_cycles_o <= stall_cycles_o + 1;
    end
    token_q    <= token_d;
    group_q    <= group_d;
    acc_addr_q <= state_raddr;
  end

  // ------------------------------------------------------------------ properties
  rv_handshake_check #(
    .Width(TokenW + NeuronW + 9)
  ) u_spike_check (
    .clk_i, .rst_ni,
    .valid_i(spike_valid_o),
    .ready_i(spike_ready_i),
    .data_i ({spike_token_o, spike_neuron_o, spike_payload_o})
  );

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(tick_accepted && fifo_valid));
      assert (!(acc_valid_q && scanning_o));
      assert (!spike_valid_o || spike_payload_o != '0);
      assert (graded || has_dynamics || !spike_valid_o || spike_payload_o == 9'sd1 || spike_payload_o == -9'sd1);
      assert (!(evt_valid_i && evt_ready_o && !evt_direct_i && evt_payload_i[23:8] != {16{evt_payload_i[8]}}));
      cover (held_by_tick && evt_valid_i);                   // an event is held off by a waiting tick
      cover (tick_accepted && evt_valid_i && evt_ready_o);   // an event enters with the tick: next step
      cover (scanning_o && fifo_valid);                      // events arrive while the tile fires
      cover (scanning_o && evt_valid_i && !evt_ready_o);     // the queue fills while the tile fires
      cover (spike_valid_o && !spike_ready_i);               // back-pressure
      cover (fires_again);                                   // graded: a second fire
      cover (state_q == StIdle && acc_valid_q && fifo_pop);  // an event is popped while the last one drains
      cover (all_emit && state_q == StEmit);                 // all lanes fire
      cover (acc_valid_q && ev_direct);                    // a partial sum
      cover (state_q == StTable && list_empty);              // an axon without synapses
      cover (overflow_o);
      cover (saturated_o);
    end
  end

endmodule
