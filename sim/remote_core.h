// SPDX-License-Identifier: Apache-2.0
// Stands for the core of a tile that another rank computes: it holds what that rank told of it.
#pragma once

#include <stdexcept>
#include <utility>

#include "sim/core_model.h"

namespace ranvier::sim {

class RemoteCore final : public CoreModel {
 public:
  void begin_image() override {
    counters_ = {};
    codes_.clear();
    restless_ = false;
  }
  Cycles receive(const Event&, Cycles) override { throw elsewhere(); }
  Cycles receive_train(const EventTrain&, std::int32_t) override { throw elsewhere(); }
  Cycles fire(std::vector<Emission>&) override { throw elsewhere(); }
  bool restless() const override { return restless_; }
  std::vector<std::int32_t> codes() const override { return codes_; }
  const CoreCounters& counters() const override { return counters_; }
  std::vector<std::uint8_t> save() const override { throw elsewhere(); }
  void restore(const std::vector<std::uint8_t>&) override { throw elsewhere(); }

  void tell(const CoreCounters& counters, bool restless) {
    counters_ = counters;
    restless_ = restless;
  }
  void tell_codes(std::vector<std::int32_t> codes) { codes_ = std::move(codes); }

 private:
  static std::logic_error elsewhere() { return std::logic_error("this tile is computed by another rank"); }

  CoreCounters counters_;
  std::vector<std::int32_t> codes_;
  bool restless_ = false;
};

}  // namespace ranvier::sim
