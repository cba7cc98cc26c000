// SPDX-License-Identifier: Apache-2.0
// A probe's table as comma-separated values, written while the run goes.
#pragma once

#include <filesystem>

#include "base/pending_file.h"
#include "sim/row_sink.h"

namespace ranvier::report {

/// The header names the columns; columns with labels hold the labels. Throws FileWriteFailed.
class CsvTable final : public sim::RowSink {
 public:
  CsvTable(const std::filesystem::path& path, const std::filesystem::path& shown) : file_(path, shown) {}
  void begin(const sim::TableInfo& table) override;
  void put(std::span<const std::int64_t> rows) override;
  void finish() override { file_.keep(); }

 private:
  StreamedFile file_;
  std::vector<std::vector<std::string>> labels_;  // by column, quoted
};

}  // namespace ranvier::report
