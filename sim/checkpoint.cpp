// SPDX-License-Identifier: Apache-2.0
#include "sim/checkpoint.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/digest.h"
#include "sim/checkpoint_errors.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

constexpr std::array<char, 8> kMagic{'R', 'V', 'C', 'H', 'K', 'P', 'T', '\n'};
constexpr std::uint32_t kByteOrder = 0x01020304;  // reads otherwise on a machine of the other order
constexpr std::uint32_t kFormat = 2;              // raised when the state of any class changes
constexpr std::size_t kDigits = 64;
constexpr int kCheapness = 20;  // a timed checkpoint may take this part of the run's time

/// Everything but the digest at the end, which is of what stands before it.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t format = kFormat;
  std::array<char, kDigits> job{};
  std::int32_t image = 0;
  std::int32_t step = 0;
  std::uint64_t state_bytes = 0;
};
static_assert(kPlainState<Header>);

std::string digest_of(std::span<const std::uint8_t> bytes) { return sha256_hex(bytes); }

}  // namespace

Checkpoints::Checkpoints(const Checkpointing& how, std::function<std::string()> job)
    : how_(how), job_(std::move(job)) {}

bool Checkpoints::due(bool step_done, bool stops, bool ends) {
  if (!wanted()) return false;
  steps_since_ += step_done ? 1 : 0;
  if (stops) return true;
  if (ends) return how_.at_end;
  if (how_.every_steps > 0 && steps_since_ >= how_.every_steps) return true;
  if (how_.every_seconds <= 0) return false;
  const Clock::duration passed = Clock::now() - last_;
  return passed >= std::chrono::duration<double>(how_.every_seconds) && passed >= kCheapness * last_took_;
}

void Checkpoints::take(CheckpointPlace place, const std::function<std::vector<std::uint8_t>()>& state) {
  const Clock::time_point start = Clock::now();
  if (digest_.empty()) digest_ = job_();
  how_.sink(seal_checkpoint(digest_, place, state()), place);
  last_ = Clock::now();
  last_took_ = last_ - start;
  steps_since_ = 0;
}

std::vector<std::uint8_t> seal_checkpoint(const std::string& job_digest, CheckpointPlace place,
                                          std::span<const std::uint8_t> state) {
  Header header;
  if (job_digest.size() != kDigits) throw std::logic_error("a job's digest has another length");
  std::copy(job_digest.begin(), job_digest.end(), header.job.begin());
  header.image = place.image;
  header.step = place.step;
  header.state_bytes = state.size();
  std::vector<std::uint8_t> bytes;
  bytes.reserve(sizeof header + state.size() + kDigits);
  bytes.resize(sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes.insert(bytes.end(), state.begin(), state.end());
  const std::string digest = digest_of(bytes);
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  return bytes;
}

OpenedCheckpoint open_checkpoint(std::span<const std::uint8_t> bytes, const std::string& name) {
  Header header;
  if (bytes.size() < sizeof header + kDigits) throw CheckpointDamaged(name, "too short for a checkpoint");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic) throw CheckpointDamaged(name, "no checkpoint of this program");
  if (header.byte_order != kByteOrder)
    throw CheckpointDamaged(name, "written on a machine of another byte order, or damaged");
  if (header.format != kFormat) throw CheckpointVersion(name, header.format, kFormat);
  const std::size_t state_bytes = bytes.size() - sizeof header - kDigits;
  if (header.state_bytes != state_bytes) throw CheckpointDamaged(name, "cut short");
  const auto sealed = bytes.first(sizeof header + state_bytes);
  const auto* digits = reinterpret_cast<const char*>(bytes.data() + sealed.size());
  if (digest_of(sealed) != std::string_view(digits, kDigits))
    throw CheckpointDamaged(name, "its bytes are not those that were written");
  if (header.image < 0 || header.step < 0) throw CheckpointDamaged(name, "a place before the start");
  return {
      std::string(header.job.begin(), header.job.end()), {header.image, header.step}, sealed.subspan(sizeof header)};
}

}  // namespace ranvier::sim
