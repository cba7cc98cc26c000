// SPDX-License-Identifier: Apache-2.0
#include "sim/core_log.h"

#include <limits>
#include <utility>

namespace ranvier::sim {
namespace {

constexpr std::int32_t kFirePort = std::numeric_limits<std::int32_t>::min();

}  // namespace

void CoreLog::begin_image() {
  older_ = {};
  newer_ = {};
}

void CoreLog::keep(std::vector<std::uint8_t> state) {
  older_ = std::exchange(newer_, {});
  newer_.state = std::move(state);
}

void CoreLog::fire() {
  newer_.told.push_back({0, 0, 0, kFirePort});
  ++newer_.fires;
}

std::vector<Emission> CoreLog::replay(CoreModel& core) const {
  core.begin_image();
  if (older_.state) core.restore(*older_.state);
  std::vector<Emission> last;
  for (const Part* part : {&older_, &newer_}) {
    for (const Event& event : part->told) {
      last.clear();
      if (event.port == kFirePort)
        core.fire(last);
      else
        core.receive(event, Cycles(0));
    }
  }
  return last;
}

}  // namespace ranvier::sim
