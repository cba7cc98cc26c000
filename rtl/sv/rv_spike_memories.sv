// SPDX-License-Identifier: Apache-2.0
// The memories of rv_spike_core, a word of all lanes wide: state, dynamics in two halves (currents and membranes, or what a
// pair of burst neurons has emitted), weights, thresholds and biases. The config port writes all of them.
module rv_spike_memories #(
  parameter int unsigned Lanes      = 16,
  parameter int unsigned WeightBits = 9,
  parameter int unsigned WordW      = 10,  // {token, group}
  parameter int unsigned GroupW     = 4,
  parameter int unsigned RowW       = 12,  // {axon, group}
  parameter int unsigned AddrW      = 12,  // of the config port
  localparam int unsigned StateW = Lanes * 32,
  localparam int unsigned SynW   = Lanes * WeightBits
) (
  input  logic              clk_i,
  input  logic              state_read_i,
  input  logic              dynamics_read_i,
  input  logic              scan_read_i,  // thresholds and biases, too
  input  logic [WordW-1:0]  state_raddr_i,
  input  logic              row_read_i,
  input  logic [RowW-1:0]   row_addr_i,
  output logic [StateW-1:0] state_o,
  output logic [StateW-1:0] lower_o,
  output logic [StateW-1:0] upper_o,
  output logic [SynW-1:0]   weight_o,
  output logic [StateW-1:0] threshold_o,
  output logic [StateW-1:0] bias_o,
  input  logic              state_write_i,
  input  logic              dynamics_write_i,  // of a scan
  input  logic [WordW-1:0]  state_waddr_i,
  input  logic [StateW-1:0] state_i,
  input  logic [StateW-1:0] lower_i,
  input  logic [StateW-1:0] upper_i,
  input  logic [7:0]        cfg_writes_i,  // by select; that to the state is in state_write_i
  input  logic [AddrW-1:0]  cfg_addr_i,
  input  logic [StateW-1:0] cfg_wdata_i
);

  localparam int unsigned SelSynapse = 0, SelThreshold = 2, SelBias = 4, SelDynamics = 5;

  rv_sram_1r1w #(
    .Depth(2 ** WordW),
    .Width(StateW)
  ) u_state (
    .clk_i,
    .read_i      (state_read_i),
    .read_addr_i (state_raddr_i),
    .read_data_o (state_o),
    .write_i     (state_write_i),
    .write_addr_i(state_waddr_i),
    .write_data_i(state_i)
  );

  rv_sram_1r1w #(
    .Depth(2 ** WordW),
    .Width(StateW)
  ) u_lower (
    .clk_i,
    .read_i      (dynamics_read_i),
    .read_addr_i (state_raddr_i),
    .read_data_o (lower_o),
    .write_i     (dynamics_write_i || (cfg_writes_i[SelDynamics] && !cfg_addr_i[WordW])),
    .write_addr_i(state_waddr_i),
    .write_data_i(lower_i)
  );

  rv_sram_1r1w #(
    .Depth(2 ** WordW),
    .Width(StateW)
  ) u_upper (
    .clk_i,
    .read_i      (dynamics_read_i),
    .read_addr_i (state_raddr_i),
    .read_data_o (upper_o),
    .write_i     (dynamics_write_i || (cfg_writes_i[SelDynamics] && cfg_addr_i[WordW])),
    .write_addr_i(state_waddr_i),
    .write_data_i(upper_i)
  );

  rv_sram_1r1w #(
    .Depth(2 ** RowW),
    .Width(SynW)
  ) u_synapse (
    .clk_i,
    .read_i      (row_read_i),
    .read_addr_i (row_addr_i),
    .read_data_o (weight_o),
    .write_i     (cfg_writes_i[SelSynapse]),
    .write_addr_i(cfg_addr_i[RowW-1:0]),
    .write_data_i(cfg_wdata_i[SynW-1:0])
  );

  rv_sram_1r1w #(
    .Depth(2 ** GroupW),
    .Width(StateW)
  ) u_threshold (
    .clk_i,
    .read_i      (scan_read_i),
    .read_addr_i (state_raddr_i[GroupW-1:0]),
    .read_data_o (threshold_o),
    .write_i     (cfg_writes_i[SelThreshold]),
    .write_addr_i(cfg_addr_i[GroupW-1:0]),
    .write_data_i(cfg_wdata_i)
  );

  rv_sram_1r1w #(
    .Depth(2 ** GroupW),
    .Width(StateW)
  ) u_bias (
    .clk_i,
    .read_i      (scan_read_i && dynamics_read_i),
    .read_addr_i (state_raddr_i[GroupW-1:0]),
    .read_data_o (bias_o),
    .write_i     (cfg_writes_i[SelBias]),
    .write_addr_i(cfg_addr_i[GroupW-1:0]),
    .write_data_i(cfg_wdata_i)
  );

endmodule
