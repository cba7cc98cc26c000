// SPDX-License-Identifier: Apache-2.0
// The pins of rv_routing_table, with assertions.
#include "Vrouting_table_check.h"
#include "rtl/routing_table.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {
namespace {

class CheckPort final : public RoutingTablePort {
 public:
  explicit CheckPort(std::uint32_t seed) : model_(seed, "routing_table") {}

  void cycle() override {
    auto& m = model_.pins();
    m.rst_ni = !in.reset;
    m.spike_valid_i = in.spike_valid;
    m.spike_token_i = static_cast<CData>(in.spike.token);
    m.spike_neuron_i = static_cast<CData>(in.spike.neuron);
    m.spike_payload_i = static_cast<SData>(in.spike.payload & 0x1ff);
    m.packet_ready_i = in.packet_ready;
    model_.settle();
    out.spike_ready = m.spike_ready_o;
    out.packet_valid = m.packet_valid_o;
    out.packet.core = m.packet_core_o;
    out.packet.token = m.packet_token_o;
    out.packet.axon = m.packet_axon_o;
    out.packet.payload = static_cast<std::int32_t>(std::uint32_t{m.packet_payload_o} << 23) >> 23;
    out.packet.relay = m.packet_relay_o;
    model_.clock();
  }

  void load(const RoutingTable& table) override {
    constexpr RoutingTableSize kSize;
    constexpr int kPointerBits = 8;
    for (std::size_t n = 0; n < table.neurons.size(); ++n) {
      const RouteList& list = table.neurons[n];
      write(false, n, Bits().add(list.first, kPointerBits).add(list.count, kPointerBits + 1).value);
    }
    for (std::size_t e = 0; e < table.entries.size(); ++e) {
      const RouteEntry& entry = table.entries[e];
      write(true, e,
            Bits()
                .add(entry.first_token, kSize.token_bits)
                .add(entry.last_token, kSize.token_bits)
                .add(entry.add_token, kSize.token_bits)
                .add(entry.add_axon, kSize.axon_bits)
                .add(entry.core, kSize.core_bits)
                .add(entry.relay, 1)
                .value);
    }
  }

  bool take_assertion_failure() override { return model_.take_assertion_failure(); }

 private:
  struct Bits {
    Bits& add(std::int32_t field, int width) {
      value |= (static_cast<std::uint64_t>(field) & ((std::uint64_t{1} << width) - 1)) << used;
      used += width;
      return *this;
    }
    std::uint64_t value = 0;
    int used = 0;
  };

  void write(bool entry, std::size_t address, std::uint64_t data) {
    auto& m = model_.pins();
    m.cfg_write_i = 1;
    m.cfg_entry_i = entry;
    m.cfg_addr_i = static_cast<CData>(address);
    m.cfg_data_i = data;
    cycle();
    m.cfg_write_i = 0;
  }

  VerilatedModel<Vrouting_table_check> model_;
};

}  // namespace

std::unique_ptr<RoutingTablePort> make_routing_table_port(std::uint32_t seed) {
  return std::make_unique<CheckPort>(seed);
}

}  // namespace ranvier::rtl
