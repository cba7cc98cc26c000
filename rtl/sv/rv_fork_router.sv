// SPDX-License-Identifier: Apache-2.0
// Router that forks packets: ports east, west, south, north and one a core, one virtual channel, credits. A flit on a tree
// carries a label; the table has the outputs for it and the labels that it goes on with over links. All others go in
// dimension order, x first. Every flit of a packet carries its destination. The switch by one iteration of iSLIP, cycle
// for cycle the network of fidelity `cycle`: a flit that wins in cycle n may bid in the next router in cycle n + Hop; the
// credit of its slot counts upstream Credit cycles after its last output has taken it. Vectors over ports: port 0 lowest.
module rv_fork_router #(
  parameter int unsigned Depth  = 4,   // flits of a buffer; a packet that forks has no more
  parameter int unsigned Hop    = 2,
  parameter int unsigned Credit = 2,
  parameter int unsigned CoordW = 8,
  parameter int unsigned DataW  = 32,  // of a flit, beside head, tail and destination
  parameter int unsigned Cores  = 17,  // each with a port of its own
  parameter int unsigned LabelW = 10,  // at most that of {y, x, core}
  localparam int unsigned Ports  = 4 + Cores,
  localparam int unsigned CoreW  = (Cores > 1) ? $clog2(Cores) : 1,
  localparam int unsigned DestW  = 2 * CoordW + CoreW,    // {y, x, core}, or a label in the lowest bits
  localparam int unsigned FlitW  = 3 + DestW + DataW,     // {head, tail, on a tree, destination, data}
  localparam int unsigned EntryW = 4 * LabelW + Ports     // {labels over north, south, west, east; outputs}
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [CoordW-1:0]      x_i,  // where it is
  input  logic [CoordW-1:0]      y_i,
  // Flits in, and the credits of their slots.
  input  logic [Ports-1:0]       in_valid_i,
  input  logic [Ports*FlitW-1:0] in_flit_i,
  output logic [Ports-1:0]       in_credit_o,
  // Flits out, and the credits of the slots that they take.
  output logic [Ports-1:0]       out_valid_o,
  output logic [Ports*FlitW-1:0] out_flit_o,
  input  logic [Ports-1:0]       out_credit_i,
  input  logic [Ports-1:0]       out_ready_i,  // the link takes a flit that wins now; a slow one is busy after each
  // The table, before the first flit with the label.
  input  logic                   cfg_write_i,
  input  logic [LabelW-1:0]      cfg_label_i,
  input  logic [EntryW-1:0]      cfg_entry_i,
  output logic                   overflow_o  // sticky: a flit came without a credit
);
  localparam int unsigned PortW   = $clog2(Ports);
  localparam int unsigned CountW  = $clog2(Depth + 1);
  localparam int unsigned Entries = 1 << LabelW;

  // ------------------------------------------------------------------ table: every input reads it for its front
  logic [EntryW-1:0]  entries[Entries];
  logic [Entries-1:0] known_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) known_q <= '0;
    else if (cfg_write_i) known_q[cfg_label_i] <= 1'b1;
    if (cfg_write_i) entries[cfg_label_i] <= cfg_entry_i;
  end

  // ------------------------------------------------------------------ outputs: credits, and whether a packet holds them
  logic [Ports*CountW-1:0] credits_q;
  logic [Ports-1:0]        free_q, able;

  always_comb begin
    for (int unsigned o = 0; o < Ports; o++) able[o] = out_ready_i[o] && credits_q[o*CountW+:CountW] != '0;
  end

  // ------------------------------------------------------------------ inputs bid, outputs grant, inputs accept
  logic [Ports*Ports-1:0] bid, offer, win;  // by input, output
  logic [Ports*Ports-1:0] ask, grant;       // by output, input
  logic [Ports*FlitW-1:0] win_flit;         // by input
  logic [Ports*4*LabelW-1:0] labels;        // by input: of its packet, over links
  logic [Ports-1:0]       freed, full, unused_front_bits;
  logic [Ports*PortW-1:0] first_input_q, next_input, unused_input;

  for (genvar p = 0; p < Ports; p++) begin : gen_input
    logic              front_valid;
    logic [FlitW-1:0]  front;
    logic [LabelW-1:0] label;
    logic [CoordW-1:0] to_x, to_y;
    logic [CoreW-1:0]  core;
    logic [EntryW-1:0] entry;
    logic [Ports-1:0]  way, outputs;

    assign {to_y, to_x, core} = front[DataW+:DestW];
    assign label = front[DataW+:LabelW];
    assign entry = entries[label];
    assign labels[p*4*LabelW+:4*LabelW] = entry[EntryW-1:Ports];
    always_comb begin
      way = '0;
      if (to_x > x_i) way[0] = 1'b1;
      else if (to_x < x_i) way[1] = 1'b1;
      else if (to_y > y_i) way[2] = 1'b1;
      else if (to_y < y_i) way[3] = 1'b1;
      else way[Ports-1:4] = Cores'(1) << core;
    end
    always_comb begin
      outputs = way;
      if (front[DataW+DestW]) outputs = known_q[label] ? entry[Ports-1:0] : '0;
      if (!front_valid) outputs = '0;
    end
    assign unused_front_bits[p] = ^{front[FlitW-1:FlitW-2], front[DataW-1:0]};

    rv_fork_input #(
      .Depth(Depth),
      .FlitW(FlitW),
      .Ports(Ports)
    ) u_input (
      .clk_i,
      .rst_ni,
      .push_i       (in_valid_i[p]),
      .push_flit_i  (in_flit_i[p*FlitW+:FlitW]),
      .front_valid_o(front_valid),
      .front_o      (front),
      .outputs_i    (outputs),
      .able_i       (able),
      .free_i       (free_q),
      .bid_o        (bid[p*Ports+:Ports]),
      .offer_i      (offer[p*Ports+:Ports]),
      .win_o        (win[p*Ports+:Ports]),
      .flit_o       (win_flit[p*FlitW+:FlitW]),
      .freed_o      (freed[p]),
      .overflow_o   (full[p])
    );
  end
  assign overflow_o = full != '0;

  for (genvar o = 0; o < Ports; o++) begin : gen_grant
    for (genvar p = 0; p < Ports; p++) begin : gen_turn
      assign ask[o*Ports+p]   = bid[p*Ports+o];
      assign offer[p*Ports+o] = grant[o*Ports+p];
    end
    rv_round_robin #(.N(Ports)) u_grant (
      .request_i(ask[o*Ports+:Ports]),
      .first_i  (first_input_q[o*PortW+:PortW]),
      .grant_o  (grant[o*Ports+:Ports]),
      .chosen_o (unused_input[o*PortW+:PortW]),
      .next_o   (next_input[o*PortW+:PortW])
    );
  end

  // ------------------------------------------------------------------ what leaves
  logic [Ports-1:0]       sends, send_tail;
  logic [Ports*FlitW-1:0] send_flit;

  for (genvar o = 0; o < Ports; o++) begin : gen_send
    logic [FlitW-1:0] flit;
    always_comb begin
      flit     = '0;
      sends[o] = 1'b0;
      for (int unsigned p = 0; p < Ports; p++) begin
        if (win[p*Ports+o]) begin
          sends[o] = 1'b1;
          flit     = win_flit[p*FlitW+:FlitW];
          if (o < 4 && flit[DataW+DestW]) flit[DataW+:LabelW] = labels[(p*4+(o%4))*LabelW+:LabelW];
        end
      end
    end
    assign send_tail[o]                = flit[FlitW-2];
    assign send_flit[o*FlitW+:FlitW] = flit;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      first_input_q <= '0;
      free_q        <= '1;
      for (int unsigned o = 0; o < Ports; o++) credits_q[o*CountW+:CountW] <= CountW'(Depth);
    end else begin
      for (int unsigned o = 0; o < Ports; o++) begin
        if (sends[o]) begin
          first_input_q[o*PortW+:PortW] <= next_input[o*PortW+:PortW];
          free_q[o]                     <= send_tail[o];
        end
        credits_q[o*CountW+:CountW] <= credits_q[o*CountW+:CountW] + CountW'(out_credit_i[o]) - CountW'(sends[o]);
      end
      for (int unsigned o = 0; o < Ports; o++) begin
        assert (!sends[o] || able[o]);
        assert (!out_credit_i[o] || credits_q[o*CountW+:CountW] < CountW'(Depth));
      end
      assert ($countones(win) == $countones(sends));
      cover (free_q != '1);
      cover (able != out_ready_i);
    end
  end

  // ------------------------------------------------------------------ crossbar and link; credits on their way back
  rv_delay #(
    .Width (Ports * (1 + FlitW)),
    .Cycles(Hop - 1)
  ) u_link (
    .clk_i,
    .rst_ni,
    .data_i({sends, send_flit}),
    .data_o({out_valid_o, out_flit_o})
  );
  rv_delay #(
    .Width (Ports),
    .Cycles(Credit - 1)
  ) u_credit (
    .clk_i,
    .rst_ni,
    .data_i(freed),
    .data_o(in_credit_o)
  );
endmodule
