// SPDX-License-Identifier: Apache-2.0
// What a probe sees of the flit-level network: every buffer and every flit that asks, in every cycle. Only while one is
// attached.
#pragma once

#include <algorithm>

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

template <class S>
void CycleEngine<S>::attach(NetworkProbe* probe) {
  probe_ = probe;
  observed_ = now_;
  if (probe == nullptr) return;
  probe->ports = static_cast<std::int32_t>(ports());
  probe->virtual_channels = static_cast<std::int32_t>(vcs());
  probe->buffers.assign(routers_.size() * ports() * vcs(), {});
  probe->cycles = 0;
  probe->link_uses.clear();
}

/// Counts the cycles up to `until` in which nothing happened: all that waited went on waiting.
template <class S>
void CycleEngine<S>::observe_rest(std::int64_t until) {
  if (until <= observed_) return;
  const std::int64_t cycles = until - observed_;
  observe_before(cycles);
  // No router was at work, so nobody contended.
  probe_->cycles += cycles;
  observed_ = until;
}

/// Buffers and stalls as they stand before the routers run; who could go is noted.
template <class S>
void CycleEngine<S>::observe_before(std::int64_t cycles) {
  contenders_.clear();
  for (std::uint32_t r = 0; r < routers_.size(); ++r) {
    std::uint32_t flits = 0;
    for (std::uint32_t port = 0; port < ports(); ++port) {
      for (std::uint32_t vc = 0; vc < vcs(); ++vc) {
        const std::int64_t visible = inputs_[index(r, port, vc)].visible;
        if (visible == 0) continue;
        BufferCounts& counts = probe_->buffers[(std::size_t{r} * ports() + port) * vcs() + vc];
        counts.flit_cycles += visible * cycles;
        counts.most_flits = std::max(counts.most_flits, visible);
        ++flits;
      }
    }
    if (flits == 0) continue;
    for (std::uint32_t o = 0; o < ports(); ++o) observe_output(r, o, cycles);
  }
  if (probe_->keep_link_uses) link_flits_before_ = link_flits_;
}

template <class S>
void CycleEngine<S>::observe_output(std::uint32_t r, std::uint32_t o, std::int64_t cycles) {
  const OutputPort& output = routers_[r].output[o];
  for (std::uint64_t asking = output.heads | output.bodies; asking != 0; asking &= asking - 1) {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(asking));
    const std::size_t i = index(r, bit / vcs(), bit % vcs());
    const InputVc& input = inputs_[i];
    const bool head = has(output.heads, bit);
    Stall stall = Stall::kLost;
    if (!has(routers_[r].open, o)) {
      stall = Stall::kLinkBusy;
    } else if (head) {
      const std::uint32_t free = open_to(r, o, bit, output.free_vcs);
      if (free == 0) {
        stall = Stall::kNoVc;
      } else if (mesh_.kind != RouterKind::kStaged && (free & output.credit_vcs) == 0) {
        stall = Stall::kNoCredit;
      }
    } else {
      const std::uint32_t v = kVcs == 1 ? 0u : input.forked != 0 ? branch(i, o).vc : input.output_vc;
      if (!has(output.credit_vcs, v)) stall = Stall::kNoCredit;
    }
    if (stall == Stall::kLost) {
      contenders_.push_back({r, o, bit, input.forked != 0 ? branch(i, o).read : input.read, head});
    } else {
      probe_->buffers[std::size_t{r} * ports() * vcs() + bit].stalled[static_cast<std::size_t>(stall)] += cycles;
    }
  }
}

/// Those that could go and did not have lost.
template <class S>
void CycleEngine<S>::observe_after(std::int64_t now) {
  for (const Contender& c : contenders_) {
    const std::size_t i = index(c.router, c.bit / vcs(), c.bit % vcs());
    const InputVc& input = inputs_[i];
    const OutputPort& output = routers_[c.router].output[c.output];
    const bool asks = has(static_cast<std::uint64_t>(output.heads | output.bodies), c.bit);
    const std::uint16_t read = input.forked != 0 ? branch(i, c.output).read : input.read;
    // A staged router's head that has won its VC has done what it could.
    const bool staged_win =
        c.head && mesh_.kind == RouterKind::kStaged && !has(static_cast<std::uint64_t>(output.heads), c.bit);
    if (!asks || read != c.read || staged_win) continue;
    ++probe_->buffers[std::size_t{c.router} * ports() * vcs() + c.bit].stalled[static_cast<std::size_t>(Stall::kLost)];
  }
  if (probe_->keep_link_uses) {
    for (std::uint32_t link = 0; link < link_flits_.size(); ++link) {
      if (link_flits_[link] != link_flits_before_[link]) probe_->link_uses.push_back({now, LinkId(link)});
    }
  }
  ++probe_->cycles;
  observed_ = now;
}

}  // namespace ranvier::sim
