// SPDX-License-Identifier: Apache-2.0
// Where a probe puts its rows, whatever the file format: tables of whole numbers, row after row.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ranvier::sim {

struct Column {
  std::string name;  // carries the unit where there is one: "start_cycle"
  std::string unit;  // "cycles", "flits", "" for plain numbers
  std::string meaning;
  std::vector<std::string> labels = {};  // not empty: value i means labels[i]
};

struct TableInfo {
  std::string probe;  // as the user wrote it
  std::string title;
  std::vector<Column> columns;
  std::vector<std::pair<std::string, std::string>> facts;  // of the run: clock, fidelity, schedule, ...
};

class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void begin(const TableInfo& table) = 0;
  /// Whole rows, one after another.
  virtual void put(std::span<const std::int64_t> rows) = 0;
  /// No more rows: the table is to be kept.
  virtual void finish() = 0;
};

/// Hands rows on in batches: a call a row would cost more than the row.
class RowBatch {
 public:
  explicit RowBatch(RowSink& sink) : sink_(sink) { values_.reserve(kBatchValues); }
  template <class... Values>
  void add(Values... values) {
    (values_.push_back(static_cast<std::int64_t>(values)), ...);
    if (values_.size() + sizeof...(Values) > kBatchValues) flush();
  }
  void flush() {
    if (!values_.empty()) sink_.put(values_);
    values_.clear();
  }

 private:
  static constexpr std::size_t kBatchValues = std::size_t{1} << 15;
  RowSink& sink_;
  std::vector<std::int64_t> values_;
};

}  // namespace ranvier::sim
