// SPDX-License-Identifier: Apache-2.0
// Columns x Rows routers with a network interface each; the cores are outside. Core r is at (r % Columns, r / Columns),
// y grows southward. Vectors over cores: core 0 lowest.
module rv_mesh #(
  parameter int unsigned Columns = 4,
  parameter int unsigned Rows    = 4,
  parameter int unsigned Vcs     = 4,
  parameter int unsigned Depth   = 8,
  parameter int unsigned Hop     = 2,
  parameter int unsigned Inject  = 2,
  parameter int unsigned Credit  = 2,
  parameter int unsigned CoordW  = 4,
  parameter int unsigned DataW   = 40,
  parameter int unsigned LenW    = 4,
  localparam int unsigned Cores  = Columns * Rows
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [Cores-1:0]        own_valid_i,
  output logic [Cores-1:0]        own_ready_o,
  input  logic [Cores*CoordW-1:0] own_x_i,
  input  logic [Cores*CoordW-1:0] own_y_i,
  input  logic [Cores*LenW-1:0]   own_flits_i,
  input  logic [Cores*DataW-1:0]  own_data_i,
  input  logic [Cores-1:0]        relay_valid_i,
  output logic [Cores-1:0]        relay_ready_o,
  input  logic [Cores*CoordW-1:0] relay_x_i,
  input  logic [Cores*CoordW-1:0] relay_y_i,
  input  logic [Cores*LenW-1:0]   relay_flits_i,
  input  logic [Cores*DataW-1:0]  relay_data_i,
  output logic [Cores-1:0]        own_enters_o,
  output logic [Cores-1:0]        relay_enters_o,
  output logic [Cores-1:0]        eject_valid_o,
  output logic [Cores-1:0]        eject_head_o,
  output logic [Cores-1:0]        eject_tail_o,
  output logic [Cores*DataW-1:0]  eject_data_o,
  input  logic [Cores-1:0]        eject_open_i,
  output logic                    overflow_o
);
  localparam int unsigned VcW   = (Vcs > 1) ? $clog2(Vcs) : 1;
  localparam int unsigned FlitW = 2 + 2 * CoordW + DataW;
  localparam int unsigned Ports = 5;
  localparam int unsigned East = 0, West = 1, South = 2, Core = 4;  // 3: north

  // By router and port (router * Ports + port).
  logic [Cores*Ports-1:0]       out_valid, in_valid, out_credit, in_credit;
  logic [Cores*Ports*VcW-1:0]   out_vc, in_vc, out_credit_vc, in_credit_vc;
  logic [Cores*Ports*FlitW-1:0] out_flit, in_flit;
  logic [Cores-1:0]             router_overflow, interface_overflow;
  assign overflow_o = (router_overflow | interface_overflow) != '0;

  for (genvar r = 0; r < Cores; r++) begin : gen_node
    localparam int unsigned X = r % Columns;
    localparam int unsigned Y = r / Columns;
    localparam int unsigned P = r * Ports;         // its first port
    localparam int unsigned C = r * Ports + Core;  // the core's
    rv_router #(
      .Vcs   (Vcs),
      .Depth (Depth),
      .Hop   (Hop),
      .Credit(Credit),
      .CoordW(CoordW),
      .DataW (DataW)
    ) u_router (
      .clk_i,
      .rst_ni,
      .x_i            (CoordW'(X)),
      .y_i            (CoordW'(Y)),
      .in_valid_i     (in_valid[P+:Ports]),
      .in_vc_i        (in_vc[P*VcW+:Ports*VcW]),
      .in_flit_i      (in_flit[P*FlitW+:Ports*FlitW]),
      .in_credit_o    (in_credit[P+:Ports]),
      .in_credit_vc_o (in_credit_vc[P*VcW+:Ports*VcW]),
      .out_valid_o    (out_valid[P+:Ports]),
      .out_vc_o       (out_vc[P*VcW+:Ports*VcW]),
      .out_flit_o     (out_flit[P*FlitW+:Ports*FlitW]),
      .out_credit_i   (out_credit[P+:Ports]),
      .out_credit_vc_i(out_credit_vc[P*VcW+:Ports*VcW]),
      .out_ready_i    ({Ports{1'b1}}),
      .overflow_o     (router_overflow[r])
    );
    rv_network_interface #(
      .Vcs   (Vcs),
      .Depth (Depth),
      .Inject(Inject),
      .Credit(Credit),
      .CoordW(CoordW),
      .DataW (DataW),
      .LenW  (LenW)
    ) u_interface (
      .clk_i,
      .rst_ni,
      .own_valid_i    (own_valid_i[r]),
      .own_ready_o    (own_ready_o[r]),
      .own_x_i        (own_x_i[r*CoordW+:CoordW]),
      .own_y_i        (own_y_i[r*CoordW+:CoordW]),
      .own_flits_i    (own_flits_i[r*LenW+:LenW]),
      .own_data_i     (own_data_i[r*DataW+:DataW]),
      .relay_valid_i  (relay_valid_i[r]),
      .relay_ready_o  (relay_ready_o[r]),
      .relay_x_i      (relay_x_i[r*CoordW+:CoordW]),
      .relay_y_i      (relay_y_i[r*CoordW+:CoordW]),
      .relay_flits_i  (relay_flits_i[r*LenW+:LenW]),
      .relay_data_i   (relay_data_i[r*DataW+:DataW]),
      .own_enters_o   (own_enters_o[r]),
      .relay_enters_o (relay_enters_o[r]),
      .out_valid_o    (in_valid[C]),
      .out_vc_o       (in_vc[C*VcW+:VcW]),
      .out_flit_o     (in_flit[C*FlitW+:FlitW]),
      .out_credit_i   (in_credit[C]),
      .out_credit_vc_i(in_credit_vc[C*VcW+:VcW]),
      .in_valid_i     (out_valid[C]),
      .in_vc_i        (out_vc[C*VcW+:VcW]),
      .in_flit_i      (out_flit[C*FlitW+:FlitW]),
      .in_credit_o    (out_credit[C]),
      .in_credit_vc_o (out_credit_vc[C*VcW+:VcW]),
      .eject_valid_o  (eject_valid_o[r]),
      .eject_head_o   (eject_head_o[r]),
      .eject_tail_o   (eject_tail_o[r]),
      .eject_data_o   (eject_data_o[r*DataW+:DataW]),
      .eject_open_i   (eject_open_i[r]),
      .overflow_o     (interface_overflow[r])
    );
    // What comes in at a side left the neighbour there by the opposite one; off the edge there is nothing.
    for (genvar d = 0; d < Core; d++) begin : gen_side
      localparam bit There = (d == East) ? X + 1 < Columns : (d == West) ? X > 0 : (d == South) ? Y + 1 < Rows : Y > 0;
      localparam int unsigned To = !There ? r : (d == East) ? r + 1 : (d == West) ? r - 1 :
                                   (d == South) ? r + Columns : r - Columns;
      localparam int unsigned N = To * Ports + (d ^ 1);
      if (There) begin : gen_link
        assign in_valid[P+d]                  = out_valid[N];
        assign in_vc[(P+d)*VcW+:VcW]          = out_vc[N*VcW+:VcW];
        assign in_flit[(P+d)*FlitW+:FlitW]    = out_flit[N*FlitW+:FlitW];
        assign out_credit[P+d]                = in_credit[N];
        assign out_credit_vc[(P+d)*VcW+:VcW]  = in_credit_vc[N*VcW+:VcW];
      end else begin : gen_edge
        logic unused;
        assign in_valid[P+d]                  = 1'b0;
        assign in_vc[(P+d)*VcW+:VcW]          = '0;
        assign in_flit[(P+d)*FlitW+:FlitW]    = '0;
        assign out_credit[P+d]                = 1'b0;
        assign out_credit_vc[(P+d)*VcW+:VcW]  = '0;
        assign unused = ^{out_valid[P+d], out_vc[(P+d)*VcW+:VcW], out_flit[(P+d)*FlitW+:FlitW], in_credit[P+d],
                          in_credit_vc[(P+d)*VcW+:VcW]};
      end
    end
  end
endmodule
