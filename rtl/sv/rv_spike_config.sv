// SPDX-License-Identifier: Apache-2.0
// The config port of rv_spike_core, registered, and the control registers behind it: register 0 says what part of the
// memories is in use and which neurons fire how, 1 to 3 are the neurons' own.
module rv_spike_config #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned TokenW = 6,
  parameter int unsigned GroupW = 4,
  parameter int unsigned AddrW  = 12
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                valid_i,
  input  logic                ready_i,  // of the core
  input  logic                write_i,
  input  logic [2:0]          select_i,
  input  logic [AddrW-1:0]    addr_i,
  input  logic [Lanes*32-1:0] wdata_i,
  // The registered access.
  output logic                valid_o,
  output logic                read_o,
  output logic                read_done_o,  // its word is there
  output logic [7:0]          writes_o,     // by select: it writes
  output logic [2:0]          select_o,
  output logic [AddrW-1:0]    addr_o,
  output logic [Lanes*32-1:0] wdata_o,
  // Registers.
  output logic                listed_o,
  output logic [1:0]          kind_o,
  output logic                graded_o,
  output logic [7:0]          span_o,        // hi - lo
  output logic [TokenW-1:0]   last_token_o,  // tokens - 1
  output logic [GroupW-1:0]   last_group_o,  // groups - 1
  output logic [25:0]         decay_o,       // {of v, of u}
  output logic [7:0]          refractory_o,
  output logic [4:0]          shift_o,
  output logic                subtract_o,
  output logic [7:0]          burst_o        // {pair, classic, start in halves of a unit, corrections}
);

  localparam int unsigned ControlW = 1 + 2 + 1 + 8 + TokenW + GroupW;

  logic write_q;

  assign read_o = valid_o && !write_q;

  always_comb begin
    writes_o = '0;
    if (valid_o && write_q) writes_o[select_o] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o     <= 1'b0;
      read_done_o <= 1'b0;
    end else begin
      valid_o     <= valid_i && ready_i;
      read_done_o <= read_o;
    end
    if (valid_i) begin
      write_q  <= write_i;
      select_o <= select_i;
      addr_o   <= addr_i;
      wdata_o  <= wdata_i;
    end
    if (writes_o[3]) begin
      unique case (addr_o[1:0])
        2'd0: {listed_o, kind_o, graded_o, span_o, last_token_o, last_group_o} <= wdata_o[ControlW-1:0];
        2'd1: decay_o <= wdata_o[25:0];
        2'd2: {subtract_o, shift_o, refractory_o} <= wdata_o[13:0];
        default: burst_o <= wdata_o[7:0];
      endcase
    end
  end

endmodule
