// SPDX-License-Identifier: Apache-2.0
// Example of a foreign core: asynchronous pins. Address events come and go by four-phase handshakes, configuration is
// written bit by bit through an SPI port, one neuron is worked on at a time. Nothing here is shared with Ranvier's cores.
// Neuron: potential V, code S, both by token; an event adds + or - the weight row of its axon to V of its token; a step
// event lets every neuron fire at most once, +1 where V >= threshold and S < span, -1 where V < 0 and S > 0. S counts
// from the tile's lower bound.
module aer_core #(
  parameter int unsigned MaxNeurons = 256,
  parameter int unsigned MaxAxons   = 256,
  parameter int unsigned MaxTokens  = 64,
  localparam int unsigned NeuronW = $clog2(MaxNeurons),
  localparam int unsigned AxonW   = $clog2(MaxAxons),
  localparam int unsigned TokenW  = $clog2(MaxTokens),
  localparam int unsigned AddrW   = (AxonW > TokenW ? AxonW : TokenW) + NeuronW
) (
  input  logic clk,
  input  logic rst,  // synchronous

  // Events in: {step, negative, token, axon}, held while req is high.
  input  logic [AxonW+TokenW+1:0] aer_in_addr,
  input  logic                    aer_in_req,
  output logic                    aer_in_ack,

  // Events out: {negative, token, neuron}.
  output logic [NeuronW+TokenW:0] aer_out_addr,
  output logic                    aer_out_req,
  input  logic                    aer_out_ack,

  // SPI, mode 0, write only, most significant bit first: 8 bits memory, 24 bits address of the first word, then words of
  // 32 bits to ascending addresses until the chip select rises. Only while the core is not busy.
  input  logic spi_cs_n,
  input  logic spi_sck,
  input  logic spi_mosi,

  output logic busy,
  output logic overflow  // sticky: a potential left 24 bits
);

  // ---------------------------------------------------------------- asynchronous pins: two flip-flops each
  logic [1:0] req_q, ack_q, cs_q, mosi_q;
  logic [2:0] sck_q;
  logic       sck_rises;
  assign sck_rises = sck_q[1] && !sck_q[2];
  always_ff @(posedge clk) begin
    req_q  <= {req_q[0], aer_in_req};
    ack_q  <= {ack_q[0], aer_out_ack};
    cs_q   <= {cs_q[0], spi_cs_n};
    mosi_q <= {mosi_q[0], spi_mosi};
    sck_q  <= {sck_q[1:0], spi_sck};
  end

  // ---------------------------------------------------------------- serial configuration
  localparam logic [7:0] SelWeight = 8'd0, SelThreshold = 8'd1, SelState = 8'd2, SelControl = 8'd3;
  logic [31:0] shift_q, config_word;
  logic [4:0]  bit_q;
  logic        header_q, config_write_q;
  logic [7:0]  select_q;
  logic [AddrW-1:0] address_q, write_address_q;
  assign config_word = {shift_q[30:0], mosi_q[1]};
  always_ff @(posedge clk) begin
    config_write_q <= 1'b0;
    if (rst || cs_q[1]) begin
      bit_q    <= '0;
      header_q <= 1'b1;
    end else if (sck_rises) begin
      shift_q <= config_word;
      bit_q   <= bit_q + 1'b1;
      if (bit_q == '1) begin
        header_q <= 1'b0;
        if (header_q) begin
          select_q  <= config_word[31:24];
          address_q <= config_word[AddrW-1:0];
        end else begin
          config_write_q  <= 1'b1;
          write_address_q <= address_q;
          address_q       <= address_q + 1'b1;
        end
      end
    end
  end

  // ---------------------------------------------------------------- memories, one word of each read a cycle
  logic [NeuronW-1:0] last_neuron_q, neuron_q;
  logic [TokenW-1:0]  last_token_q, token_q;
  logic [7:0]         span_q;
  logic [AxonW-1:0]   axon_q;
  logic               negative_q;

  logic signed [7:0] weight_q[MaxAxons*MaxNeurons];
  logic [20:0]       threshold_q[MaxNeurons];
  logic [31:0]       state_q[MaxTokens*MaxNeurons] /* verilator public_flat_rw */;  // {S, V}
  logic signed [7:0] weight;
  logic [20:0]       threshold;
  logic [7:0]        code;
  logic signed [23:0] potential;

  typedef enum logic [2:0] {Idle, ReadEvent, AddEvent, ReadFire, Fire, Send, Release} phase_e;
  phase_e phase_q;
  logic signed [24:0] sum;
  logic [31:0]        next_state;
  logic               up, down, writes;

  always_comb begin
    sum        = 25'(potential);
    next_state = {code, potential};
    up         = potential >= $signed({3'b0, threshold}) && code < span_q;
    down       = potential < 0 && code != '0;
    writes     = phase_q == AddEvent || (phase_q == Fire && (up || down));
    if (phase_q == AddEvent) begin
      sum = negative_q ? 25'(potential) - 25'(weight) : 25'(potential) + 25'(weight);
      next_state[23:0] = sum[23:0];
    end else if (up) begin
      next_state = {code + 8'd1, potential - $signed({3'b0, threshold})};
    end else if (down) begin
      next_state = {code - 8'd1, potential + $signed({3'b0, threshold})};
    end
  end

  always_ff @(posedge clk) begin
    if (phase_q == ReadEvent || phase_q == ReadFire) begin
      weight            <= weight_q[{axon_q, neuron_q}];
      threshold         <= threshold_q[neuron_q];
      {code, potential} <= state_q[{token_q, neuron_q}];
    end
    if (writes) state_q[{token_q, neuron_q}] <= next_state;
    if (config_write_q) begin
      case (select_q)
        SelWeight:    weight_q[write_address_q[AxonW+NeuronW-1:0]] <= shift_q[7:0];
        SelThreshold: threshold_q[write_address_q[NeuronW-1:0]] <= shift_q[20:0];
        SelState:     state_q[write_address_q[TokenW+NeuronW-1:0]] <= shift_q;
        SelControl:   {span_q, last_token_q, last_neuron_q} <= shift_q[7+TokenW+NeuronW:0];
        default: ;
      endcase
    end
  end

  // ---------------------------------------------------------------- one neuron at a time
  logic last;
  assign last = neuron_q == last_neuron_q;
  assign busy = phase_q != Idle || config_write_q;

  always_ff @(posedge clk) begin
    if (rst) begin
      phase_q     <= Idle;
      aer_in_ack  <= 1'b0;
      aer_out_req <= 1'b0;
      overflow    <= 1'b0;
    end else begin
      if (aer_in_ack && !req_q[1]) aer_in_ack <= 1'b0;
      if (config_write_q && select_q == SelControl) overflow <= 1'b0;
      case (phase_q)
        Idle: begin
          neuron_q <= '0;
          if (req_q[1] && !aer_in_ack) begin
            {negative_q, token_q, axon_q} <= aer_in_addr[AxonW+TokenW:0];
            aer_in_ack <= 1'b1;
            phase_q    <= ReadEvent;
            if (aer_in_addr[AxonW+TokenW+1]) begin
              token_q <= '0;
              phase_q <= ReadFire;
            end
          end
        end
        ReadEvent: phase_q <= AddEvent;
        AddEvent: begin
          if (sum[24] != sum[23]) overflow <= 1'b1;
          neuron_q <= neuron_q + 1'b1;
          phase_q  <= last ? Idle : ReadEvent;
        end
        ReadFire: phase_q <= Fire;
        Fire: begin
          aer_out_addr <= {down && !up, token_q, neuron_q};
          if (up || down) begin
            aer_out_req <= 1'b1;
            phase_q     <= Send;
          end else begin
            phase_q <= Release;
          end
        end
        Send: begin
          if (ack_q[1]) begin
            aer_out_req <= 1'b0;
            phase_q     <= Release;
          end
        end
        default: begin  // Release: until the other side has lowered its acknowledge
          if (!ack_q[1]) begin
            neuron_q <= last ? '0 : neuron_q + 1'b1;
            token_q  <= last ? token_q + 1'b1 : token_q;
            phase_q  <= last && token_q == last_token_q ? Idle : ReadFire;
          end
        end
      endcase
    end
  end

endmodule
