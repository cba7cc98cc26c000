// SPDX-License-Identifier: Apache-2.0
// Config port of rv_plastic_core, registered, and its control word. A read's data is there in the cycle of rvalid_o.
module rv_plastic_config #(
  parameter int unsigned AddrW    = 12,
  parameter int unsigned DataW    = 640,
  parameter int unsigned ControlW = 118
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                valid_i,
  input  logic                ready_i,    // the core's
  input  logic                write_i,
  input  logic [2:0]          select_i,
  input  logic [AddrW-1:0]    addr_i,
  input  logic [DataW-1:0]    wdata_i,
  output logic                pending_o,  // a word is written or read in this cycle
  output logic [4:0]          writes_o,   // by memory: weights, state, thresholds, pre traces, control
  output logic [4:0]          reads_o,
  output logic [AddrW-1:0]    addr_o,
  output logic [DataW-1:0]    wdata_o,
  output logic                rvalid_o,
  output logic [2:0]          rselect_o,
  output logic [ControlW-1:0] control_o
);

  logic                valid_q, write_q, rvalid_q;
  logic [2:0]          select_q, rselect_q;
  logic [AddrW-1:0]    addr_q;
  logic [DataW-1:0]    wdata_q;
  logic [ControlW-1:0] control_q;
  logic [4:0]          selected;

  assign selected  = valid_q ? 5'd1 << select_q : '0;
  assign writes_o  = write_q ? selected : '0;
  assign reads_o   = write_q ? '0 : selected;
  assign pending_o = valid_q;
  assign addr_o    = addr_q;
  assign wdata_o   = wdata_q;
  assign rvalid_o  = rvalid_q;
  assign rselect_o = rselect_q;
  assign control_o = control_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q  <= 1'b0;
      rvalid_q <= 1'b0;
    end else begin
      valid_q  <= valid_i && ready_i;
      rvalid_q <= valid_q && !write_q;
    end
    if (valid_i) begin
      write_q  <= write_i;
      select_q <= select_i;
      addr_q   <= addr_i;
      wdata_q  <= wdata_i;
    end
    rselect_q <= select_q;
    if (writes_o[4]) control_q <= wdata_q[ControlW-1:0];
  end

endmodule
