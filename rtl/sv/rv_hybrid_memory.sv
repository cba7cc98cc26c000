// SPDX-License-Identifier: Apache-2.0
// Memories of rv_hybrid_core behind its read and write strobes, and the config port's way to them. A word of operands,
// sums or codes is Lanes neighbouring outputs: operands by {row, word}, sums and codes by {token, word}; input codes lie
// by {token, code}, one a word.
module rv_hybrid_memory #(
  parameter int unsigned TokenW = 6,
  parameter int unsigned Lanes  = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  // Config port, registered: only while the core is idle.
  input  logic                cfg_write_i,
  input  logic                cfg_read_i,
  input  logic [2:0]          cfg_select_i,
  input  logic [13:0]         cfg_addr_i,
  input  logic [511:0]        cfg_wdata_i,
  output logic                cfg_rvalid_o,
  output logic [511:0]        cfg_rdata_o,

  input  logic                operand_read_i,
  input  logic [11:0]         operand_raddr_i,
  output logic [Lanes*9-1:0]  operand_o,
  input  logic                operand_write_i,
  input  logic [11:0]         operand_waddr_i,
  input  logic [Lanes*9-1:0]  operand_i,

  input  logic                sum_read_i,
  input  logic                code_read_i,      // and thresholds
  input  logic [TokenW+3:0]   word_raddr_i,
  output logic [Lanes*32-1:0] sum_o,
  output logic [Lanes*24-1:0] code_o,
  output logic [Lanes*24-1:0] threshold_o,
  input  logic                sum_write_i,
  input  logic [TokenW+3:0]   sum_waddr_i,
  input  logic [Lanes*32-1:0] sum_i,
  input  logic                code_write_i,
  input  logic [TokenW+3:0]   code_waddr_i,
  input  logic [Lanes*24-1:0] code_i,

  input  logic                input_read_i,
  input  logic [TokenW+7:0]   input_raddr_i,
  output logic [8:0]          input_o,
  input  logic                input_write_i,
  input  logic [TokenW+7:0]   input_waddr_i,
  input  logic [8:0]          input_i
);

  localparam int unsigned CodeW = Lanes * 24;
  localparam logic [2:0] SelOperand = 3'd0, SelSum = 3'd1, SelCode = 3'd2, SelInput = 3'd3, SelThreshold = 3'd4;

  logic       writes_operand, writes_sum, writes_code, writes_input;
  logic       reads_operand, reads_sum, reads_code, reads_input;
  logic       cfg_rvalid_q;
  logic [1:0] cfg_shown_q;

  assign writes_operand = cfg_write_i && cfg_select_i == SelOperand;
  assign writes_sum     = cfg_write_i && cfg_select_i == SelSum;
  assign writes_code    = cfg_write_i && cfg_select_i == SelCode;
  assign writes_input   = cfg_write_i && cfg_select_i == SelInput;
  assign reads_operand  = cfg_read_i && cfg_select_i == SelOperand;
  assign reads_sum      = cfg_read_i && cfg_select_i == SelSum;
  assign reads_code     = cfg_read_i && cfg_select_i == SelCode;
  assign reads_input    = cfg_read_i && cfg_select_i == SelInput;

  rv_sram_1r1w #(
    .Depth(4096),
    .Width(Lanes * 9)
  ) u_operand (
    .clk_i,
    .read_i      (operand_read_i || reads_operand),
    .read_addr_i (reads_operand ? cfg_addr_i[11:0] : operand_raddr_i),
    .read_data_o (operand_o),
    .write_i     (operand_write_i || writes_operand),
    .write_addr_i(writes_operand ? cfg_addr_i[11:0] : operand_waddr_i),
    .write_data_i(writes_operand ? cfg_wdata_i[Lanes*9-1:0] : operand_i)
  );
  rv_sram_1r1w #(
    .Depth(16 << TokenW),
    .Width(Lanes * 32)
  ) u_sum (
    .clk_i,
    .read_i      (sum_read_i || reads_sum),
    .read_addr_i (reads_sum ? cfg_addr_i[TokenW+3:0] : word_raddr_i),
    .read_data_o (sum_o),
    .write_i     (sum_write_i || writes_sum),
    .write_addr_i(writes_sum ? cfg_addr_i[TokenW+3:0] : sum_waddr_i),
    .write_data_i(writes_sum ? cfg_wdata_i : sum_i)
  );
  rv_sram_1r1w #(
    .Depth(16 << TokenW),
    .Width(CodeW)
  ) u_code (
    .clk_i,
    .read_i      (code_read_i || reads_code),
    .read_addr_i (reads_code ? cfg_addr_i[TokenW+3:0] : word_raddr_i),
    .read_data_o (code_o),
    .write_i     (code_write_i || writes_code),
    .write_addr_i(writes_code ? cfg_addr_i[TokenW+3:0] : code_waddr_i),
    .write_data_i(writes_code ? cfg_wdata_i[CodeW-1:0] : code_i)
  );
  rv_sram_1r1w #(
    .Depth(16),
    .Width(CodeW)
  ) u_threshold (
    .clk_i,
    .read_i      (code_read_i),
    .read_addr_i (word_raddr_i[3:0]),
    .read_data_o (threshold_o),
    .write_i     (cfg_write_i && cfg_select_i == SelThreshold),
    .write_addr_i(cfg_addr_i[3:0]),
    .write_data_i(cfg_wdata_i[CodeW-1:0])
  );
  rv_sram_1r1w #(
    .Depth(256 << TokenW),
    .Width(9)
  ) u_input (
    .clk_i,
    .read_i      (input_read_i || reads_input),
    .read_addr_i (reads_input ? cfg_addr_i[TokenW+7:0] : input_raddr_i),
    .read_data_o (input_o),
    .write_i     (input_write_i || writes_input),
    .write_addr_i(writes_input ? cfg_addr_i[TokenW+7:0] : input_waddr_i),
    .write_data_i(writes_input ? cfg_wdata_i[8:0] : input_i)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) cfg_rvalid_q <= 1'b0;
    else cfg_rvalid_q <= cfg_read_i;
    if (cfg_read_i) cfg_shown_q <= cfg_select_i[1:0];
    assert (!(cfg_write_i && (operand_write_i || sum_write_i || code_write_i || input_write_i)));
  end

  assign cfg_rvalid_o = cfg_rvalid_q;
  always_comb begin
    cfg_rdata_o = '0;
    if (cfg_rvalid_q) begin
      unique case (cfg_shown_q)
        2'd0:    cfg_rdata_o = 512'(operand_o);
        2'd1:    cfg_rdata_o = sum_o;
        2'd2:    cfg_rdata_o = 512'(code_o);
        default: cfg_rdata_o = 512'(input_o);
      endcase
    end
  end

endmodule
