// SPDX-License-Identifier: Apache-2.0
// Bytes as a converted network. A digest of the right length is made right first: no mutation would get past it.
#include <algorithm>

#include "base/digest.h"
#include "tests/fuzz/feed.h"
#include "workloads/methods/network_file.h"
#include "workloads/reference.h"

namespace ranvier::fuzz {
namespace {

void correct_digest(std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t kDigits = 64;
  const std::string opening = "\"sha256\":\"";
  const auto at = std::search(bytes.begin(), bytes.end(), opening.begin(), opening.end());
  if (static_cast<std::size_t>(bytes.end() - at) < opening.size() + kDigits + 1) return;
  const auto digits = at + static_cast<std::ptrdiff_t>(opening.size());
  if (digits[kDigits] != '"') return;
  std::fill_n(digits, kDigits, std::uint8_t{'0'});
  const std::string digest = sha256_hex(std::span<const std::uint8_t>(bytes));
  std::copy(digest.begin(), digest.end(), digits);
}

bool is_small(const workloads::Program& program) {
  double work = 0;
  for (const workloads::Stage& stage : program.stages) {
    work += static_cast<double>(stage.tokens) * stage.channels * (1.0 + stage.in_channels);
  }
  return work < 1e6;
}

}  // namespace

bool feed_network(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  correct_digest(copy);
  return read_or_refused([&] {
    const workloads::Program program = workloads::parse_network(copy, "fuzzed.rvn").program;
    if (!is_small(program)) return;
    const workloads::Stage& input = program.stages.front();
    const std::vector<std::int32_t> codes(static_cast<std::size_t>(input.tokens) * input.channels,
                                          program.input_code_max);
    read_or_refused([&] { workloads::run_reference(program, codes); });
  });
}

}  // namespace ranvier::fuzz
