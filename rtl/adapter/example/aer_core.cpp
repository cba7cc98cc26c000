// SPDX-License-Identifier: Apache-2.0
// The Verilated aer_core behind rtl/adapter/ranvier_core.h: turns events into handshakes on its pins.
#include <verilated.h>
#ifdef CORE_WAVES
#include <verilated_fst_c.h>
#endif

#include <cstring>
#include <memory>

#include "Vaer_core.h"
#include "Vaer_core___024root.h"
#include "rtl/adapter/ranvier_core.h"

namespace {

constexpr int kNeuronBits = 8, kAxonBits = 8, kTokenBits = 6;
enum Memory : std::uint32_t { kWeight = 0, kThreshold = 1, kState = 2, kControl = 3 };

}  // namespace

struct ranvier_core {
  VerilatedContext context;
  std::unique_ptr<Vaer_core> pins;
#ifdef CORE_WAVES
  std::unique_ptr<VerilatedFstC> wave;
#endif
  ranvier_core_counts counts{};
  std::int32_t neurons = 0, tokens = 0, lo = 0;
  std::uint64_t deadline = 0;  // of the call, in cycles

  ranvier_core() : pins(std::make_unique<Vaer_core>(&context, "core")) {
    pins->spi_cs_n = 1;
    pins->rst = 1;
    cycle();
    cycle();
    pins->rst = 0;
    cycle();
  }

  void half(bool clock) {
    pins->clk = clock;
    pins->eval();
#ifdef CORE_WAVES
    if (wave) wave->dump(context.time());
#endif
    context.timeInc(1);
  }
  void cycle() {
    half(false);
    if (pins->busy) ++counts.busy_cycles;
    ++counts.cycles;
    half(true);
  }
  bool late() const { return counts.cycles >= deadline; }
  void allow(std::uint64_t max_cycles) { deadline = counts.cycles + max_cycles; }

  // ---------------------------------------------------------------- configuration
  void spi_bits(std::uint32_t word) {
    for (int bit = 31; bit >= 0; --bit) {
      pins->spi_mosi = (word >> bit) & 1;
      pins->spi_sck = 0;
      cycle();
      cycle();
      pins->spi_sck = 1;
      cycle();
      cycle();
    }
    pins->spi_sck = 0;
  }
  /// Words to ascending addresses in one frame.
  template <class WordOf>
  void spi_write(Memory memory, std::uint32_t address, std::int32_t count, WordOf word_of) {
    pins->spi_cs_n = 0;
    for (int i = 0; i < 4; ++i) cycle();
    spi_bits(memory << 24 | address);
    for (std::int32_t i = 0; i < count && !late(); ++i) spi_bits(static_cast<std::uint32_t>(word_of(i)));
    for (int i = 0; i < 4; ++i) cycle();
    pins->spi_cs_n = 1;
    for (int i = 0; i < 4; ++i) cycle();
  }

  // ---------------------------------------------------------------- events
  /// Four-phase handshake in: request, wait for the acknowledge, release, wait until it is gone.
  bool aer_in(std::uint32_t address) {
    pins->aer_in_addr = address;
    pins->aer_in_req = 1;
    while (!pins->aer_in_ack && !late()) cycle();
    pins->aer_in_req = 0;
    while (pins->aer_in_ack && !late()) cycle();
    return !late();
  }
  std::int32_t status() const {
    if (late()) return RANVIER_CORE_TIMEOUT;
    return pins->overflow ? RANVIER_CORE_OVERFLOW : RANVIER_CORE_OK;
  }
  /// The state memory, behind the core's back.
  std::uint32_t& state(std::int32_t token, std::int32_t neuron) {
    return pins->rootp->aer_core__DOT__state_q[static_cast<unsigned>(token) << kNeuronBits |
                                               static_cast<unsigned>(neuron)];
  }
};

std::uint32_t ranvier_core_abi(void) { return RANVIER_CORE_ABI; }

void ranvier_core_describe(ranvier_core_info* info) {
  *info = {};
  std::strcpy(info->name, "aer_core");
  info->features = 0;  // unary, no partial sums
  info->neurons = 1 << kNeuronBits;
  info->axons = 1 << kAxonBits;
  info->tokens = 1 << kTokenBits;
  info->span = 255;
  info->threshold_max = 1 << 20;
  info->weight_bits = 8;
  info->potential_bits = 24;
  info->payload_min = -1;  // an address event has a sign and no payload
  info->payload_max = 1;
  info->timeout_cycles = 20'000'000;  // the serial port takes 128 cycles a word
}

ranvier_core* ranvier_core_create(void) { return new ranvier_core; }

void ranvier_core_destroy(ranvier_core* core) {
  if (core == nullptr) return;
  Verilated::threadContextp(&core->context);  // another core's may be the current one
  ranvier_core_wave(core, nullptr);
  core->pins->final();
  delete core;
  Verilated::threadContextp(nullptr);
}

std::int32_t ranvier_core_load(ranvier_core* core, const ranvier_core_tile* tile, std::uint64_t max_cycles) {
  core->allow(max_cycles);
  core->neurons = tile->neurons;
  core->tokens = tile->tokens;
  core->lo = tile->lo;
  const std::uint32_t control = static_cast<std::uint32_t>(tile->neurons - 1) |
                                static_cast<std::uint32_t>(tile->tokens - 1) << kNeuronBits |
                                static_cast<std::uint32_t>(tile->hi - tile->lo) << (kNeuronBits + kTokenBits);
  core->spi_write(kControl, 0, 1, [&](std::int32_t) { return control; });
  core->spi_write(kThreshold, 0, tile->neurons, [&](std::int32_t n) { return tile->threshold[n]; });
  for (std::int32_t axon = 0; axon < tile->axons; ++axon) {
    const std::int8_t* row = tile->weight + std::ptrdiff_t{axon} * tile->neurons;
    core->spi_write(kWeight, static_cast<std::uint32_t>(axon) << kNeuronBits, tile->neurons,
                    [&](std::int32_t n) { return row[n]; });
  }
  for (std::int32_t token = 0; token < tile->tokens; ++token) {
    const std::int32_t* row = tile->potential + std::ptrdiff_t{token} * tile->neurons;
    core->spi_write(kState, static_cast<std::uint32_t>(token) << kNeuronBits, tile->neurons, [&](std::int32_t n) {
      return (static_cast<std::uint32_t>(row[n]) & 0xffffffu) | static_cast<std::uint32_t>(-tile->lo) << 24;
    });
  }
  return core->status();
}

std::int32_t ranvier_core_send(ranvier_core* core, const ranvier_core_event* events, std::size_t count,
                               std::uint64_t max_cycles) {
  core->allow(max_cycles);
  for (std::size_t i = 0; i < count; ++i) {
    const ranvier_core_event& e = events[i];
    if (e.direct || (e.payload != 1 && e.payload != -1)) return RANVIER_CORE_FAILED;
    const std::uint32_t address = static_cast<std::uint32_t>(e.axon) |
                                  static_cast<std::uint32_t>(e.token) << kAxonBits |
                                  static_cast<std::uint32_t>(e.payload < 0) << (kAxonBits + kTokenBits);
    if (!core->aer_in(address)) return RANVIER_CORE_TIMEOUT;
    ++core->counts.events_in;
  }
  while (core->pins->busy && !core->late()) core->cycle();
  return core->status();
}

std::int32_t ranvier_core_step(ranvier_core* core, ranvier_core_spike* spikes, std::size_t capacity, std::size_t* count,
                               std::uint64_t max_cycles) {
  core->allow(max_cycles);
  const std::uint64_t start = core->counts.cycles;
  *count = 0;
  Vaer_core& pins = *core->pins;
  // The step event's own handshake goes on while events come out: both sides are served in every cycle.
  pins.aer_in_addr = 1u << (kAxonBits + kTokenBits + 1);
  pins.aer_in_req = 1;
  while ((pins.aer_in_req || pins.aer_in_ack || pins.busy || pins.aer_out_ack) && !core->late()) {
    core->cycle();
    if (pins.aer_in_ack) pins.aer_in_req = 0;
    if (pins.aer_out_req && !pins.aer_out_ack) {
      const std::uint32_t address = pins.aer_out_addr;
      if (*count < capacity) {
        spikes[*count] = {static_cast<std::int32_t>(address >> kNeuronBits & ((1u << kTokenBits) - 1)),
                          static_cast<std::int32_t>(address & ((1u << kNeuronBits) - 1)),
                          (address >> (kNeuronBits + kTokenBits) & 1) != 0 ? -1 : 1, core->counts.cycles - start};
      }
      ++*count;
      ++core->counts.events_out;
    }
    pins.aer_out_ack = pins.aer_out_req;
  }
  return core->status();
}

std::int32_t ranvier_core_read_state(ranvier_core* core, std::int32_t* potential, std::int32_t* code, std::uint64_t) {
  for (std::int32_t token = 0; token < core->tokens; ++token) {
    for (std::int32_t neuron = 0; neuron < core->neurons; ++neuron) {
      const std::uint32_t word = core->state(token, neuron);
      *potential++ = static_cast<std::int32_t>(word << 8) >> 8;
      *code++ = static_cast<std::int32_t>(word >> 24) + core->lo;
    }
  }
  return RANVIER_CORE_OK;
}

std::int32_t ranvier_core_write_state(ranvier_core* core, const std::int32_t* potential, const std::int32_t* code,
                                      std::uint64_t) {
  for (std::int32_t token = 0; token < core->tokens; ++token) {
    for (std::int32_t neuron = 0; neuron < core->neurons; ++neuron) {
      core->state(token, neuron) = (static_cast<std::uint32_t>(*potential++) & 0xffffffu) |
                                   static_cast<std::uint32_t>(*code++ - core->lo) << 24;
    }
  }
  return RANVIER_CORE_OK;
}

void ranvier_core_count(const ranvier_core* core, ranvier_core_counts* counts) { *counts = core->counts; }

std::int32_t ranvier_core_wave(ranvier_core* core, const char* path) {
#ifdef CORE_WAVES
  if (core->wave) core->wave->close();
  core->wave.reset();
  if (path == nullptr) return RANVIER_CORE_OK;
  Verilated::threadContextp(&core->context);
  core->context.traceEverOn(true);
  core->wave = std::make_unique<VerilatedFstC>();
  core->pins->trace(core->wave.get(), 99);
  core->wave->open(path);
  return core->wave->isOpen() ? RANVIER_CORE_OK : RANVIER_CORE_FAILED;
#else
  (void)core;
  return path == nullptr ? RANVIER_CORE_OK : RANVIER_CORE_FAILED;
#endif
}
