// SPDX-License-Identifier: Apache-2.0
// A spiking core at its network interface. What the core sends goes to every matching entry of the send table, a packet a
// cycle; what comes is looked up by flow in the receive table: queued for the core and, where the flow goes on, relayed,
// two cycles an event, one after the other. Queues hold what waits; contract: docs/reference/rv-router.md.
module rv_core_node #(
  parameter int unsigned CoordW      = 4,
  parameter int unsigned DataW       = 40,
  parameter int unsigned Sends       = 16,    // entries of the send table
  parameter int unsigned Flows       = 256,   // entries of the receive table
  parameter int unsigned SendDepth   = 1024,  // packets that wait for the network
  parameter int unsigned HostDepth   = 256,   // the same, from outside the chip
  parameter int unsigned RelayDepth  = 1024,
  parameter int unsigned ReceiveDepth = 64,   // events that wait for the core, in its own queue too
  localparam int unsigned Lanes    = 16,
  localparam int unsigned TokenW   = 6,
  localparam int unsigned ChannelW = 8,
  localparam int unsigned PayloadW = 9,
  localparam int unsigned FlowW    = $clog2(Flows),
  localparam int unsigned CfgAddrW = 12,
  localparam int unsigned SpikeW   = TokenW + ChannelW + PayloadW,
  localparam int unsigned PacketW  = 2 * CoordW + DataW
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  // Step protocol.
  input  logic                tick_valid_i,
  output logic                tick_ready_o,
  // Memories: those of the core by select 0 to 7, send table 8, receive table 9. Not while a packet is inside the node.
  input  logic                cfg_valid_i,
  output logic                cfg_ready_o,
  input  logic                cfg_write_i,
  input  logic [3:0]          cfg_select_i,
  input  logic [CfgAddrW-1:0] cfg_addr_i,
  input  logic [Lanes*32-1:0] cfg_wdata_i,
  output logic                cfg_rvalid_o,
  output logic [Lanes*32-1:0] cfg_rdata_o,
  // Packets from outside the chip, {y, x, data}: they take turns with the core's own in the order in which they came,
  // after those of the same cycle, and never hold the core up.
  input  logic                host_valid_i,
  output logic                host_ready_o,
  input  logic [PacketW-1:0]  host_packet_i,
  // Network interface; packets of one flit.
  output logic                own_valid_o,
  input  logic                own_ready_i,
  output logic [PacketW-1:0]  own_packet_o,
  output logic                relay_valid_o,
  input  logic                relay_ready_i,
  output logic [PacketW-1:0]  relay_packet_o,
  input  logic                eject_valid_i,
  input  logic [DataW-1:0]    eject_data_i,
  output logic                eject_open_o,
  // What the core sends, the cycle in which the last packet of it is queued: {token, neuron, payload}.
  output logic                sent_valid_o,
  output logic [SpikeW-1:0]   sent_o,
  // Status.
  output logic                idle_o,
  output logic                overflow_o,  // sticky: of a potential
  output logic                lost_o,      // sticky: the relay buffer was full
  output logic                full_o       // sticky: a packet of the core found its queue or that of the host full
);
  /*verilator no_inline_module*/  // one copy of its code for all instances
  localparam int unsigned EventW = FlowW + TokenW + ChannelW + PayloadW;
  localparam int unsigned SendW  = 1 + FlowW + 2 * CoordW + 2 * TokenW + 2 * ChannelW;
  localparam int unsigned RecvW  = 1 + TokenW + ChannelW + 2 * CoordW;
  localparam int unsigned QueueW = TokenW + ChannelW + PayloadW;
  localparam int unsigned CoreDepth = 2;  // of the core's own queue
  localparam int unsigned HeldW  = $clog2(ReceiveDepth + 1);
  localparam int unsigned RelayW = $clog2(RelayDepth + 1);
  localparam int unsigned HostW  = $clog2(HostDepth) + 1;

  // ------------------------------------------------------------------ config: tables here, the rest in the core
  logic                core_cfg, core_cfg_ready, core_rvalid, send_cfg, receive_cfg, found_next_q, read_q, answer_q;
  logic [Lanes*32-1:0] core_rdata;
  logic [SendW-1:0]    send_word_q, answer_word_q;
  logic [RecvW-1:0]    found;
  logic [Sends*SendW-1:0] send_q;
  assign cfg_ready_o = core_cfg_ready && idle_o && !eject_valid_i;
  assign core_cfg    = cfg_valid_i && cfg_ready_o && !cfg_select_i[3];
  assign send_cfg    = cfg_valid_i && cfg_ready_o && cfg_select_i == 4'd8;
  assign receive_cfg = cfg_valid_i && cfg_ready_o && cfg_select_i == 4'd9;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      send_q   <= '0;
      read_q   <= 1'b0;
      answer_q <= 1'b0;
    end else begin
      for (int unsigned i = 0; i < Sends; i++)
        if (send_cfg && cfg_write_i && cfg_addr_i == CfgAddrW'(i)) send_q[i*SendW+:SendW] <= cfg_wdata_i[SendW-1:0];
      read_q   <= (send_cfg || receive_cfg) && !cfg_write_i;
      answer_q <= read_q;
    end
    // Read like the core's memories: the word comes two cycles later.
    for (int unsigned i = 0; i < Sends; i++)
      if (send_cfg && cfg_addr_i == CfgAddrW'(i)) send_word_q <= send_q[i*SendW+:SendW];
    found_next_q <= receive_cfg;
    answer_word_q <= found_next_q ? SendW'(found) : send_word_q;
  end
  assign cfg_rvalid_o = core_rvalid || answer_q;
  assign cfg_rdata_o  = answer_q ? (Lanes * 32)'(answer_word_q) : core_rdata;

  // ------------------------------------------------------------------ the core
  logic                       evt_valid, evt_ready, spike_valid, spike_ready, busy;
  logic                       unused_scanning, unused_saturated;
  logic [31:0]                unused_busy_cycles, unused_stall_cycles;
  logic [TokenW-1:0]          spike_token;
  logic [ChannelW-1:0]        spike_neuron;
  logic signed [PayloadW-1:0] spike_payload;
  logic [QueueW-1:0]          event_in;
  logic [TokenW-1:0]          event_token;
  logic [ChannelW-1:0]        event_channel;
  logic signed [PayloadW-1:0] event_payload;
  assign {event_token, event_channel, event_payload} = event_in;

  rv_spike_core #(
    .MaxNeurons(256),
    .MaxAxons  (256),
    .MaxTokens (64),
    .Lanes     (Lanes),
    .FifoDepth (CoreDepth)
  ) u_core (
    .clk_i,
    .rst_ni,
    .evt_valid_i    (evt_valid),
    .evt_ready_o    (evt_ready),
    .evt_direct_i   (1'b0),
    .evt_token_i    (event_token),
    .evt_channel_i  (event_channel),
    .evt_payload_i  (24'(event_payload)),
    .tick_valid_i,
    .tick_ready_o,
    .spike_valid_o  (spike_valid),
    .spike_ready_i  (spike_ready),
    .spike_token_o  (spike_token),
    .spike_neuron_o (spike_neuron),
    .spike_payload_o(spike_payload),
    .cfg_valid_i    (core_cfg),
    .cfg_ready_o    (core_cfg_ready),
    .cfg_write_i,
    .cfg_select_i   (cfg_select_i[2:0]),
    .cfg_addr_i,
    .cfg_wdata_i,
    .cfg_rvalid_o   (core_rvalid),
    .cfg_rdata_o    (core_rdata),
    .busy_o         (busy),
    .scanning_o     (unused_scanning),
    .overflow_o,
    .saturated_o    (unused_saturated),
    .busy_cycles_o  (unused_busy_cycles),
    .stall_cycles_o (unused_stall_cycles)
  );

  // ------------------------------------------------------------------ events out: a packet for each entry that hits
  logic [Sends-1:0]   hits, left, done_q;
  logic [PacketW-1:0] packet, own_packet, host_packet;
  logic               push, send_ready, own_waits, host_waits, own_goes;
  logic [HostW-1:0]   hosts_in_q, hosts_out_q, hosts_before;

  always_comb begin
    logic [SendW-1:0]    entry;
    logic                valid;
    logic [FlowW-1:0]    flow;
    logic [CoordW-1:0]   y, x;
    logic [TokenW-1:0]   first_token, last_token;
    logic [ChannelW-1:0] first_neuron, last_neuron;
    packet = '0;
    hits = '0;
    for (int unsigned i = 0; i < Sends; i++) begin
      entry = send_q[i*SendW+:SendW];
      {valid, flow, y, x, first_token, last_token, first_neuron, last_neuron} = entry;
      hits[i] = valid && spike_token >= first_token && spike_token <= last_token && spike_neuron >= first_neuron
          && spike_neuron <= last_neuron;
    end
    left = hits & ~done_q;
    for (int unsigned i = Sends; i > 0; i--) begin
      entry = send_q[(i-1)*SendW+:SendW];
      {valid, flow, y, x, first_token, last_token, first_neuron, last_neuron} = entry;
      if (left[i-1]) packet = {y, x, DataW'({flow, spike_token, spike_neuron, spike_payload})};
    end
  end
  assign push         = spike_valid && left != '0;
  assign spike_ready  = left == '0 || (push && send_ready && (left & (left - 1'b1)) == '0);
  assign sent_valid_o = spike_valid && spike_ready;
  assign sent_o       = {spike_token, spike_neuron, spike_payload};

  always_ff @(posedge clk_i) begin
    if (!rst_ni || spike_ready) done_q <= '0;
    else if (push && send_ready) done_q <= done_q | (left & (~left + 1'b1));
  end
  rv_event_fifo #(
    .Depth(SendDepth),
    .Width(HostW + PacketW)
  ) u_sends (
    .clk_i,
    .rst_ni,
    .valid_i(push),
    .ready_o(send_ready),
    .data_i ({hosts_in_q, packet}),
    .valid_o(own_waits),
    .ready_i(own_ready_i && own_goes),
    .data_o ({hosts_before, own_packet})
  );
  rv_event_fifo #(
    .Depth(HostDepth),
    .Width(PacketW)
  ) u_hosts (
    .clk_i,
    .rst_ni,
    .valid_i(host_valid_i),
    .ready_o(host_ready_o),
    .data_i (host_packet_i),
    .valid_o(host_waits),
    .ready_i(own_ready_i && !own_goes),
    .data_o (host_packet)
  );
  // Own packets hold how many of the host's came before them.
  assign own_goes     = own_waits && hosts_before == hosts_out_q;
  assign own_valid_o  = own_waits || host_waits;
  assign own_packet_o = own_goes ? own_packet : host_packet;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hosts_in_q  <= '0;
      hosts_out_q <= '0;
      full_o      <= 1'b0;
    end else begin
      // The core is held up, or goes before packets of the host that came earlier and could not enter.
      if (push && (!send_ready || (host_valid_i && !host_ready_o))) full_o <= 1'b1;
      if (host_valid_i && host_ready_o) hosts_in_q <= hosts_in_q + 1'b1;
      if (host_waits && own_ready_i && !own_goes) hosts_out_q <= hosts_out_q + 1'b1;
      assert (!own_waits || own_goes || host_waits);
      assert (host_waits == (hosts_in_q != hosts_out_q));
    end
  end

  // ------------------------------------------------------------------ events in: looked up, then queued and relayed
  logic              looked_up_q, relays, receive_ready, relay_ready, relay_push, relay_waits;
  logic [EventW-1:0] came_q;
  logic [FlowW-1:0]  came_flow;
  logic [TokenW-1:0] came_token, token_offset;
  logic [ChannelW-1:0] came_neuron, channel_offset;
  logic [PayloadW-1:0] came_payload;
  logic [CoordW-1:0] next_y, next_x;
  logic [HeldW-1:0]  held_q, held;

  rv_sram_1r1w #(
    .Depth(Flows),
    .Width(RecvW)
  ) u_receive_table (
    .clk_i,
    .read_i      (eject_valid_i || (receive_cfg && !cfg_write_i)),
    .read_addr_i (eject_valid_i ? eject_data_i[EventW-1-:FlowW] : cfg_addr_i[FlowW-1:0]),
    .read_data_o (found),
    .write_i     (receive_cfg && cfg_write_i),
    .write_addr_i(cfg_addr_i[FlowW-1:0]),
    .write_data_i(cfg_wdata_i[RecvW-1:0])
  );
  assign {came_flow, came_token, came_neuron, came_payload}     = came_q;
  assign {relays, token_offset, channel_offset, next_y, next_x} = found;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      looked_up_q <= 1'b0;
      held_q      <= '0;
      lost_o      <= 1'b0;
    end else begin
      looked_up_q <= eject_valid_i;
      held_q      <= held + HeldW'(eject_valid_i);
      if (relay_push && !relay_ready) lost_o <= 1'b1;
      assert (!(looked_up_q && !receive_ready));
    end
    came_q <= eject_data_i[EventW-1:0];
  end
  assign held         = held_q - HeldW'(evt_valid && evt_ready);
  assign eject_open_o = held < HeldW'(ReceiveDepth - CoreDepth);  // when it closes the core's queue is full

  rv_event_fifo #(
    .Depth(ReceiveDepth),
    .Width(QueueW)
  ) u_receives (
    .clk_i,
    .rst_ni,
    .valid_i(looked_up_q),
    .ready_o(receive_ready),
    .data_i ({came_token + token_offset, came_neuron + channel_offset, came_payload}),
    .valid_o(evt_valid),
    .ready_i(evt_ready),
    .data_o (event_in)
  );
  rv_event_fifo #(
    .Depth(RelayDepth),
    .Width(PacketW)
  ) u_relays (
    .clk_i,
    .rst_ni,
    .valid_i(relay_push),
    .ready_o(relay_ready),
    .data_i ({next_y, next_x, DataW'({came_flow, came_token, came_neuron, came_payload})}),
    .valid_o(relay_waits),
    .ready_i(relay_valid_o && relay_ready_i),
    .data_o (relay_packet_o)
  );
  assign relay_push = looked_up_q && relays;

  // The relay unit works two cycles on an event, the look-up being the first where it has nothing to do.
  logic [RelayW-1:0] to_do_q, ready_relays_q;
  logic              relayed, relayed_q;
  assign relayed       = (to_do_q != '0 || (relay_push && relay_ready)) && !relayed_q;
  assign relay_valid_o = ready_relays_q != '0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      relayed_q      <= 1'b0;
      to_do_q        <= '0;
      ready_relays_q <= '0;
    end else begin
      relayed_q      <= relayed;
      to_do_q        <= to_do_q + RelayW'(relay_push && relay_ready) - RelayW'(relayed);
      ready_relays_q <= ready_relays_q + RelayW'(relayed) - RelayW'(relay_valid_o && relay_ready_i);
      assert (!relay_valid_o || relay_waits);
    end
  end

  assign idle_o = !busy && held_q == '0 && !own_valid_o && !relay_waits && !looked_up_q && !host_valid_i;

  logic unused_data;
  assign unused_data = ^eject_data_i[DataW-1:EventW];
endmodule
