// SPDX-License-Identifier: Apache-2.0
// Where the events of a core go. The first memory names the entries of each neuron, the second holds them: destination
// core, what is added to the neuron and to the token to make the axon and token there, the tokens that it is for, and
// whether the destination passes the event on. Neurons share entries; a tile with one route has one list. An event
// takes 2 cycles and one for each of its entries, more where what leaves is not taken.
module rv_routing_table #(
  parameter int unsigned Neurons = 256,
  parameter int unsigned Entries = 256,
  parameter int unsigned TokenW  = 6,
  parameter int unsigned CoreW   = 8,
  parameter int unsigned AxonW   = 12,
  localparam int unsigned NeuronW  = $clog2(Neurons),
  localparam int unsigned EntryW   = $clog2(Entries),
  localparam int unsigned PointerW = 2 * EntryW + 1,
  localparam int unsigned RouteW   = 1 + CoreW + AxonW + 3 * TokenW,
  localparam int unsigned CfgAddrW = (NeuronW > EntryW) ? NeuronW : EntryW,
  localparam int unsigned CfgDataW = (PointerW > RouteW) ? PointerW : RouteW
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  // From the core's spike port.
  input  logic                spike_valid_i,
  output logic                spike_ready_o,
  input  logic [TokenW-1:0]   spike_token_i,
  input  logic [NeuronW-1:0]  spike_neuron_i,
  input  logic signed [8:0]   spike_payload_i,
  // To the network interface, in order of the entries.
  output logic                packet_valid_o,
  input  logic                packet_ready_i,
  output logic [CoreW-1:0]    packet_core_o,
  output logic [TokenW-1:0]   packet_token_o,
  output logic [AxonW-1:0]    packet_axon_o,
  output logic signed [8:0]   packet_payload_o,
  output logic                packet_relay_o,
  // Load, while no event is under way.
  input  logic                cfg_write_i,
  input  logic                cfg_entry_i,  // else the pointer of a neuron
  input  logic [CfgAddrW-1:0] cfg_addr_i,
  input  logic [CfgDataW-1:0] cfg_data_i,   // {entries, first}; {relay, core, axon, token, last token, first token}
  output logic                busy_o
);

  typedef enum logic [1:0] {
    StIdle,
    StPointer,  // the neuron's pointer is there
    StEntry     // an entry is there
  } state_e;

  state_e state_q;
  logic [TokenW-1:0]   token_q, from, to, add_token;
  logic [NeuronW-1:0]  neuron_q;
  logic signed [8:0]   payload_q;
  logic [PointerW-1:0] pointer;
  logic [RouteW-1:0]   route;
  logic [EntryW-1:0]   first, next_q;
  logic [EntryW:0]     count, left_q;  // of the neuron; behind the one at hand
  logic [AxonW-1:0]    add_axon;
  logic                advances;

  assign {count, first} = pointer;
  assign {packet_relay_o, packet_core_o, add_axon, add_token, to, from} = route;
  assign packet_axon_o    = AxonW'(neuron_q) + add_axon;
  assign packet_token_o   = token_q + add_token;
  assign packet_payload_o = payload_q;
  assign packet_valid_o   = state_q == StEntry && token_q >= from && token_q <= to;
  assign advances         = state_q == StEntry && (packet_ready_i || !packet_valid_o);
  assign spike_ready_o    = state_q == StIdle;
  assign busy_o           = state_q != StIdle;

  rv_sram_1r1w #(
    .Depth(Neurons),
    .Width(PointerW)
  ) u_pointers (
    .clk_i,
    .read_i      (state_q == StIdle && spike_valid_i),
    .read_addr_i (spike_neuron_i),
    .read_data_o (pointer),
    .write_i     (cfg_write_i && !cfg_entry_i),
    .write_addr_i(cfg_addr_i[NeuronW-1:0]),
    .write_data_i(cfg_data_i[PointerW-1:0])
  );

  rv_sram_1r1w #(
    .Depth(Entries),
    .Width(RouteW)
  ) u_entries (
    .clk_i,
    .read_i      ((state_q == StPointer && count != '0) || (advances && left_q != '0)),
    .read_addr_i (state_q == StPointer ? first : next_q),
    .read_data_o (route),
    .write_i     (cfg_write_i && cfg_entry_i),
    .write_addr_i(cfg_addr_i[EntryW-1:0]),
    .write_data_i(cfg_data_i[RouteW-1:0])
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
    end else begin
      unique case (state_q)
        StIdle:    if (spike_valid_i) state_q <= StPointer;
        StPointer: state_q <= (count == '0) ? StIdle : StEntry;
        default:   if (advances && left_q == '0) state_q <= StIdle;
      endcase
      assert (!(cfg_write_i && busy_o));
      assert (!(state_q == StPointer && {1'b0, first} + count > (EntryW + 1)'(Entries)));
      cover (packet_valid_o && !packet_ready_i);       // back-pressure
      cover (state_q == StPointer && count == '0);     // a neuron that sends nothing
      cover (state_q == StEntry && !packet_valid_o);   // an entry for other tokens
      cover (packet_valid_o && packet_relay_o);
    end
    if (state_q == StIdle) begin
      token_q   <= spike_token_i;
      neuron_q  <= spike_neuron_i;
      payload_q <= spike_payload_i;
    end
    if (state_q == StPointer) begin
      next_q <= first + 1'b1;
      left_q <= count - 1'b1;
    end else if (advances) begin
      next_q <= next_q + 1'b1;
      left_q <= left_q - 1'b1;
    end
  end

  rv_handshake_check #(
    .Width(CoreW + TokenW + AxonW + 9 + 1)
  ) u_packet_check (
    .clk_i,
    .rst_ni,
    .valid_i(packet_valid_o),
    .ready_i(packet_ready_i),
    .data_i ({packet_core_o, packet_token_o, packet_axon_o, packet_payload_o, packet_relay_o})
  );

endmodule
