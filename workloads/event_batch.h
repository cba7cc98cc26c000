// SPDX-License-Identifier: Apache-2.0
// What a stage emits in one step, laid out for those that take it: by token, and within a token unit events apart from
// the others, so that a kernel goes through plain lists of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ranvier::workloads {

/// An event of another value than +1 or -1, or any event under the graded schedule.
struct WideEvent {
  std::int32_t channel = 0;
  std::int32_t value = 0;
};

/// The events of one token; each list in ascending order of its channels.
struct RowEvents {
  std::span<const std::int32_t> plus;   // channels that emitted +1
  std::span<const std::int32_t> minus;  // channels that emitted -1
  std::span<const WideEvent> wide;
  std::size_t size() const { return plus.size() + minus.size() + wide.size(); }
  /// Those of channels first <= channel < end.
  RowEvents between(std::int32_t first, std::int32_t end) const;
};

class EventBatch {
 public:
  void clear();
  /// Tokens come in ascending order, each once; a token without events is left out.
  void append(std::int32_t token, const RowEvents& events);

  std::size_t tokens() const { return tokens_.size(); }
  std::int32_t token(std::size_t i) const { return tokens_[i].token; }
  RowEvents events(std::size_t i) const;
  std::size_t size() const { return units_.size() + wide_.size(); }

 private:
  struct Token {
    std::int32_t token;
    std::size_t plus, minus, units_end, wide, wide_end;
  };
  std::vector<Token> tokens_;
  std::vector<std::int32_t> units_;
  std::vector<WideEvent> wide_;
};

}  // namespace ranvier::workloads
