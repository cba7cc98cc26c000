// SPDX-License-Identifier: Apache-2.0
// The dense reference's products and encoders, vectorised: matrices with their weights repacked in blocks of outputs,
// 16-bit codes, 32-bit sums. Sums are taken modulo 2^32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/program.h"

namespace ranvier::workloads {

/// Codes in 16 bits, [rows][inputs], each row with a zero behind it where their number is odd.
class ShortCodes {
 public:
  ShortCodes(const std::vector<std::int32_t>& codes, std::int32_t rows, std::int32_t inputs);
  const std::int16_t* row(std::int32_t r) const { return codes_.data() + static_cast<std::size_t>(r) * stride_; }
  std::int32_t rows() const { return rows_; }
  std::int32_t inputs() const { return inputs_; }

 private:
  std::int32_t rows_;
  std::int32_t inputs_;
  std::size_t stride_;
  std::vector<std::int16_t> codes_;
};

/// total[row * stride + o] += sum over i of code[row][i] * weight[i * stride + o], 0 <= o < outputs.
void add_product(const ShortCodes& codes, const std::int8_t* weight, std::size_t stride, std::int32_t outputs,
                 std::int32_t* total);

/// product[j] = sum over d < depth of query[d] * keys.row(j)[first + d], for every row of keys.
void row_products(const std::int16_t* query, const ShortCodes& keys, std::int32_t first, std::int32_t depth,
                  std::int32_t* product);

/// out[d] = sum over j < keys of share[j] * value[j * stride + d], d < depth.
void mix_values(const std::int32_t* share, std::int32_t keys, const std::int32_t* value, std::size_t stride,
                std::int32_t depth, std::int32_t* out);

/// Equation (1) for channels first .. first + count of a token: total[] becomes codes (code_at_rest()).
void encode_row(const Encoder& encoder, std::int32_t first, std::int32_t count, std::int32_t* total);

}  // namespace ranvier::workloads
