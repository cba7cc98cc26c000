// SPDX-License-Identifier: Apache-2.0
// Events out of a word that has fired, one a cycle, the lowest lane first: the change of each lane's code.
module rv_spike_out #(
  parameter int unsigned Lanes = 16
) (
  input  logic                clk_i,
  input  logic                load_i,
  input  logic [Lanes-1:0]    changed_i,
  input  logic                valid_i,     // the word is being sent: some lane is pending
  input  logic                ready_i,
  input  logic [Lanes*32-1:0] code_i,      // 24 bits of each lane
  input  logic [Lanes*24-1:0] start_i,     // before the word fired
  output logic [3:0]          lane_o,
  output logic signed [24:0]  payload_o,
  output logic                last_o       // the lane is the last one pending
);

  logic [Lanes-1:0] pending_d, pending_q, others, lowest;

  assign others = pending_q & (pending_q - 1'b1);
  assign lowest = pending_q & ~others;
  assign last_o = others == '0;

  always_comb begin
    lane_o    = '0;
    payload_o = '0;
    pending_d = load_i ? changed_i : pending_q;
    if (valid_i) begin
      lane_o    = {|(lowest & 16'hff00), |(lowest & 16'hf0f0), |(lowest & 16'hcccc), |(lowest & 16'haaaa)};
      payload_o = 25'($signed(code_i[32*lane_o+:24])) - 25'($signed(start_i[24*lane_o+:24]));
      if (ready_i) pending_d = others;
    end
  end

  always_ff @(posedge clk_i) begin
    pending_q <= pending_d;
    assert (!valid_i || pending_q != '0);
    cover (valid_i && pending_q == '1);
  end

endmodule
