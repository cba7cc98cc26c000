// SPDX-License-Identifier: Apache-2.0
// Philox behind random.h: the seed is the key; entity, step and draw are the counter.
#include "base/random.h"

#include <Random123/philox.h>

#include <cassert>

namespace ranvier {
namespace {

std::uint64_t philox(std::uint64_t seed, std::uint64_t entity, std::uint64_t step, std::uint32_t draw) {
  r123::Philox4x64::ctr_type counter = {{entity, step, draw, 0}};
  r123::Philox4x64::key_type key = {{seed, 0}};
  return r123::Philox4x64{}(counter, key)[0];
}

}  // namespace

std::uint64_t random_u64(std::uint64_t seed, std::uint64_t entity, std::uint64_t step, std::uint32_t draw) {
  return philox(seed, entity, step, draw);
}

double random_unit(std::uint64_t seed, std::uint64_t entity, std::uint64_t step, std::uint32_t draw) {
  return static_cast<double>(philox(seed, entity, step, draw) >> 11) * 0x1p-53;
}

std::uint32_t random_below(std::uint32_t n, std::uint64_t seed, std::uint64_t entity, std::uint64_t step,
                           std::uint32_t draw) {
  assert(n > 0);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint32_t>(static_cast<Wide>(philox(seed, entity, step, draw)) * n >> 64);
}

}  // namespace ranvier
