// SPDX-License-Identifier: Apache-2.0
// Passes on to RTL routers what it is told of the network's, changed: they have to differ.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/router_watch.h"

namespace ranvier::rtl {

class LyingWatch final : public sim::RouterWatch {
 public:
  /// Changes a flit that comes; false: it does not come.
  using Change = std::function<bool(std::size_t router, std::uint32_t& port, sim::WatchedFlit& flit, std::int64_t& at)>;
  /// Changes what a router does with a node of a tree.
  using Growth = std::function<void(std::size_t router, sim::WatchedNode& node)>;
  LyingWatch(std::unique_ptr<sim::RouterWatch> to, Change arrival, Growth growth = {})
      : to_(std::move(to)), arrival_(std::move(arrival)), growth_(std::move(growth)) {}
  void grows(std::size_t router, const sim::WatchedNode& node) override {
    sim::WatchedNode changed = node;
    if (growth_) growth_(router, changed);
    to_->grows(router, changed);
  }
  void arrives(std::size_t router, std::uint32_t port, std::uint32_t vc, const sim::WatchedFlit& flit,
               std::int64_t at) override {
    sim::WatchedFlit changed = flit;
    if (arrival_(router, port, changed, at)) to_->arrives(router, port, vc, changed, at);
  }
  void credited(std::size_t router, std::uint32_t port, std::uint32_t vc, std::int64_t at) override {
    to_->credited(router, port, vc, at);
  }
  void sends(std::size_t router, Way from, Way to, const sim::WatchedFlit& flit, std::int64_t at) override {
    to_->sends(router, from, to, flit, at);
  }
  void frees(std::size_t router, Way from, std::int64_t at) override { to_->frees(router, from, at); }
  void settle() override { to_->settle(); }
  std::vector<std::string> names() const override { return to_->names(); }
  std::int64_t flits_compared() const override { return to_->flits_compared(); }
  std::int64_t clock_cycles() const override { return to_->clock_cycles(); }

 private:
  std::unique_ptr<sim::RouterWatch> to_;
  Change arrival_;
  Growth growth_;
};

}  // namespace ranvier::rtl
