// SPDX-License-Identifier: Apache-2.0
// MeshPort over a Verilated rv_mesh. Included by one translation unit a model; its parameters are a macro there.
#pragma once

#include "rtl/noc/mesh_port.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {

template <class Model, MeshParameters kParameters, std::size_t kCoord = 4>
class MeshOfModel : public MeshPort {
 public:
  explicit MeshOfModel(std::uint32_t seed) : model_(seed, "mesh") {
    in.resize(kCores);
    out.resize(kCores);
  }
  const MeshParameters& parameters() const final { return kOwn; }

  void cycle() final {
    Model& m = model_.pins();
    m.rst_ni = !reset;
    for (std::size_t c = 0; c < kCores; ++c) {
      const CoreInputs& core = in[c];
      put_bits(m.own_valid_i, c, 1, core.own.valid);
      put_bits(m.relay_valid_i, c, 1, core.relay.valid);
      put_bits(m.eject_open_i, c, 1, core.eject_open);
      if (core.own.valid) put(c, core.own, m.own_x_i, m.own_y_i, m.own_flits_i, m.own_data_i);
      if (core.relay.valid) put(c, core.relay, m.relay_x_i, m.relay_y_i, m.relay_flits_i, m.relay_data_i);
    }
    model_.settle();
    settled();
    for (std::size_t c = 0; c < kCores; ++c) {
      CoreOutputs& core = out[c];
      core.own_ready = get_bits(m.own_ready_o, c, 1) != 0;
      core.relay_ready = get_bits(m.relay_ready_o, c, 1) != 0;
      core.own_enters = get_bits(m.own_enters_o, c, 1) != 0;
      core.relay_enters = get_bits(m.relay_enters_o, c, 1) != 0;
      core.eject_valid = get_bits(m.eject_valid_o, c, 1) != 0;
      core.eject_head = get_bits(m.eject_head_o, c, 1) != 0;
      core.eject_tail = get_bits(m.eject_tail_o, c, 1) != 0;
      if (core.eject_valid) core.eject_data = get_bits(m.eject_data_o, c * kData, kData);
    }
    overflow = m.overflow_o;
    model_.clock();
    settled();
  }

  bool take_assertion_failure() final { return model_.take_assertion_failure(); }

 protected:
  virtual void settled() {}  // all signals stand, twice a cycle: for waveforms
  VerilatedModel<Model> model_;

 private:
  static constexpr MeshParameters kOwn = kParameters;
  static constexpr std::size_t kCores = static_cast<std::size_t>(kParameters.cores());
  static constexpr std::size_t kData = static_cast<std::size_t>(kParameters.data_bits);
  static constexpr std::size_t kLength = 4;

  template <class X, class Y, class Flits, class Data>
  static void put(std::size_t c, const Packet& packet, X& x, Y& y, Flits& flits, Data& data) {
    put_bits(x, c * kCoord, kCoord, packet.x);
    put_bits(y, c * kCoord, kCoord, packet.y);
    put_bits(flits, c * kLength, kLength, packet.flits);
    put_bits(data, c * kData, kData, packet.data);
  }
};

}  // namespace ranvier::rtl
