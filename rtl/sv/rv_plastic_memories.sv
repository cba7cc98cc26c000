// SPDX-License-Identifier: Apache-2.0
// The memories of rv_plastic_core: state by group, weights by {axon, group}, thresholds by group, pre traces by axon.
module rv_plastic_memories #(
  parameter int unsigned Groups = 16,
  parameter int unsigned Axons  = 256,
  parameter int unsigned Lanes  = 16,
  localparam int unsigned GroupW  = $clog2(Groups),
  localparam int unsigned AxonW   = $clog2(Axons),
  localparam int unsigned StateW  = Lanes * 40,
  localparam int unsigned WeightW = Lanes * 16,
  localparam int unsigned ThrW    = Lanes * 24
) (
  input  logic                   clk_i,
  input  logic                   state_read_i,
  input  logic [GroupW-1:0] state_raddr_i,
  output logic [StateW-1:0] state_rdata_o,
  input  logic                   state_write_i,
  input  logic [GroupW-1:0] state_waddr_i,
  input  logic [StateW-1:0] state_wdata_i,
  input  logic                   weight_read_i,
  input  logic [AxonW+GroupW-1:0] weight_raddr_i,
  output logic [WeightW-1:0] weight_rdata_o,
  input  logic                   weight_write_i,
  input  logic [AxonW+GroupW-1:0] weight_waddr_i,
  input  logic [WeightW-1:0] weight_wdata_i,
  input  logic                   threshold_read_i,
  input  logic [GroupW-1:0] threshold_raddr_i,
  output logic [ThrW-1:0] threshold_rdata_o,
  input  logic                   threshold_write_i,
  input  logic [GroupW-1:0] threshold_waddr_i,
  input  logic [ThrW-1:0] threshold_wdata_i,
  input  logic                   pre_read_i,
  input  logic [AxonW-1:0] pre_raddr_i,
  output logic [16-1:0] pre_rdata_o,
  input  logic                   pre_write_i,
  input  logic [AxonW-1:0] pre_waddr_i,
  input  logic [16-1:0] pre_wdata_i
);

  rv_sram_1r1w #(
    .Depth(Groups),
    .Width(StateW)
  ) u_state (
    .clk_i,
    .read_i      (state_read_i),
    .read_addr_i (state_raddr_i),
    .read_data_o (state_rdata_o),
    .write_i     (state_write_i),
    .write_addr_i(state_waddr_i),
    .write_data_i(state_wdata_i)
  );

  rv_sram_1r1w #(
    .Depth(Axons * Groups),
    .Width(WeightW)
  ) u_weight (
    .clk_i,
    .read_i      (weight_read_i),
    .read_addr_i (weight_raddr_i),
    .read_data_o (weight_rdata_o),
    .write_i     (weight_write_i),
    .write_addr_i(weight_waddr_i),
    .write_data_i(weight_wdata_i)
  );

  rv_sram_1r1w #(
    .Depth(Groups),
    .Width(ThrW)
  ) u_threshold (
    .clk_i,
    .read_i      (threshold_read_i),
    .read_addr_i (threshold_raddr_i),
    .read_data_o (threshold_rdata_o),
    .write_i     (threshold_write_i),
    .write_addr_i(threshold_waddr_i),
    .write_data_i(threshold_wdata_i)
  );

  rv_sram_1r1w #(
    .Depth(Axons),
    .Width(16)
  ) u_pre (
    .clk_i,
    .read_i      (pre_read_i),
    .read_addr_i (pre_raddr_i),
    .read_data_o (pre_rdata_o),
    .write_i     (pre_write_i),
    .write_addr_i(pre_waddr_i),
    .write_data_i(pre_wdata_i)
  );

endmodule
