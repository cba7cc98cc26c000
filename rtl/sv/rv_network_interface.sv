// SPDX-License-Identifier: Apache-2.0
// Between a core and its router: packets of any number of flits in, relays before own ones, a flit a cycle; flits out of
// the buffers behind the router, one a cycle. A flit that leaves in cycle n may bid in the router in cycle n + Inject.
module rv_network_interface #(
  parameter int unsigned Vcs    = 4,
  parameter int unsigned Depth  = 8,
  parameter int unsigned Inject = 2,
  parameter int unsigned Credit = 2,
  parameter int unsigned CoordW = 4,
  parameter int unsigned DataW  = 40,
  parameter int unsigned LenW   = 4,  // of a packet's number of flits
  localparam int unsigned VcW   = (Vcs > 1) ? $clog2(Vcs) : 1,
  localparam int unsigned FlitW = 2 + 2 * CoordW + DataW
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  // Packets. Each stays as it is until its `ready`, which comes with its last flit; `data` is that of the present flit.
  input  logic              own_valid_i,
  output logic              own_ready_o,
  input  logic [CoordW-1:0] own_x_i,
  input  logic [CoordW-1:0] own_y_i,
  input  logic [LenW-1:0]   own_flits_i,
  input  logic [DataW-1:0]  own_data_i,
  input  logic              relay_valid_i,
  output logic              relay_ready_o,
  input  logic [CoordW-1:0] relay_x_i,
  input  logic [CoordW-1:0] relay_y_i,
  input  logic [LenW-1:0]   relay_flits_i,
  input  logic [DataW-1:0]  relay_data_i,
  output logic              own_enters_o,    // its head leaves
  output logic              relay_enters_o,
  // To the router's core port.
  output logic              out_valid_o,
  output logic [VcW-1:0]    out_vc_o,
  output logic [FlitW-1:0]  out_flit_o,
  input  logic              out_credit_i,
  input  logic [VcW-1:0]    out_credit_vc_i,
  // From it.
  input  logic              in_valid_i,
  input  logic [VcW-1:0]    in_vc_i,
  input  logic [FlitW-1:0]  in_flit_i,
  output logic              in_credit_o,
  output logic [VcW-1:0]    in_credit_vc_o,
  // To the core.
  output logic              eject_valid_o,
  output logic              eject_head_o,
  output logic              eject_tail_o,
  output logic [DataW-1:0]  eject_data_o,
  input  logic              eject_open_i,
  output logic              overflow_o
);
  /*verilator no_inline_module*/  // one copy of its code for all instances
  localparam int unsigned CountW = $clog2(Depth + 1);

  // ------------------------------------------------------------------ source: a packet keeps its VC
  logic [Vcs*CountW-1:0] credits_q;
  logic [Vcs-1:0]        has_credit, unused_grant;
  logic [VcW-1:0]        fresh_vc, next_vc, first_vc_q, kept_vc_q, vc;
  logic [LenW-1:0]       sent_q, flits;
  logic                  kept_relay_q, relay, starts, goes, last;

  always_comb for (int unsigned v = 0; v < Vcs; v++) has_credit[v] = credits_q[v*CountW+:CountW] != '0;
  rv_round_robin #(.N(Vcs)) u_vc (
    .request_i(has_credit),
    .first_i  (first_vc_q),
    .grant_o  (unused_grant),
    .chosen_o (fresh_vc),
    .next_o   (next_vc)
  );
  assign starts         = sent_q == '0;
  assign relay          = starts ? relay_valid_i : kept_relay_q;
  assign vc             = starts ? fresh_vc : kept_vc_q;
  assign flits          = relay ? relay_flits_i : own_flits_i;
  assign goes           = (relay ? relay_valid_i : own_valid_i) && (starts ? has_credit != '0 : has_credit[kept_vc_q]);
  assign last           = sent_q + 1'b1 == flits;
  assign own_ready_o    = goes && last && !relay;
  assign relay_ready_o  = goes && last && relay;
  assign own_enters_o   = goes && starts && !relay;
  assign relay_enters_o = goes && starts && relay;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      sent_q       <= '0;
      first_vc_q   <= '0;
      kept_vc_q    <= '0;
      kept_relay_q <= 1'b0;
      for (int unsigned v = 0; v < Vcs; v++) credits_q[v*CountW+:CountW] <= CountW'(Depth);
    end else begin
      if (goes) begin
        sent_q       <= last ? '0 : sent_q + 1'b1;
        kept_vc_q    <= vc;
        kept_relay_q <= relay;
        if (starts) first_vc_q <= next_vc;
      end
      for (int unsigned v = 0; v < Vcs; v++)
        credits_q[v*CountW+:CountW] <= credits_q[v*CountW+:CountW]
            + CountW'(out_credit_i && out_credit_vc_i == VcW'(v)) - CountW'(goes && vc == VcW'(v));
    end
  end

  rv_delay #(
    .Width (1 + VcW + FlitW),
    .Cycles(Inject - 1)
  ) u_link (
    .clk_i,
    .rst_ni,
    .data_i({goes, vc, starts, last, relay ? relay_y_i : own_y_i, relay ? relay_x_i : own_x_i,
             relay ? relay_data_i : own_data_i}),
    .data_o({out_valid_o, out_vc_o, out_flit_o})
  );

  // ------------------------------------------------------------------ sink: the buffers take turns
  logic [Vcs-1:0]       waiting, full, unused_read;
  logic [VcW-1:0]       first_read_q, read_vc, next_read;
  logic [Vcs*FlitW-1:0] front;
  logic [FlitW-1:0]     read_flit;
  logic [2*CoordW-1:0]  unused_to;

  for (genvar v = 0; v < Vcs; v++) begin : gen_vc
    rv_flit_fifo #(
      .Width(FlitW),
      .Depth(Depth)
    ) u_buffer (
      .clk_i,
      .rst_ni,
      .push_i     (in_valid_i && in_vc_i == VcW'(v)),
      .push_data_i(in_flit_i),
      .pop_i      (eject_valid_o && read_vc == VcW'(v)),
      .valid_o    (waiting[v]),
      .front_o    (front[v*FlitW+:FlitW]),
      .overflow_o (full[v])
    );
  end
  rv_round_robin #(.N(Vcs)) u_read (
    .request_i(waiting),
    .first_i  (first_read_q),
    .grant_o  (unused_read),
    .chosen_o (read_vc),
    .next_o   (next_read)
  );
  always_comb begin
    read_flit = '0;
    for (int unsigned v = 0; v < Vcs; v++) if (read_vc == VcW'(v)) read_flit = front[v*FlitW+:FlitW];
  end
  assign eject_valid_o = eject_open_i && waiting != '0;
  assign {eject_head_o, eject_tail_o, unused_to, eject_data_o} = read_flit;
  assign overflow_o    = full != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) first_read_q <= '0;
    else if (eject_valid_o) first_read_q <= next_read;
  end

  rv_delay #(
    .Width (1 + VcW),
    .Cycles(Credit - 1)
  ) u_credit (
    .clk_i,
    .rst_ni,
    .data_i({eject_valid_o, read_vc}),
    .data_o({in_credit_o, in_credit_vc_o})
  );

  // ------------------------------------------------------------------ properties: packets offered, credits that come
  logic                     own_held_q, relay_held_q;
  logic [2*CoordW+LenW-1:0] own_q, relay_q;
  always_ff @(posedge clk_i) begin
    own_held_q   <= rst_ni && own_valid_i && !own_ready_o;
    relay_held_q <= rst_ni && relay_valid_i && !relay_ready_o;
    own_q        <= {own_y_i, own_x_i, own_flits_i};
    relay_q      <= {relay_y_i, relay_x_i, relay_flits_i};
    if (rst_ni) begin
      assert (!own_held_q || (own_valid_i && {own_y_i, own_x_i, own_flits_i} == own_q));
      assert (!relay_held_q || (relay_valid_i && {relay_y_i, relay_x_i, relay_flits_i} == relay_q));
      assert (!own_valid_i || own_flits_i != '0);
      assert (!relay_valid_i || relay_flits_i != '0);
      for (int unsigned v = 0; v < Vcs; v++) begin
        assert (!(goes && vc == VcW'(v)) || has_credit[v]);
        assert (!(out_credit_i && out_credit_vc_i == VcW'(v)) || credits_q[v*CountW+:CountW] < CountW'(Depth));
      end
    end
  end
endmodule
