// SPDX-License-Identifier: Apache-2.0
// What an observer of the flit-level network's routers gets to see: buffers, stalls by cause, links in use. A network
// that nobody observes spends nothing on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace ranvier::sim {

/// Why the flit in front of an input buffer did not go on in a cycle in which it could have asked. Each such cycle has
/// one cause, the first that holds.
enum class Stall : std::uint8_t {
  kLinkBusy,  // the link of its output still sends the flit before
  kNoVc,      // a head: other packets hold all virtual channels that it may take
  kNoCredit,  // no slot in the next buffer; a head: in none whose virtual channel is free
  kLost,      // another won: the switch's output or input, or the virtual channel
};
inline constexpr std::size_t kStalls = 4;

/// One input port and virtual channel, since the probe was attached or cleared.
struct BufferCounts {
  std::int64_t flit_cycles = 0;     // sum over cycles of the flits that had arrived and not left
  std::int64_t most_flits = 0;      // in any one cycle
  std::int64_t stalled[kStalls]{};  // cycles, by cause; a packet under way to several outputs counts for each
};

/// A flit went onto a link.
struct LinkUse {
  std::int64_t at = 0;  // cycle in which it won the switch
  LinkId link;
};

/// Filled by the network that it is attached to; read and cleared at any time between calls of advance().
struct NetworkProbe {
  std::int32_t ports = 0;  // of a router; links first, in the order of link numbers, then its cores
  std::int32_t virtual_channels = 0;
  std::int64_t cycles = 0;            // observed
  std::vector<BufferCounts> buffers;  // by index()
  bool keep_link_uses = false;        // the owner's choice; set before or after attaching
  std::vector<LinkUse> link_uses;     // in order of time, then link

  std::size_t index(std::size_t router, std::int32_t port, std::int32_t vc) const {
    return (router * static_cast<std::size_t>(ports) + static_cast<std::size_t>(port)) *
               static_cast<std::size_t>(virtual_channels) +
           static_cast<std::size_t>(vc);
  }
  void clear() {
    cycles = 0;
    buffers.assign(buffers.size(), {});
    link_uses.clear();
  }
};

/// A router after the last cycle simulated, by port and virtual channel as NetworkProbe::index(0, port, vc) numbers them.
struct RouterLook {
  std::vector<std::int32_t> flits;      // in the input buffer: arrived and not left
  std::vector<std::int32_t> credits;    // slots that this output's next buffer is known to have free
  std::vector<std::uint8_t> link_free;  // by output port: its link can take a flit
};

}  // namespace ranvier::sim
