// SPDX-License-Identifier: Apache-2.0
// One input of rv_fork_router: its buffer, and how far each output has got with the packet in front. Every output goes on
// for itself; a slot is free when all that the packet leaves by have taken its flit. Outputs that grant the input and wait
// for the same flit win it together: the switch copies it. All of a packet stays here until its last output has the last
// flit, so a packet that forks has to fit into the buffer.
module rv_fork_input #(
  parameter int unsigned Depth = 4,
  parameter int unsigned FlitW = 8,  // {head, tail, ...}
  parameter int unsigned Ports = 5,
  localparam int unsigned PortW = $clog2(Ports)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [FlitW-1:0] push_flit_i,
  // The packet in front, and the outputs that it leaves by.
  output logic             front_valid_o,
  output logic [FlitW-1:0] front_o,
  input  logic [Ports-1:0] outputs_i,
  // Bids for outputs that can take a flit now; a head for those that no packet holds.
  input  logic [Ports-1:0] able_i,
  input  logic [Ports-1:0] free_i,
  output logic [Ports-1:0] bid_o,
  input  logic [Ports-1:0] offer_i,  // outputs that grant this input
  output logic [Ports-1:0] win_o,    // outputs that take flit_o
  output logic [FlitW-1:0] flit_o,
  output logic             freed_o,
  output logic             overflow_o  // sticky: a flit found the buffer full
);
  localparam int unsigned AddrW  = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int unsigned CountW = $clog2(Depth + 1);

  logic [FlitW-1:0]  slots[Depth];
  logic [AddrW-1:0]  read_q, write_q, taken;
  logic [CountW-1:0] count_q;

  // Of the packet in front, by output: flits taken that are still here, the first has been taken, the last has been.
  logic [Ports*CountW-1:0] ahead_q;
  logic [Ports-1:0]        begun_q, done_q, left, behind;
  logic [CountW-1:0]       at;  // the flit that wins, counted from the front
  logic [CountW:0]         sum;
  logic [PortW-1:0]        first_output_q, next_output, unused_chosen;
  logic [Ports-1:0]        accept;

  assign front_valid_o = count_q != '0;
  assign front_o       = slots[read_q];

  always_comb begin
    for (int unsigned o = 0; o < Ports; o++)
      bid_o[o] = outputs_i[o] && !done_q[o] && ahead_q[o*CountW+:CountW] < count_q && able_i[o]
          && (begun_q[o] || free_i[o]);
  end

  rv_round_robin #(.N(Ports)) u_accept (
    .request_i(offer_i),
    .first_i  (first_output_q),
    .grant_o  (accept),
    .chosen_o (unused_chosen),
    .next_o   (next_output)
  );

  always_comb begin
    at = '0;
    for (int unsigned o = 0; o < Ports; o++) if (accept[o]) at = ahead_q[o*CountW+:CountW];
    for (int unsigned o = 0; o < Ports; o++) win_o[o] = offer_i[o] && ahead_q[o*CountW+:CountW] == at;
  end
  assign sum    = (CountW + 1)'(read_q) + (CountW + 1)'(at);
  assign taken  = (sum >= (CountW + 1)'(Depth)) ? AddrW'(sum - (CountW + 1)'(Depth)) : AddrW'(sum);
  assign flit_o = slots[taken];

  assign left = outputs_i & ~done_q & ~(flit_o[FlitW-2] ? win_o : '0);
  always_comb begin
    for (int unsigned o = 0; o < Ports; o++)
      behind[o] = left[o] && !win_o[o] && ahead_q[o*CountW+:CountW] == '0;
  end
  assign freed_o = win_o != '0 && behind == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q         <= '0;
      write_q        <= '0;
      count_q        <= '0;
      ahead_q        <= '0;
      begun_q        <= '0;
      done_q         <= '0;
      first_output_q <= '0;
      overflow_o     <= 1'b0;
    end else begin
      if (push_i) write_q <= (write_q == AddrW'(Depth - 1)) ? '0 : write_q + 1'b1;
      if (freed_o) read_q <= (read_q == AddrW'(Depth - 1)) ? '0 : read_q + 1'b1;
      count_q <= count_q + CountW'(push_i) - CountW'(freed_o);
      if (push_i && !freed_o && count_q == CountW'(Depth)) overflow_o <= 1'b1;
      if (win_o != '0) begin
        first_output_q <= next_output;
        begun_q        <= (left == '0) ? '0 : begun_q | win_o;
        done_q         <= (left == '0) ? '0 : outputs_i & ~left;
        for (int unsigned o = 0; o < Ports; o++)
          ahead_q[o*CountW+:CountW] <= left[o] ? ahead_q[o*CountW+:CountW] + CountW'(win_o[o]) - CountW'(freed_o) : '0;
      end
      assert (!(push_i && !freed_o && count_q == CountW'(Depth)));
      assert ((offer_i & ~bid_o) == '0);
      assert (!front_valid_o || outputs_i != '0);  // else it stays for ever
      // An output begins with a first flit and has had it before the others.
      assert (win_o == '0 || flit_o[FlitW-1] == ((win_o & begun_q) == '0));
      assert (win_o == '0 || left != '0 || freed_o);
      cover ($countones(win_o) >= 2);
      cover (offer_i != win_o);          // outputs that wait for different flits
      cover (win_o != '0 && !freed_o);   // another output has still to take it
      cover (freed_o && left != '0);
    end
    if (push_i) slots[write_q] <= push_flit_i;
  end
endmodule
