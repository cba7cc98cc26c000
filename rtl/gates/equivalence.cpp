// SPDX-License-Identifier: Apache-2.0
// RTL, compiled by Verilator as module `equivalence`, and its netlist on the same random pins, every output compared in
// every cycle. Prints the cycles with a difference, the output bits that toggled, the copies of the netlist with an
// inverted gate, those of them whose outputs told, and the transfers through each port with valid and ready. usage:
// Vequivalence NETLIST CYCLES [PIN OUTPUT]...: places of a port's valid and ready
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

#include "Vequivalence.h"
#include "netlist.h"

namespace {

constexpr long kResetCycles = 8;
// Until then registers that reset leaves alone may hold what they came up with: yosys encodes state machines anew, so that
// zero is no state of the netlist's before the reset.
constexpr long kFirstCompared = 64;

struct Port {
  int pin, output;
  long transfers;
};

// Every pin has a chance of being 1 of its own. Unless it is given it is drawn anew now and then: busy, quiet and stuck ports
// in turn.
class RandomPins {
 public:
  explicit RandomPins(std::vector<int> chances) : given_(std::move(chances)), chance_(given_), bits_(given_.size()) {}

  const std::vector<char>& next() {
    if (cycle_++ % 64 == 0) {
      for (std::size_t i = 0; i < given_.size(); ++i) {
        const int drawn = static_cast<int>((random_() & 3) == 0 ? (random_() & 1) * 256 : random_() % 257);
        chance_[i] = given_[i] < 0 ? drawn : given_[i];
      }
    }
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] = static_cast<int>((random_() >> 32) % 256) < chance_[i];
    return bits_;
  }

 private:
  std::mt19937_64 random_{1};
  long cycle_ = 0;
  std::vector<int> given_, chance_;
  std::vector<char> bits_;
};

std::vector<int> chances_of(const char* path) {
  std::ifstream in(path);
  return {std::istream_iterator<int>(in), std::istream_iterator<int>()};
}

template <class Words>
bool bit_of(const Words& words, std::size_t i) {
  return words[i / 32] >> (i % 32) & 1;
}

int compare(const char* path, long cycles, const char* chances, std::vector<Port> ports) {
  gates::Netlist netlist(path, "clk_i");
  std::vector<std::size_t> pins;
  long reset = -1;
  for (std::size_t i = 0; i < netlist.inputs().size(); ++i) {
    if (netlist.inputs()[i] == "rst_ni")
      reset = static_cast<long>(i);
    else if (netlist.inputs()[i] != "clk_i")
      pins.push_back(i);
  }
  const std::size_t outputs = netlist.outputs().size();
  RandomPins stimulus(chances_of(chances));
  VerilatedContext context;
  Vequivalence top(&context, "top");
  std::vector<char> before(outputs), toggled(outputs);
  uint64_t noticed = 0;
  long differ = 0;
  for (long c = 0; c < cycles; ++c) {
    const std::vector<char>& bits = stimulus.next();
    for (std::size_t i = 0; i < pins.size(); ++i) {
      const uint32_t mask = 1u << (i % 32);
      top.stim_i[i / 32] = bits[i] ? top.stim_i[i / 32] | mask : top.stim_i[i / 32] & ~mask;
      netlist.set(pins[i], bits[i]);
    }
    top.rst_ni = c >= kResetCycles;
    if (reset >= 0) netlist.set(reset, c >= kResetCycles);
    top.clk_i = 0;
    top.eval();
    netlist.evaluate();
    bool same = true;
    for (std::size_t i = 0; i < outputs; ++i) {
      const char rtl = bit_of(top.rtl_o, i);
      const uint64_t gate = netlist.get(i);
      if (c >= kFirstCompared) {
        if (rtl != static_cast<char>(gate & 1)) {
          if (same && differ == 0) std::printf("%s differs first, in cycle %ld\n", netlist.outputs()[i].c_str(), c);
          same = false;
        }
        noticed |= gate ^ (gate & 1 ? gates::kAll : 0);
        if (c > kFirstCompared) toggled[i] |= rtl ^ before[i];
      }
      before[i] = rtl;
    }
    for (Port& p : ports) p.transfers += c >= kFirstCompared && bits[p.pin] && before[p.output];
    if (!same) ++differ;
    top.clk_i = 1;
    top.eval();
    netlist.clock();
  }
  long changed = 0;
  for (const char t : toggled) changed += t;
  std::printf("%ld %ld %d %d", differ, changed, netlist.inverted(), __builtin_popcountll(noticed & ~uint64_t{1}));
  for (const Port& p : ports) std::printf(" %ld", p.transfers);
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Port> ports;
  for (int i = 4; i + 1 < argc; i += 2) ports.push_back({std::atoi(argv[i]), std::atoi(argv[i + 1]), 0});
  try {
    return compare(argv[1], std::atol(argv[2]), argv[3], ports);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
