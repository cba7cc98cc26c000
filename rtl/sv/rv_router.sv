// SPDX-License-Identifier: Apache-2.0
// Input-queued router of a mesh: ports east, west, south, north and one a core, dimension order (x first), virtual channels,
// credits. Route, VC and switch in one cycle; the switch by one iteration of iSLIP: preset p3 of
// docs/explanation/network.md, cycle for cycle. A flit that wins in cycle n may bid in the next router in cycle
// n + Hop; the credit of its slot counts upstream in cycle n + Credit. Vectors over ports: port 0 lowest.
module rv_router #(
  parameter int unsigned Vcs    = 4,
  parameter int unsigned Depth  = 8,   // flits of a buffer
  parameter int unsigned Hop    = 2,
  parameter int unsigned Credit = 2,
  parameter int unsigned CoordW = 4,
  parameter int unsigned DataW  = 40,  // of a flit, beside head, tail and destination
  parameter int unsigned Cores  = 1,   // each with a port of its own
  localparam int unsigned Ports = 4 + Cores,
  localparam int unsigned VcW   = (Vcs > 1) ? $clog2(Vcs) : 1,
  localparam int unsigned CoreW = (Cores > 1) ? $clog2(Cores) : 0,
  localparam int unsigned FlitW = 2 + 2 * CoordW + CoreW + DataW  // {head, tail, y, x, core, data}
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [CoordW-1:0]      x_i,  // where it is
  input  logic [CoordW-1:0]      y_i,
  // Flits in, and the credits of their slots.
  input  logic [Ports-1:0]       in_valid_i,
  input  logic [Ports*VcW-1:0]   in_vc_i,
  input  logic [Ports*FlitW-1:0] in_flit_i,
  output logic [Ports-1:0]       in_credit_o,
  output logic [Ports*VcW-1:0]   in_credit_vc_o,
  // Flits out, and the credits of the slots that they take.
  output logic [Ports-1:0]       out_valid_o,
  output logic [Ports*VcW-1:0]   out_vc_o,
  output logic [Ports*FlitW-1:0] out_flit_o,
  input  logic [Ports-1:0]       out_credit_i,
  input  logic [Ports*VcW-1:0]   out_credit_vc_i,
  input  logic [Ports-1:0]       out_ready_i,  // the link takes a flit that wins now; a slow one is busy after each
  output logic                   overflow_o  // sticky: a flit came without a credit
);
  /*verilator no_inline_module*/  // one copy of its code for all instances
  localparam int unsigned Inputs  = Ports * Vcs;  // input VC (port, vc) is number port * Vcs + vc
  localparam int unsigned InputW  = $clog2(Inputs);
  localparam int unsigned PortW   = $clog2(Ports);
  localparam int unsigned CountW  = $clog2(Depth + 1);
  localparam logic [PortW-1:0] East = 0, West = 1, South = 2, North = 3, FirstCore = 4;

  // ------------------------------------------------------------------ input buffers
  logic [Inputs-1:0]       front_valid, front_head, pop, full;
  logic [Inputs*FlitW-1:0] front;
  logic [Inputs*PortW-1:0] wanted;                   // output of the packet in front
  logic [Inputs*PortW-1:0] held_output_q;            // the same, once its head is gone
  logic [Inputs*VcW-1:0]   held_vc_q;                // VC of that output that it holds

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    for (genvar v = 0; v < Vcs; v++) begin : gen_vc
      localparam int unsigned I = p * Vcs + v;
      logic [CoordW-1:0] to_x, to_y;
      logic [PortW-1:0]  way, core;
      rv_flit_fifo #(
        .Width(FlitW),
        .Depth(Depth)
      ) u_buffer (
        .clk_i,
        .rst_ni,
        .push_i     (in_valid_i[p] && in_vc_i[p*VcW+:VcW] == VcW'(v)),
        .push_data_i(in_flit_i[p*FlitW+:FlitW]),
        .pop_i      (pop[I]),
        .valid_o    (front_valid[I]),
        .front_o    (front[I*FlitW+:FlitW]),
        .overflow_o (full[I])
      );
      assign front_head[I] = front[I*FlitW+FlitW-1];
      assign to_x          = front[I*FlitW+DataW+CoreW+:CoordW];
      assign to_y          = front[I*FlitW+DataW+CoreW+CoordW+:CoordW];
      if (Cores > 1) assign core = FirstCore + PortW'(front[I*FlitW+DataW+:CoreW]);
      else assign core = FirstCore;
      always_comb begin
        way = core;
        if (to_x > x_i) way = East;
        else if (to_x < x_i) way = West;
        else if (to_y > y_i) way = South;
        else if (to_y < y_i) way = North;
      end
      assign wanted[I*PortW+:PortW] = front_head[I] ? way : held_output_q[I*PortW+:PortW];
    end
  end
  assign overflow_o = full != '0;

  // ------------------------------------------------------------------ outputs: credits, and VCs that no packet holds
  logic [Inputs*CountW-1:0] credits_q;  // by output and VC
  logic [Inputs-1:0]        has_credit, free_q, usable;

  always_comb begin
    for (int unsigned i = 0; i < Inputs; i++) has_credit[i] = credits_q[i*CountW+:CountW] != '0;
    usable = has_credit & free_q;
  end

  // ------------------------------------------------------------------ bids, by output and input VC
  // A packet that holds its VC needs a credit of it; a head any free VC with a credit. Nothing asks for a busy link.
  logic [Ports*Inputs-1:0] sure, able;
  logic [Ports*Ports-1:0]  ask, grant, offer, accept;  // ask, grant: by output, input; offer, accept: by input, output

  always_comb begin
    for (int unsigned o = 0; o < Ports; o++) begin
      for (int unsigned i = 0; i < Inputs; i++) begin
        sure[o*Inputs+i] = front_valid[i] && !front_head[i] && wanted[i*PortW+:PortW] == PortW'(o)
            && has_credit[InputW'(o*Vcs)+InputW'(held_vc_q[i*VcW+:VcW])];
        able[o*Inputs+i] = sure[o*Inputs+i] || (front_valid[i] && front_head[i] && wanted[i*PortW+:PortW] == PortW'(o)
            && usable[o*Vcs+:Vcs] != '0);
      end
      for (int unsigned p = 0; p < Ports; p++) ask[o*Ports+p] = out_ready_i[o] && able[o*Inputs+p*Vcs+:Vcs] != '0;
    end
    for (int unsigned p = 0; p < Ports; p++)
      for (int unsigned o = 0; o < Ports; o++) offer[p*Ports+o] = grant[o*Ports+p];
  end

  // ------------------------------------------------------------------ outputs grant, inputs accept
  logic [Ports*PortW-1:0] first_input_q, first_output_q, next_input, next_output, to_output, unused_input;
  logic [Ports*VcW-1:0]   first_vc_q, chosen_vc, next_vc, first_free_q, fresh_vc, next_free;
  logic [Inputs-1:0]      standing, unused_standing, unused_fresh;

  for (genvar o = 0; o < Ports; o++) begin : gen_grant
    rv_round_robin #(.N(Ports)) u_grant (
      .request_i(ask[o*Ports+:Ports]),
      .first_i  (first_input_q[o*PortW+:PortW]),
      .grant_o  (grant[o*Ports+:Ports]),
      .chosen_o (unused_input[o*PortW+:PortW]),
      .next_o   (next_input[o*PortW+:PortW])
    );
    rv_round_robin #(.N(Vcs)) u_fresh (
      .request_i(usable[o*Vcs+:Vcs]),
      .first_i  (first_free_q[o*VcW+:VcW]),
      .grant_o  (unused_fresh[o*Vcs+:Vcs]),
      .chosen_o (fresh_vc[o*VcW+:VcW]),
      .next_o   (next_free[o*VcW+:VcW])
    );
  end
  for (genvar p = 0; p < Ports; p++) begin : gen_accept
    logic [Vcs-1:0] sure_here, able_here;  // bids of this input for the output that it accepts
    rv_round_robin #(.N(Ports)) u_accept (
      .request_i(offer[p*Ports+:Ports]),
      .first_i  (first_output_q[p*PortW+:PortW]),
      .grant_o  (accept[p*Ports+:Ports]),
      .chosen_o (to_output[p*PortW+:PortW]),
      .next_o   (next_output[p*PortW+:PortW])
    );
    always_comb begin
      sure_here = '0;
      able_here = '0;
      for (int unsigned o = 0; o < Ports; o++) begin
        if (accept[p*Ports+o]) begin
          sure_here = sure[o*Inputs+p*Vcs+:Vcs];
          able_here = able[o*Inputs+p*Vcs+:Vcs];
        end
      end
    end
    assign standing[p*Vcs+:Vcs] = (sure_here != '0) ? sure_here : able_here;
    rv_round_robin #(.N(Vcs)) u_stand (
      .request_i(standing[p*Vcs+:Vcs]),
      .first_i  (first_vc_q[p*VcW+:VcW]),
      .grant_o  (unused_standing[p*Vcs+:Vcs]),
      .chosen_o (chosen_vc[p*VcW+:VcW]),
      .next_o   (next_vc[p*VcW+:VcW])
    );
  end

  // ------------------------------------------------------------------ winners, by input; what leaves, by output
  logic [Ports-1:0]       wins, win_head, win_tail, sends;
  logic [Ports*FlitW-1:0] win_flit, send_flit;
  logic [Ports*VcW-1:0]   win_vc, send_vc;

  always_comb begin
    pop       = '0;
    win_flit  = '0;
    win_vc    = '0;
    send_flit = '0;
    send_vc   = '0;
    sends     = '0;
    for (int unsigned p = 0; p < Ports; p++) begin
      wins[p] = accept[p*Ports+:Ports] != '0;
      for (int unsigned v = 0; v < Vcs; v++) begin
        if (chosen_vc[p*VcW+:VcW] == VcW'(v)) begin
          pop[p*Vcs+v]              = wins[p];
          win_flit[p*FlitW+:FlitW]  = front[(p*Vcs+v)*FlitW+:FlitW];
          win_vc[p*VcW+:VcW]        = held_vc_q[(p*Vcs+v)*VcW+:VcW];
        end
      end
      win_head[p] = win_flit[p*FlitW+FlitW-1];
      win_tail[p] = win_flit[p*FlitW+FlitW-2];
      for (int unsigned o = 0; o < Ports; o++) begin
        if (accept[p*Ports+o]) begin
          if (win_head[p]) win_vc[p*VcW+:VcW] = fresh_vc[o*VcW+:VcW];
          sends[o]                   = 1'b1;
          send_vc[o*VcW+:VcW]        = win_vc[p*VcW+:VcW];
          send_flit[o*FlitW+:FlitW]  = win_flit[p*FlitW+:FlitW];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      first_input_q  <= '0;
      first_output_q <= '0;
      first_vc_q     <= '0;
      first_free_q   <= '0;
      held_output_q  <= '0;
      held_vc_q      <= '0;
      free_q         <= '1;
      for (int unsigned i = 0; i < Inputs; i++) credits_q[i*CountW+:CountW] <= CountW'(Depth);
    end else begin
      for (int unsigned p = 0; p < Ports; p++) begin
        if (wins[p]) begin
          first_output_q[p*PortW+:PortW] <= next_output[p*PortW+:PortW];
          first_vc_q[p*VcW+:VcW]         <= next_vc[p*VcW+:VcW];
        end
        for (int unsigned v = 0; v < Vcs; v++) begin
          if (pop[p*Vcs+v]) begin
            held_output_q[(p*Vcs+v)*PortW+:PortW] <= to_output[p*PortW+:PortW];
            held_vc_q[(p*Vcs+v)*VcW+:VcW]         <= win_vc[p*VcW+:VcW];
          end
        end
        for (int unsigned o = 0; o < Ports; o++) begin
          if (accept[p*Ports+o]) begin
            first_input_q[o*PortW+:PortW] <= next_input[o*PortW+:PortW];
            if (win_head[p]) first_free_q[o*VcW+:VcW] <= next_free[o*VcW+:VcW];
            for (int unsigned v = 0; v < Vcs; v++)
              if (win_vc[p*VcW+:VcW] == VcW'(v)) free_q[o*Vcs+v] <= win_tail[p];
          end
        end
      end
      for (int unsigned o = 0; o < Ports; o++)
        for (int unsigned v = 0; v < Vcs; v++)
          credits_q[(o*Vcs+v)*CountW+:CountW] <= credits_q[(o*Vcs+v)*CountW+:CountW]
              + CountW'(out_credit_i[o] && out_credit_vc_i[o*VcW+:VcW] == VcW'(v))
              - CountW'(sends[o] && send_vc[o*VcW+:VcW] == VcW'(v));
    end
  end

  // ------------------------------------------------------------------ properties
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int unsigned o = 0; o < Ports; o++) begin
        for (int unsigned v = 0; v < Vcs; v++) begin
          assert (!(sends[o] && send_vc[o*VcW+:VcW] == VcW'(v)) || has_credit[o*Vcs+v]);
          assert (!(out_credit_i[o] && out_credit_vc_i[o*VcW+:VcW] == VcW'(v))
                  || credits_q[(o*Vcs+v)*CountW+:CountW] < CountW'(Depth));
        end
      end
      for (int unsigned p = 0; p < Ports; p++) assert (!wins[p] || sends[to_output[p*PortW+:PortW]]);
      assert ($countones(wins) == $countones(sends));
      cover (has_credit != '1);
      cover (free_q != '1);
      cover ($countones(sends) >= 3);
    end
  end

  // ------------------------------------------------------------------ crossbar and link; credits on their way back
  rv_delay #(
    .Width (Ports * (1 + VcW + FlitW)),
    .Cycles(Hop - 1)
  ) u_link (
    .clk_i,
    .rst_ni,
    .data_i({sends, send_vc, send_flit}),
    .data_o({out_valid_o, out_vc_o, out_flit_o})
  );
  rv_delay #(
    .Width (Ports * (1 + VcW)),
    .Cycles(Credit - 1)
  ) u_credit (
    .clk_i,
    .rst_ni,
    .data_i({wins, chosen_vc}),
    .data_o({in_credit_o, in_credit_vc_o})
  );
endmodule
