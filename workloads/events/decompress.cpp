// SPDX-License-Identifier: Apache-2.0
// Both libraries are asked for one piece at a time: sizes that a frame announces are not believed.
#include "workloads/events/decompress.h"

#include <fmt/format.h>
#include <lz4frame.h>
#include <zstd.h>

#include <memory>

#include "workloads/events/event_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kPieceBytes = 1 << 16;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 24;
constexpr std::uint64_t kMostGrowth = 256;

struct Step {
  std::size_t read = 0;
  std::size_t written = 0;
  bool ended = false;
  const char* error = nullptr;
};

/// `step` takes what is left of the packed bytes and room for a piece.
template <class TakeStep>
std::vector<std::uint8_t> expand_by(std::span<const std::uint8_t> packed, std::uint64_t offset, ExpansionLimit& limit,
                                    const char* name, const TakeStep& step) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> piece(kPieceBytes);
  std::size_t at = 0;
  for (bool ended = false; !ended;) {
    const Step done = step(packed.subspan(at), std::span(piece));
    if (done.error != nullptr) {
      throw BadEventFile(limit.file(), offset + at, fmt::format("a packet is no {} frame: {}", name, done.error));
    }
    limit.count(done.written, offset + at);
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(done.written));
    at += done.read;
    ended = done.ended;
    if (!ended && done.read == 0 && done.written == 0) {
      throw BadEventFile(limit.file(), offset + at, fmt::format("the packet ends within its {} frame", name));
    }
  }
  return bytes;
}

}  // namespace

ExpansionLimit::ExpansionLimit(std::string file, std::uint64_t file_bytes)
    : file_(std::move(file)), most_(kAlwaysAllowed + kMostGrowth * file_bytes) {}

void ExpansionLimit::count(std::uint64_t bytes, std::uint64_t offset) {
  counted_ += bytes;
  if (counted_ > most_) throw EventsExpandTooFar(file_, offset, most_);
}

std::vector<std::uint8_t> expand(std::span<const std::uint8_t> packed, Packing packing, std::uint64_t offset,
                                 ExpansionLimit& limit) {
  if (packing == Packing::kNone) return {packed.begin(), packed.end()};
  if (packing == Packing::kLz4) {
    LZ4F_dctx* raw = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) != 0) throw std::bad_alloc();
    const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context(raw,
                                                                                       &LZ4F_freeDecompressionContext);
    return expand_by(packed, offset, limit, "LZ4", [&](auto in, auto out) {
      Step step{in.size(), out.size()};
      const std::size_t hint =
          LZ4F_decompress(context.get(), out.data(), &step.written, in.data(), &step.read, nullptr);
      if (LZ4F_isError(hint) != 0) step.error = LZ4F_getErrorName(hint);
      step.ended = hint == 0;
      return step;
    });
  }
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  return expand_by(packed, offset, limit, "Zstandard", [&](auto in, auto out) {
    ZSTD_inBuffer source{in.data(), in.size(), 0};
    ZSTD_outBuffer sink{out.data(), out.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context.get(), &sink, &source);
    Step step{source.pos, sink.pos, hint == 0, nullptr};
    if (ZSTD_isError(hint) != 0) step.error = ZSTD_getErrorName(hint);
    return step;
  });
}

}  // namespace ranvier::workloads
