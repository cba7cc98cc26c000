// SPDX-License-Identifier: Apache-2.0
// The neurons of rv_spike_core with multipliers, for proofs: any result, but lanes fire exactly where their payload is not 0.
// What is proved with them holds whatever these neurons compute.
module rv_neuron_dynamics #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic [1:0]          kind_i,
  input  logic [25:0]         decay_i,
  input  logic [7:0]          refractory_i,
  input  logic [4:0]          shift_i,
  input  logic                subtract_i,
  input  logic [7:0]          burst_i,
  input  logic [Lanes*32-1:0] state_i,
  input  logic [Lanes*32-1:0] lower_i,
  input  logic [Lanes*32-1:0] upper_i,
  input  logic [Lanes*32-1:0] threshold_i,
  input  logic [Lanes*32-1:0] bias_i,
  output logic [Lanes*32-1:0] state_o,
  output logic [Lanes*32-1:0] lower_o,
  output logic [Lanes*32-1:0] upper_o,
  output logic [Lanes*6-1:0]  payload_o,
  output logic [Lanes-1:0]    fires_o,
  output logic                overflow_o,
  output logic                saturated_o
);
  (* anyseq *) logic [Lanes*102+1:0] any;
  assign {state_o, lower_o, upper_o, payload_o, overflow_o, saturated_o} = any;
  always_comb for (int unsigned i = 0; i < Lanes; i++) fires_o[i] = payload_o[i*6+:6] != '0;
endmodule
