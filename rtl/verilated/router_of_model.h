// SPDX-License-Identifier: Apache-2.0
// A model of rv_router or rv_fork_router alone, with assertions and waveforms; both cost so small a module little while
// they are idle.
#pragma once

#include <verilated_fst_c.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "rtl/noc/router_port.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {

/// `Model` is one of them, Verilated with `kParameters`.
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
      if constexpr (!kForks) put_bits(m.out_credit_vc_i, p * kVcBits, kVcBits, in.credits[p].vc);
      put_bits(m.out_ready_i, p, 1, !in.busy[p]);
    }
    put_write();
    model_.settle();
    dump();
    for (std::size_t p = 0; p < kUsed; ++p) {
      out.flits[p] = {};
      if (get_bits(m.out_valid_o, p, 1) != 0) out.flits[p] = flit(p);
      out.credits[p] = {};
      out.credits[p].valid = get_bits(m.in_credit_o, p, 1) != 0;
      if constexpr (!kForks) {
        if (out.credits[p].valid)
          out.credits[p].vc = static_cast<std::uint8_t>(get_bits(m.in_credit_vc_o, p * kVcBits, kVcBits));
      }
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
  static constexpr bool kForks = kParameters.label_bits > 0;
  static constexpr std::size_t kUsed = static_cast<std::size_t>(kParameters.ports());
  static constexpr std::size_t kVcBits = std::max<std::size_t>(1, bits_for(kParameters.vcs));
  static constexpr std::size_t kCoord = static_cast<std::size_t>(kParameters.coordinate_bits), kData = 32;
  static constexpr std::size_t kCore = bits_for(kParameters.cores);
  static constexpr std::size_t kLabel = static_cast<std::size_t>(kParameters.label_bits);
  static constexpr std::size_t kDestination = 2 * kCoord + kCore;
  static constexpr std::size_t kFlit = 2 + (kForks ? 1 : 0) + kDestination + kData;
  void put_flit(std::size_t p, const FlitPin& pin) {
    Model& m = model_.pins();
    if constexpr (!kForks) put_bits(m.in_vc_i, p * kVcBits, kVcBits, pin.vc);
    const std::size_t at = p * kFlit;
    put_bits(m.in_flit_i, at, kData, pin.flit.data);
    put_bits(m.in_flit_i, at + kData, kCore, pin.flit.core);
    put_bits(m.in_flit_i, at + kData + kCore, kCoord, pin.flit.x);
    put_bits(m.in_flit_i, at + kData + kCore + kCoord, kCoord, pin.flit.y);
    if constexpr (kForks) {
      put_bits(m.in_flit_i, at + kFlit - 3, 1, pin.flit.on_tree);
      if (pin.flit.on_tree) put_bits(m.in_flit_i, at + kData, kLabel, pin.flit.label);
    }
    put_bits(m.in_flit_i, at + kFlit - 2, 1, pin.flit.tail);
    put_bits(m.in_flit_i, at + kFlit - 1, 1, pin.flit.head);
  }
  FlitPin flit(std::size_t p) {
    const Model& m = model_.pins();
    const auto bits = [&](std::size_t from, std::size_t width) {
      return get_bits(m.out_flit_o, p * kFlit + from, width);
    };
    FlitPin pin{true, 0, {bits(kFlit - 1, 1) != 0, bits(kFlit - 2, 1) != 0}};
    pin.flit.data = static_cast<std::uint32_t>(bits(0, kData));
    if constexpr (kForks) {
      if (bits(kFlit - 3, 1) != 0) {
        pin.flit.on_tree = true;
        pin.flit.label = static_cast<std::uint16_t>(bits(kData, kLabel));
        return pin;
      }
    } else {
      pin.vc = static_cast<std::uint8_t>(get_bits(m.out_vc_o, p * kVcBits, kVcBits));
    }
    pin.flit.core = static_cast<std::uint8_t>(bits(kData, kCore));
    pin.flit.x = static_cast<std::uint8_t>(bits(kData + kCore, kCoord));
    pin.flit.y = static_cast<std::uint8_t>(bits(kData + kCore + kCoord, kCoord));
    return pin;
  }
  /// Its table is written beside what else goes on.
  void put_write() {
    if constexpr (kForks) {
      Model& m = model_.pins();
      m.cfg_write_i = in.write.has_value();
      if (!in.write.has_value()) return;
      m.cfg_label_i = in.write->label;
      put_bits(m.cfg_entry_i, 0, kUsed, in.write->outputs);
      for (std::size_t link = 0; link < in.write->next.size(); ++link)
        put_bits(m.cfg_entry_i, kUsed + link * kLabel, kLabel, in.write->next[link]);
    }
  }
  void dump() {
    if (fst_) fst_->dump(model_.context().time());
  }

  VerilatedModel<Model> model_;
  std::unique_ptr<VerilatedFstC> fst_;  // gone before the model
  std::int64_t cycles_ = 0;
};

}  // namespace ranvier::rtl
