// SPDX-License-Identifier: Apache-2.0
// The lanes of rv_spike_core: what a word of Lanes neurons becomes when an event is added to it or when it fires, and what
// leaves. ST-BIF neurons that are graded fire once a cycle until the word rests, all others take one cycle.
module rv_neuron_array #(
  parameter int unsigned Lanes      = 16,
  parameter int unsigned WeightBits = 9,
  localparam int unsigned LaneW  = $clog2(Lanes),
  localparam int unsigned StateW = Lanes * 32
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        adding_i,  // an event is added to the word read in the cycle before
  input  logic                        direct_i,
  input  logic [LaneW-1:0]            target_i,
  input  logic signed [23:0]          factor_i,
  input  logic [Lanes*WeightBits-1:0] weight_i,
  input  logic                        scan_i,    // the cycle before the first word of a scan
  input  logic                        firing_i,  // the word read in the cycle before fires
  input  logic [1:0]                  kind_i,    // 0 ST-BIF, 1 IF and LIF, 2 CUBA, 3 burst
  input  logic                        graded_i,
  input  logic [7:0]                  span_i,
  input  logic [25:0]                 decay_i,   // {of v, of u}
  input  logic [7:0]                  refractory_i,
  input  logic [4:0]                  shift_i,
  input  logic                        subtract_i,
  input  logic [7:0]                  burst_i,   // {pair, classic, start in halves of a unit, corrections}
  input  logic [StateW-1:0]           state_i,
  input  logic [StateW-1:0]           lower_i,   // currents; M+
  input  logic [StateW-1:0]           upper_i,   // membranes; M-
  input  logic [StateW-1:0]           threshold_i,
  input  logic [StateW-1:0]           bias_i,
  input  logic [StateW-1:0]           cfg_i,     // written when nothing is added or fires
  output logic [StateW-1:0]           state_o,
  output logic [StateW-1:0]           lower_o,
  output logic [StateW-1:0]           upper_o,
  output logic                        done_o,    // the word is at rest, or has had its one fire
  output logic                        write_o,   // with firing_i: its state has changed
  output logic                        emits_o,   // with done_o: events are, or still are, to leave
  // The event that leaves: that of the lowest lane which still has one.
  input  logic                        taken_i,
  output logic [LaneW-1:0]            lane_o,
  output logic signed [8:0]           payload_o,
  output logic                        all_o,     // for coverage: all lanes have one
  output logic                        again_o,   // for coverage: a second fire of a word
  input  logic                        clear_i,   // the sticky flags
  output logic                        overflow_o,
  output logic                        saturated_o
);

  localparam logic [1:0] KindStBif = 2'd0, KindBurst = 2'd3;

  logic               first_q;       // first cycle of a word: its state comes from the memory
  logic [StateW-1:0]  work_q;        // else from here
  logic [Lanes*8-1:0] start, start_q;  // tracers before the word's first fire
  logic [Lanes*6-1:0] payload, payload_q;
  logic [StateW-1:0]  bif_state, dyn_state, dyn_lower, dyn_upper;
  logic [Lanes-1:0]   bif_fires, bif_changed, dyn_fires;
  logic               acc_overflow, dyn_overflow, dyn_saturated;
  logic               is_bif, is_burst;
  logic [StateW-1:0]  acc_state;
  logic [Lanes-1:0]   emits, pending_d, pending_q;  // lanes that emit; whose event has not left

  assign is_bif   = kind_i == KindStBif;
  assign is_burst = kind_i == KindBurst;

  rv_accumulate #(
    .Lanes     (Lanes),
    .WeightBits(WeightBits)
  ) u_accumulate (
    .enable_i  (adding_i),
    .direct_i,
    .lane_i    (target_i),
    .payload_i (factor_i),
    .state_i,
    .weight_i,
    .state_o   (acc_state),
    .overflow_o(acc_overflow)
  );

  rv_neuron_st_bif #(.Lanes(Lanes)) u_st_bif (
    .enable_i   (firing_i && is_bif),
    .first_i    (first_q),
    .span_i,
    .state_i,
    .work_i     (work_q),
    .start_i    (start_q),
    .threshold_i,
    .state_o    (bif_state),
    .start_o    (start),
    .fires_o    (bif_fires),
    .changed_o  (bif_changed)
  );

  rv_neuron_dynamics #(.Lanes(Lanes)) u_dynamics (
    .enable_i   (firing_i && !is_bif),
    .kind_i, .decay_i, .refractory_i, .shift_i, .subtract_i, .burst_i, .state_i, .lower_i, .upper_i, .threshold_i, .bias_i,
    .state_o    (dyn_state),
    .lower_o    (dyn_lower),
    .upper_o    (dyn_upper),
    .payload_o  (payload),
    .fires_o    (dyn_fires),
    .overflow_o (dyn_overflow),
    .saturated_o(dyn_saturated)
  );

  assign again_o = firing_i && is_bif && !first_q && bif_fires != '0;
  assign done_o  = !is_bif || !graded_i || bif_fires == '0;
  assign write_o = !is_bif || (graded_i ? done_o && !first_q : bif_fires != '0);

  always_comb begin
    if (adding_i) begin
      state_o = acc_state;
    end else if (firing_i) begin
      if (is_bif) state_o = bif_state;
      else state_o = dyn_state;
    end else begin
      state_o = cfg_i;
    end
  end
  always_comb begin
    if (firing_i && !is_bif) begin
      lower_o = dyn_lower;
      upper_o = dyn_upper;
    end else begin
      lower_o = cfg_i;
      upper_o = cfg_i;
    end
  end
  assign emits = is_bif ? bif_changed : dyn_fires;

  always_ff @(posedge clk_i) begin
    if (firing_i) begin
      work_q    <= bif_state;
      start_q   <= start;
      payload_q <= payload;
      first_q   <= done_o;
    end else if (scan_i) begin
      first_q <= 1'b1;
    end
    if (!rst_ni) begin
      overflow_o  <= 1'b0;
      saturated_o <= 1'b0;
    end else begin
      overflow_o  <= (overflow_o && !clear_i) || acc_overflow || dyn_overflow;
      saturated_o <= (saturated_o && !clear_i) || dyn_saturated;
    end
    pending_q <= pending_d;
  end

  always_comb begin
    pending_d = firing_i ? emits : pending_q;
    if (taken_i) pending_d = pending_q & (pending_q - 1'b1);  // the lowest one leaves
    lane_o    = '0;
    payload_o = 9'sd1;
    if (pending_q != '0) begin
      for (int unsigned i = Lanes; i > 0; i--) begin
        if (pending_q[i-1]) lane_o = LaneW'(i - 1);
      end
      if (is_bif) begin
        payload_o = $signed({1'b0, work_q[32'(lane_o)*32+:8]}) - $signed({1'b0, start_q[32'(lane_o)*8+:8]});
      end else if (is_burst) begin
        payload_o = 9'($signed(payload_q[32'(lane_o)*6+:6]));
      end
    end
  end
  assign emits_o = pending_d != '0;
  assign all_o   = pending_q == '1;

endmodule
