// SPDX-License-Identifier: Apache-2.0
// What comes into rv_spike_core: the queue of events, closed while a tick waits, the event at hand, and the synapse lists of
// tiles that have them.
module rv_spike_events #(
  parameter int unsigned FifoDepth  = 16,
  parameter int unsigned TokenW     = 6,
  parameter int unsigned ChannelW   = 8,
  parameter int unsigned LaneW      = 4,
  parameter int unsigned GroupW     = 4,
  parameter int unsigned MaxSources = 4096,
  parameter int unsigned MaxList    = 4096,
  parameter int unsigned WordW      = 10,
  parameter int unsigned RowW       = 12,
  parameter int unsigned AddrW      = 12,
  localparam int unsigned SourceW = $clog2(MaxSources),
  localparam int unsigned ListW   = $clog2(MaxList),
  localparam int unsigned EventW  = 1 + TokenW + ChannelW + 24,
  localparam int unsigned DataW   = RowW + 2 * ListW + 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                evt_valid_i,
  output logic                evt_ready_o,
  input  logic                evt_direct_i,
  input  logic [TokenW-1:0]   evt_token_i,
  input  logic [ChannelW-1:0] evt_channel_i,
  input  logic signed [23:0]  evt_payload_i,
  input  logic                tick_waits_i,
  output logic                held_by_tick_o,  // events are held off
  // The oldest event.
  output logic                valid_o,
  output logic                next_direct_o,
  output logic [TokenW-1:0]   next_token_o,
  output logic [GroupW-1:0]   next_group_o,    // of the neuron of a direct event
  input  logic                pop_i,
  // The one popped last. It stays until the next is popped, one cycle after its last word was read.
  output logic                direct_o,
  output logic [ChannelW-1:0] channel_o,
  output logic signed [23:0]  payload_o,
  // Its list: begins in the cycle after it was popped.
  input  logic                listed_i,
  input  logic                list_begin_i,
  output logic                list_empty_o,
  input  logic                list_next_i,
  output logic                list_last_o,
  output logic [WordW-1:0]    list_word_o,
  output logic [RowW-1:0]     list_row_o,
  // Load.
  input  logic                table_write_i,
  input  logic                list_write_i,
  input  logic [AddrW-1:0]    cfg_addr_i,
  input  logic [DataW-1:0]    cfg_wdata_i
);

  logic fifo_ready;
  logic [EventW-1:0] fifo_data;
  logic [ChannelW-1:0] next_channel;
  logic signed [23:0] next_payload;
  logic tick_waits_q;  // while a tick waits no event gets in: a steady stream of events cannot starve it

  assign held_by_tick_o = tick_waits_q;
  assign evt_ready_o    = fifo_ready && !tick_waits_q;
  rv_event_fifo #(
    .Depth(FifoDepth),
    .Width(EventW)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .valid_i(evt_valid_i && !tick_waits_q),
    .ready_o(fifo_ready),
    .data_i ({evt_direct_i, evt_token_i, evt_channel_i, evt_payload_i}),
    .valid_o(valid_o),
    .ready_i(pop_i),
    .data_o (fifo_data)
  );

  assign {next_direct_o, next_token_o, next_channel, next_payload} = fifo_data;
  assign next_group_o   = next_channel[LaneW+:GroupW];

  always_ff @(posedge clk_i) begin
    tick_waits_q <= rst_ni && tick_waits_i;
    if (pop_i) begin
      direct_o  <= next_direct_o;
      channel_o <= next_channel;
      payload_o <= next_payload;
    end
  end

  rv_axon_lists #(
    .Axons (MaxSources),
    .Length(MaxList),
    .StateW(WordW),
    .WordW (RowW)
  ) u_lists (
    .clk_i,
    .look_up_i    (pop_i && listed_i && !next_direct_o),
    .axon_i       (SourceW'({next_token_o, next_channel})),
    .begin_i      (list_begin_i),
    .empty_o      (list_empty_o),
    .next_i       (list_next_i),
    .last_o       (list_last_o),
    .state_o      (list_word_o),
    .word_o       (list_row_o),
    .table_write_i(table_write_i),
    .table_addr_i (cfg_addr_i[SourceW-1:0]),
    .table_data_i (cfg_wdata_i),
    .list_write_i (list_write_i),
    .list_addr_i  (cfg_addr_i[ListW-1:0]),
    .list_data_i  (cfg_wdata_i[RowW+WordW-1:0])
  );

endmodule
