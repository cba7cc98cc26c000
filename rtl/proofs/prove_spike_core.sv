// SPDX-License-Identifier: Apache-2.0
// Proof harness: whatever traffic, configuration and memory contents, an event out that is offered stays offered and
// unchanged, no event is taken after a tick has waited a cycle, config and scan keep out of each other's way; the core's
// own assertions (memories never read and written at one address among them) are proved with it. Shrunk parameters.
module prove_spike_core (
  input logic               clk_i,
  input logic               evt_valid_i,
  input logic               evt_direct_i,
  input logic [0:0]         evt_token_i,
  input logic [1:0]         evt_channel_i,
  input logic signed [23:0] evt_payload_i,
  input logic               tick_valid_i,
  input logic               spike_ready_i,
  input logic               cfg_valid_i,
  input logic               cfg_write_i,
  input logic [2:0]         cfg_select_i,
  input logic [2:0]         cfg_addr_i,
  input logic [63:0]        cfg_wdata_i
);
  logic started = 1'b0;
  always_ff @(posedge clk_i) started <= 1'b1;

  logic evt_ready, tick_ready, spike_valid, cfg_ready, cfg_rvalid, busy, scanning, overflow, saturated;
  logic [0:0] spike_token;
  logic [1:0] spike_neuron;
  logic signed [8:0] spike_payload;
  logic [63:0] cfg_rdata;
  logic [31:0] busy_cycles, stall_cycles;
  rv_spike_core #(
    .MaxNeurons(4), .MaxAxons(2), .MaxTokens(2), .Lanes(2), .FifoDepth(2), .MaxSources(4), .MaxList(4)
  ) u_core (
    .clk_i, .rst_ni(started), .evt_valid_i, .evt_ready_o(evt_ready), .evt_direct_i, .evt_token_i, .evt_channel_i,
    .evt_payload_i, .tick_valid_i, .tick_ready_o(tick_ready), .spike_valid_o(spike_valid), .spike_ready_i,
    .spike_token_o(spike_token), .spike_neuron_o(spike_neuron), .spike_payload_o(spike_payload), .cfg_valid_i,
    .cfg_ready_o(cfg_ready), .cfg_write_i, .cfg_select_i, .cfg_addr_i, .cfg_wdata_i, .cfg_rvalid_o(cfg_rvalid),
    .cfg_rdata_o(cfg_rdata), .busy_o(busy), .scanning_o(scanning), .overflow_o(overflow),
    .saturated_o(saturated), .busy_cycles_o(busy_cycles), .stall_cycles_o(stall_cycles)
  );

  // What the contract asks of the world outside: payloads of synaptic events fit 9 bits, and a tick that was offered
  // stays until it is taken. Tiles without synapse lists: what lists must not name twice in a row is a rule on memory
  // contents, which are free here.
  localparam int Listed = 13;  // bit of control register 0 with these parameters
  logic tick_held;
  logic was_valid, was_waiting;
  logic [0:0] was_token;
  logic [1:0] was_neuron;
  logic signed [8:0] was_payload;
  always_ff @(posedge clk_i) begin
    tick_held   <= started && tick_valid_i && !tick_ready;
    was_waiting <= started && tick_valid_i && !tick_ready;
    was_valid   <= started && spike_valid && !spike_ready_i;
    was_token   <= spike_token;
    was_neuron  <= spike_neuron;
    was_payload <= spike_payload;
  end
  always_comb begin
    assume (evt_direct_i || evt_payload_i[23:8] == {16{evt_payload_i[8]}});
    assume (!(cfg_write_i && cfg_select_i == 3'd3 && cfg_wdata_i[Listed]));
    if (started && tick_held) assume (tick_valid_i);
    if (started) begin
      if (was_valid) begin
        assert (spike_valid);
        assert (spike_token == was_token && spike_neuron == was_neuron && spike_payload == was_payload);
      end
      if (was_waiting) assert (!evt_ready);
      assert (!(cfg_ready && busy));
      assert (!(cfg_ready && tick_valid_i));
      assert (!spike_valid || scanning);
      assert (!scanning || busy);
    end
  end
endmodule
