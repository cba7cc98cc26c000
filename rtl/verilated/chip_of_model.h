// SPDX-License-Identifier: Apache-2.0
// ChipPort over a Verilated rv_chip. Included by one translation unit a model; its parameters are a macro there.
#pragma once

#include "rtl/noc/chip_port.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {

template <class Model, MeshParameters kParameters>
class ChipOfModel final : public ChipPort {
 public:
  explicit ChipOfModel(std::uint32_t seed) : model_(seed, "chip") {
    in.step_fires.assign(kCores, false);
    out.sent.resize(kCores);
  }
  const MeshParameters& parameters() const override { return kOwn; }

  void cycle() override {
    Model& m = model_.pins();
    m.rst_ni = !in.reset;
    m.step_valid_i = in.step_valid;
    for (std::size_t c = 0; c < kCores; ++c) put_bits(m.step_fires_i, c, 1, in.step_fires[c]);
    m.host_valid_i = in.host_valid;
    put_bits(m.host_packet_i, 0, kData, in.host_data);
    put_bits(m.host_packet_i, kData, kCoord, in.host_x);
    put_bits(m.host_packet_i, kData + kCoord, kCoord, in.host_y);
    m.cfg_valid_i = in.config_valid;
    if (in.config_valid) {
      m.cfg_core_i = static_cast<CData>(in.config_core);
      m.cfg_write_i = in.config_write;
      m.cfg_select_i = in.config_select;
      m.cfg_addr_i = static_cast<SData>(in.config_address);
      for (std::size_t i = 0; i < in.config_data.size(); ++i) m.cfg_wdata_i[i] = in.config_data[i];
    }
    model_.settle();
    out.step_ready = m.step_ready_o;
    out.idle = m.idle_o;
    out.host_ready = m.host_ready_o;
    out.config_ready = m.cfg_ready_o;
    out.config_read_valid = m.cfg_rvalid_o;
    if (out.config_read_valid) {
      for (std::size_t i = 0; i < out.config_read_data.size(); ++i) out.config_read_data[i] = m.cfg_rdata_o[i];
    }
    for (std::size_t c = 0; c < kCores; ++c) {
      out.sent[c].valid = get_bits(m.sent_valid_o, c, 1) != 0;
      if (!out.sent[c].valid) continue;
      const auto bits = static_cast<std::uint32_t>(get_bits(m.sent_o, c * kSpike, kSpike));
      out.sent[c].spike = {static_cast<std::int32_t>(bits >> 17), static_cast<std::int32_t>(bits >> 9 & 0xffu),
                           static_cast<std::int32_t>(bits << 23) >> 23};
    }
    out.overflow = m.overflow_o;
    out.lost = m.lost_o;
    out.full = m.full_o;
    out.credit = m.credit_o;
    model_.clock();
  }
  bool take_assertion_failure() override { return model_.take_assertion_failure(); }

 private:
  static constexpr MeshParameters kOwn = kParameters;
  static constexpr std::size_t kCores = static_cast<std::size_t>(kParameters.cores());
  static constexpr std::size_t kData = static_cast<std::size_t>(kParameters.data_bits);
  static constexpr std::size_t kCoord = 4, kSpike = 23;
  VerilatedModel<Model> model_;
};

}  // namespace ranvier::rtl
