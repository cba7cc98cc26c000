// SPDX-License-Identifier: Apache-2.0
// A model of rv_router alone, with assertions and waveforms; both cost so small a module little while they are idle.
#pragma once

#include <verilated_fst_c.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "rtl/noc/router_port.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {

/// `Model` is a Verilated rv_router with `kParameters`.
template <class Model, RouterParameters kParameters>
class RouterOfModel final : public RouterPort {
 public:
  RouterOfModel() : model_(1, "router") {}
  ~RouterOfModel() override {
    const std::lock_guard lock(verilator_globals());
    if (fst_) fst_->close();
  }

  void cycle() override {
    Model& m = model_.pins();
    m.rst_ni = !reset;
    m.x_i = x;
    m.y_i = y;
    for (std::size_t p = 0; p < kUsed; ++p) {
      put_bits(m.in_valid_i, p, 1, in.flits[p].valid);
      if (in.flits[p].valid) put_flit(p, in.flits[p]);
      put_bits(m.out_credit_i, p, 1, in.credits[p].valid);
      put_bits(m.out_credit_vc_i, p * kVcBits, kVcBits, in.credits[p].vc);
      put_bits(m.out_ready_i, p, 1, !in.busy[p]);
    }
    model_.settle();
    dump();
    for (std::size_t p = 0; p < kUsed; ++p) {
      out.flits[p] = {};
      if (get_bits(m.out_valid_o, p, 1) != 0) out.flits[p] = flit(p);
      out.credits[p] = {};
      if (get_bits(m.in_credit_o, p, 1) != 0)
        out.credits[p] = {true, static_cast<std::uint8_t>(get_bits(m.in_credit_vc_o, p * kVcBits, kVcBits))};
    }
    overflow = m.overflow_o;
    model_.clock();
    dump();
    ++cycles_;
  }
  std::int64_t cycles() const override { return cycles_; }
  bool take_assertion_failure() override { return model_.take_assertion_failure(); }
  void open_wave(const std::filesystem::path& path) override {
    model_.context().traceEverOn(true);
    fst_ = std::make_unique<VerilatedFstC>();
    model_.pins().trace(fst_.get(), 99);
    fst_->open(path.c_str());
  }

 private:
  static constexpr std::size_t bits_for(std::int32_t choices) {
    return std::bit_width(static_cast<unsigned>(choices - 1));
  }
  static constexpr std::size_t kUsed = static_cast<std::size_t>(kParameters.ports());
  static constexpr std::size_t kVcBits = std::max<std::size_t>(1, bits_for(kParameters.vcs));
  static constexpr std::size_t kCoord = static_cast<std::size_t>(kParameters.coordinate_bits), kData = 32;
  static constexpr std::size_t kCore = bits_for(kParameters.cores);
  static constexpr std::size_t kFlit = 2 + 2 * kCoord + kCore + kData;
  void put_flit(std::size_t p, const FlitPin& pin) {
    Model& m = model_.pins();
    put_bits(m.in_vc_i, p * kVcBits, kVcBits, pin.vc);
    const std::size_t at = p * kFlit;
    put_bits(m.in_flit_i, at, kData, pin.flit.data);
    put_bits(m.in_flit_i, at + kData, kCore, pin.flit.core);
    put_bits(m.in_flit_i, at + kData + kCore, kCoord, pin.flit.x);
    put_bits(m.in_flit_i, at + kData + kCore + kCoord, kCoord, pin.flit.y);
    put_bits(m.in_flit_i, at + kFlit - 2, 1, pin.flit.tail);
    put_bits(m.in_flit_i, at + kFlit - 1, 1, pin.flit.head);
  }
  FlitPin flit(std::size_t p) {
    const Model& m = model_.pins();
    const auto bits = [&](std::size_t from, std::size_t width) {
      return get_bits(m.out_flit_o, p * kFlit + from, width);
    };
    return {true,
            static_cast<std::uint8_t>(get_bits(m.out_vc_o, p * kVcBits, kVcBits)),
            {bits(kFlit - 1, 1) != 0, bits(kFlit - 2, 1) != 0, static_cast<std::uint8_t>(bits(kData + kCore, kCoord)),
             static_cast<std::uint8_t>(bits(kData + kCore + kCoord, kCoord)),
             static_cast<std::uint8_t>(bits(kData, kCore)), static_cast<std::uint32_t>(bits(0, kData))}};
  }
  void dump() {
    if (fst_) fst_->dump(model_.context().time());
  }

  VerilatedModel<Model> model_;
  std::unique_ptr<VerilatedFstC> fst_;  // gone before the model
  std::int64_t cycles_ = 0;
};

}  // namespace ranvier::rtl
