// SPDX-License-Identifier: Apache-2.0
// A SQLite file being written: prepared inserts with typed values, one transaction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantities.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ranvier::report {

/// Creates the file and opens the transaction. Every failure throws RunFolderWriteFailed (report/errors.h).
class SqliteWriter {
 public:
  explicit SqliteWriter(std::filesystem::path path);
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  /// Runs statements that return nothing.
  void execute(const std::string& sql);
  /// Ends the transaction and closes the file. Without it the destructor rolls back.
  void commit();

  /// One prepared INSERT; row() binds its arguments in order and steps.
  class Insert {
   public:
    Insert(SqliteWriter& writer, const std::string& table, int columns);
    template <class... Args>
    void row(const Args&... args) {
      at_ = 0;
      (bind(args), ...);
      step();
    }

   private:
    void bind(std::int64_t value);
    void bind(std::int32_t value) { bind(static_cast<std::int64_t>(value)); }
    void bind(std::uint32_t value) { bind(static_cast<std::int64_t>(value)); }
    void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
    void bind(double value);
    void bind(std::string_view value);
    void bind(const std::string& value) { bind(std::string_view(value)); }
    /// An integer; beyond 63 bits the nearest double.
    void bind(Energy value);
    void bind(const char* value) { bind(std::string_view(value)); }
    template <class T>
    void bind(const std::optional<T>& value) {
      if (value) {
        bind(*value);
      } else {
        bind_null();
      }
    }
    void bind_null();
    void step();
    void check(int code) const;

    SqliteWriter& writer_;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
    int columns_;
    int at_ = 0;
  };

 private:
  void check(int code) const;

  std::filesystem::path path_;
  sqlite3* database_ = nullptr;
};

}  // namespace ranvier::report
