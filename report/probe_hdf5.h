// SPDX-License-Identifier: Apache-2.0
// A probe's table as an HDF5 file, written while the run goes: a chunked dataset a column, attributes for the rest.
#pragma once

#include <filesystem>
#include <memory>

#include "sim/row_sink.h"

namespace ranvier::report {

/// Throws FileWriteFailed. Attributes of the file: format, probe, title, columns, rows and the facts of the run; of a
/// dataset: unit, meaning, and labels where its numbers stand for names.
class Hdf5Table final : public sim::RowSink {
 public:
  Hdf5Table(const std::filesystem::path& path, const std::filesystem::path& shown);
  ~Hdf5Table() override;
  void begin(const sim::TableInfo& table) override;
  void put(std::span<const std::int64_t> rows) override;
  void finish() override;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace ranvier::report
