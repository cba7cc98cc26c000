// SPDX-License-Identifier: Apache-2.0
// ST-BIF neurons (docs/explanation/integer-units.md 1), one fire a cycle in every lane: V >= threshold and tracer below its
// upper bound fires up, V < 0 and tracer above its lower bound fires down. The tracer counts from its lower bound.
module rv_neuron_st_bif #(
  parameter int unsigned Lanes = 16
) (
  input  logic                enable_i,
  input  logic                first_i,      // the first fire of these words: they come from the memory, else from `work_i`
  input  logic [7:0]          span_i,       // upper less lower bound
  input  logic [Lanes*32-1:0] state_i,      // {V 24 signed, tracer 8}
  input  logic [Lanes*32-1:0] work_i,
  input  logic [Lanes*8-1:0]  start_i,      // tracers before the first fire
  input  logic [Lanes*32-1:0] threshold_i,  // positive
  output logic [Lanes*32-1:0] state_o,
  output logic [Lanes*8-1:0]  start_o,
  output logic [Lanes-1:0]    fires_o,      // lanes that fire now
  output logic [Lanes-1:0]    changed_o     // lanes whose tracer is not what it was at the start
);

  always_comb begin
    logic [31:0] lane;
    logic signed [31:0] v, threshold;
    logic [7:0] t, t_next;
    state_o   = '0;
    start_o   = start_i;
    fires_o   = '0;
    changed_o = '0;
    lane      = '0;
    v         = '0;
    threshold = '0;
    t         = '0;
    t_next    = '0;
    if (enable_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        lane      = first_i ? state_i[i*32+:32] : work_i[i*32+:32];
        v         = 32'($signed(lane[31:8]));
        t         = lane[7:0];
        t_next    = t;
        threshold = threshold_i[i*32+:32];
        if (first_i) start_o[i*8+:8] = t;
        if (v >= threshold && t < span_i) begin
          t_next = t + 8'd1;
          v      = v - threshold;
        end else if (v < 0 && t != 0) begin
          t_next = t - 8'd1;
          v      = v + threshold;
        end
        fires_o[i]        = t_next != t;
        changed_o[i]      = t_next != start_o[i*8+:8];
        state_o[i*32+:32] = {v[23:0], t_next};
      end
    end
  end

endmodule
