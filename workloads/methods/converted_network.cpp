// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/converted_network.h"

namespace ranvier::workloads {

StageWork& StageWork::operator+=(const StageWork& other) {
  events += other.events;
  adds += other.adds;
  multiply_adds += other.multiply_adds;
  state_reads += other.state_reads;
  return *this;
}

}  // namespace ranvier::workloads
