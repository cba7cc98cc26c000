// SPDX-License-Identifier: Apache-2.0
// A plain dense product of 8-bit codes and 8-bit weights, as an inference library would run a layer: what the events
// are measured against. Weights are packed beforehand and are not part of the time. AVX-512 VNNI where the machine has
// it (64 multiply-adds an instruction), else the 16-bit pairs of the dense reference. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "workloads/reference_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define RANVIER_BENCH_VNNI 1
#endif

namespace ranvier::bench {

class Int8Gemm {
 public:
  /// `weight` is [in][out], as programs hold it.
  Int8Gemm(const std::vector<std::int8_t>& weight, std::int32_t in, std::int32_t out)
      : weight_(weight), in_(in), out_(out) {
    if (!vnni()) return;
    const std::size_t quads = (static_cast<std::size_t>(in) + 3) / 4;
    const std::size_t blocks = (static_cast<std::size_t>(out) + kBlock - 1) / kBlock;
    packed_.resize(blocks * quads * kBlock * 4);
    sum_.resize(blocks * kBlock);
    for (std::size_t i = 0; i < static_cast<std::size_t>(in); ++i) {
      for (std::size_t o = 0; o < static_cast<std::size_t>(out); ++o) {
        const std::int8_t w = weight[i * static_cast<std::size_t>(out) + o];
        packed_[(((o / kBlock) * quads + i / 4) * kBlock + o % kBlock) * 4 + i % 4] = w;
        sum_[o] += w;
      }
    }
  }

  static bool vnni() {
#ifdef RANVIER_BENCH_VNNI
    return __builtin_cpu_supports("avx512vnni") != 0;
#else
    return false;
#endif
  }

  /// What run() multiplies; not part of the time either. Codes are -128..127, or 0..255 where none is negative.
  void set_codes(const std::vector<std::int32_t>& codes, std::int32_t rows) {
    rows_ = static_cast<std::size_t>(rows);
    narrow_ = workloads::ShortCodes(codes, rows, in_);
    shift_ = std::any_of(codes.begin(), codes.end(), [](std::int32_t code) { return code < 0; }) ? 128 : 0;
    stride_ = (static_cast<std::size_t>(in_) + 3) / 4 * 4;
    bytes_.assign(rows_ * stride_, 0);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t i = 0; i < static_cast<std::size_t>(in_); ++i)
        bytes_[r * stride_ + i] =
            static_cast<std::uint8_t>(codes[r * static_cast<std::size_t>(in_) + i] + shift_);  // takes unsigned codes
  }

  /// total[row][out] = sum over i of code[row][i] weight[i][out].
  const std::vector<std::int32_t>& run() {
    const auto out = static_cast<std::size_t>(out_);
    total_.resize(rows_ * out);
    if (!vnni()) {
      std::fill(total_.begin(), total_.end(), 0);
      workloads::add_product(narrow_, weight_.data(), out, out_, total_.data());
    }
#ifdef RANVIER_BENCH_VNNI
    for (std::size_t o = 0; vnni() && o < out; o += kBlock) {
      const std::size_t count = std::min(kBlock, out - o);
      const std::int8_t* packed = packed_.data() + o * stride_;
      for (std::size_t row = 0; row < rows_;) {
        const std::size_t some = rows_ - row >= kRows ? kRows : rows_ - row >= 2 ? 2 : 1;
        const std::uint8_t* code = bytes_.data() + row * stride_;
        std::int32_t tile[kRows * kBlock];
        if (some == kRows) multiply<kRows>(code, stride_, packed, tile);
        if (some == 2) multiply<2>(code, stride_, packed, tile);
        if (some == 1) multiply<1>(code, stride_, packed, tile);
        for (std::size_t r = 0; r < some; ++r)
          for (std::size_t c = 0; c < count; ++c)
            total_[(row + r) * out + o + c] = tile[r * kBlock + c] - shift_ * sum_[o + c];
        row += some;
      }
    }
#endif
    return total_;
  }

 private:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kRows = 6;

#ifdef RANVIER_BENCH_VNNI
  template <std::size_t kCount>
  __attribute__((target("avx512f,avx512bw,avx512vnni"))) static void multiply(const std::uint8_t* code,
                                                                              std::size_t stride,
                                                                              const std::int8_t* packed,
                                                                              std::int32_t* tile) {
    __m512i sum[kCount][4];
    for (auto& row : sum)
      for (__m512i& s : row) s = _mm512_setzero_si512();
    for (std::size_t q = 0; q < stride / 4; ++q, packed += kBlock * 4) {
      __m512i weight[4];
      for (std::size_t v = 0; v < 4; ++v) weight[v] = _mm512_loadu_si512(packed + 64 * v);
      for (std::size_t r = 0; r < kCount; ++r) {
        std::int32_t four;
        std::memcpy(&four, code + r * stride + 4 * q, sizeof four);
        const __m512i codes = _mm512_set1_epi32(four);
        for (std::size_t v = 0; v < 4; ++v) sum[r][v] = _mm512_dpbusd_epi32(sum[r][v], codes, weight[v]);
      }
    }
    for (std::size_t r = 0; r < kCount; ++r)
      for (std::size_t v = 0; v < 4; ++v) _mm512_storeu_si512(tile + r * kBlock + 16 * v, sum[r][v]);
  }
#endif

  const std::vector<std::int8_t>& weight_;
  std::int32_t in_;
  std::int32_t out_;
  std::vector<std::int8_t> packed_;  // [block][in / 4][kBlock][4]
  std::vector<std::int32_t> sum_;    // of an output's weights
  std::vector<std::uint8_t> bytes_;  // [row][stride]: code + shift
  std::size_t rows_ = 0;
  std::size_t stride_ = 0;
  std::int32_t shift_ = 0;
  workloads::ShortCodes narrow_{{}, 0, 1};
  std::vector<std::int32_t> total_;
};

}  // namespace ranvier::bench
