// SPDX-License-Identifier: Apache-2.0
// A chip of Columns x Rows spiking cores on a mesh. A step fires the cores of a mask at once; the chip is idle again when
// every core, queue and link is empty. Packets from outside enter at core 0. Config goes to one core at a time.
module rv_chip #(
  parameter int unsigned Columns = 2,
  parameter int unsigned Rows    = 2,
  parameter int unsigned Vcs     = 4,
  parameter int unsigned Depth   = 8,
  parameter int unsigned Hop     = 2,
  parameter int unsigned Inject  = 2,
  parameter int unsigned Credit  = 2,
  parameter int unsigned DataW   = 40,
  parameter int unsigned ReceiveDepth = 64,
  parameter int unsigned RelayDepth   = 1024,
  localparam int unsigned CoordW   = 4,
  localparam int unsigned Cores    = Columns * Rows,
  localparam int unsigned CoreW    = $clog2(Cores),
  localparam int unsigned SpikeW   = 23,
  localparam int unsigned PacketW  = 2 * CoordW + DataW
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // Step protocol: taken only while idle.
  input  logic               step_valid_i,
  output logic               step_ready_o,
  input  logic [Cores-1:0]   step_fires_i,
  output logic               idle_o,
  // Packets from the host, {y, x, data}.
  input  logic               host_valid_i,
  output logic               host_ready_o,
  input  logic [PacketW-1:0] host_packet_i,
  // Config.
  input  logic               cfg_valid_i,
  input  logic [CoreW-1:0]   cfg_core_i,
  output logic               cfg_ready_o,
  input  logic               cfg_write_i,
  input  logic [3:0]         cfg_select_i,
  input  logic [11:0]        cfg_addr_i,
  input  logic [511:0]       cfg_wdata_i,
  output logic               cfg_rvalid_o,
  output logic [511:0]       cfg_rdata_o,
  // What cores send, {token, neuron, payload}, for who watches.
  output logic [Cores-1:0]        sent_valid_o,
  output logic [Cores*SpikeW-1:0] sent_o,
  // Faults, sticky.
  output logic               overflow_o,  // a potential left its bits
  output logic               lost_o,      // a relay buffer was full
  output logic               full_o,      // a queue of packets to send was full
  output logic               credit_o     // a flit came without a credit
);
  localparam int unsigned InsideW = 24;

  logic [Cores-1:0]         tick_ready, cfg_ready, cfg_rvalid, host_ready, idle, overflow, lost, full, unused_enters;
  logic [Cores-1:0]         own_valid, own_ready, relay_valid, relay_ready, own_enters, relay_enters, head, tail, open, eject_valid;
  logic [Cores*PacketW-1:0] own_packet, relay_packet;
  logic [Cores*CoordW-1:0]  own_x, own_y, relay_x, relay_y;
  logic [Cores*DataW-1:0]   own_data, relay_data, eject_data;
  logic [Cores*512-1:0]     rdata;
  logic                     step;

  assign step         = step_valid_i && step_ready_o;
  assign step_ready_o = idle_o && tick_ready == '1;
  assign host_ready_o = host_ready[0];
  assign cfg_ready_o  = cfg_ready[cfg_core_i];
  assign cfg_rvalid_o = cfg_rvalid != '0;
  assign overflow_o   = overflow != '0;
  assign lost_o       = lost != '0;
  assign full_o       = full != '0;
  assign unused_enters = head ^ tail ^ host_ready;
  logic unused;
  assign unused = ^unused_enters;

  always_comb begin
    cfg_rdata_o = '0;
    for (int unsigned r = 0; r < Cores; r++) if (cfg_rvalid[r]) cfg_rdata_o = rdata[r*512+:512];
  end

  for (genvar r = 0; r < Cores; r++) begin : gen_core
    rv_core_node #(
      .CoordW      (CoordW),
      .DataW       (DataW),
      .ReceiveDepth(ReceiveDepth),
      .RelayDepth  (RelayDepth)
    ) u_node (
      .clk_i,
      .rst_ni,
      .tick_valid_i  (step && step_fires_i[r]),
      .tick_ready_o  (tick_ready[r]),
      .cfg_valid_i   (cfg_valid_i && cfg_core_i == CoreW'(r)),
      .cfg_ready_o   (cfg_ready[r]),
      .cfg_write_i,
      .cfg_select_i,
      .cfg_addr_i,
      .cfg_wdata_i,
      .cfg_rvalid_o  (cfg_rvalid[r]),
      .cfg_rdata_o   (rdata[r*512+:512]),
      .host_valid_i  (r == 0 && host_valid_i),
      .host_ready_o  (host_ready[r]),
      .host_packet_i,
      .own_valid_o   (own_valid[r]),
      .own_ready_i   (own_ready[r]),
      .own_packet_o  (own_packet[r*PacketW+:PacketW]),
      .relay_valid_o (relay_valid[r]),
      .relay_ready_i (relay_ready[r]),
      .relay_packet_o(relay_packet[r*PacketW+:PacketW]),
      .eject_valid_i (eject_valid[r]),
      .eject_data_i  (eject_data[r*DataW+:DataW]),
      .eject_open_o  (open[r]),
      .sent_valid_o  (sent_valid_o[r]),
      .sent_o        (sent_o[r*SpikeW+:SpikeW]),
      .idle_o        (idle[r]),
      .overflow_o    (overflow[r]),
      .lost_o        (lost[r]),
      .full_o        (full[r])
    );
    assign {own_y[r*CoordW+:CoordW], own_x[r*CoordW+:CoordW], own_data[r*DataW+:DataW]} = own_packet[r*PacketW+:PacketW];
    assign {relay_y[r*CoordW+:CoordW], relay_x[r*CoordW+:CoordW], relay_data[r*DataW+:DataW]} =
        relay_packet[r*PacketW+:PacketW];
  end

  rv_mesh #(
    .Columns(Columns),
    .Rows   (Rows),
    .Vcs    (Vcs),
    .Depth  (Depth),
    .Hop    (Hop),
    .Inject (Inject),
    .Credit (Credit),
    .CoordW (CoordW),
    .DataW  (DataW),
    .LenW   (4)
  ) u_mesh (
    .clk_i,
    .rst_ni,
    .own_valid_i  (own_valid),
    .own_ready_o  (own_ready),
    .own_x_i      (own_x),
    .own_y_i      (own_y),
    .own_flits_i  ({Cores{4'd1}}),
    .own_data_i   (own_data),
    .relay_valid_i(relay_valid),
    .relay_ready_o(relay_ready),
    .relay_x_i    (relay_x),
    .relay_y_i    (relay_y),
    .relay_flits_i({Cores{4'd1}}),
    .relay_data_i (relay_data),
    .own_enters_o (own_enters),
    .relay_enters_o(relay_enters),
    .eject_valid_o(eject_valid),
    .eject_head_o (head),
    .eject_tail_o (tail),
    .eject_data_o (eject_data),
    .eject_open_i (open),
    .overflow_o   (credit_o)
  );

  // Packets inside the network: what has entered less what has left.
  logic [InsideW-1:0] inside_q, entered, left;
  always_comb begin
    entered = '0;
    left    = '0;
    for (int unsigned r = 0; r < Cores; r++) begin
      entered = entered + InsideW'(own_enters[r]) + InsideW'(relay_enters[r]);
      left    = left + InsideW'(eject_valid[r]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) inside_q <= '0;
    else inside_q <= inside_q + entered - left;
  end
  assign idle_o = idle == '1 && inside_q == '0;
endmodule
