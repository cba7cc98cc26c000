// SPDX-License-Identifier: Apache-2.0
// The SQLite C interface behind SqliteWriter.
#include "report/sqlite_writer.h"

#include <sqlite3.h>

#include <stdexcept>

#include "report/errors.h"

namespace ranvier::report {

SqliteWriter::SqliteWriter(std::filesystem::path path) : path_(std::move(path)) {
  try {
    check(sqlite3_open_v2(path_.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
    // The folder is thrown away whole on failure, so a rollback journal would protect nothing.
    execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = NORMAL; BEGIN");
  } catch (...) {
    sqlite3_close(database_);
    throw;
  }
}

SqliteWriter::~SqliteWriter() { sqlite3_close(database_); }

void SqliteWriter::check(int code) const {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  throw RunFolderWriteFailed(path_, database_ != nullptr ? sqlite3_errmsg(database_) : sqlite3_errstr(code));
}

void SqliteWriter::execute(const std::string& sql) {
  check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

void SqliteWriter::commit() {
  execute("COMMIT");
  check(sqlite3_close(database_));
  database_ = nullptr;
}

SqliteWriter::Insert::Insert(SqliteWriter& writer, const std::string& table, int columns)
    : writer_(writer), statement_(nullptr, &sqlite3_finalize), columns_(columns) {
  std::string sql = "INSERT INTO " + table + " VALUES (?";
  for (int i = 1; i < columns; ++i) sql += ",?";
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(writer_.database_, (sql + ")").c_str(), -1, &statement, nullptr));
  statement_.reset(statement);
}

void SqliteWriter::Insert::check(int code) const { writer_.check(code); }

void SqliteWriter::Insert::bind(std::int64_t value) { check(sqlite3_bind_int64(statement_.get(), ++at_, value)); }
void SqliteWriter::Insert::bind(double value) { check(sqlite3_bind_double(statement_.get(), ++at_, value)); }
void SqliteWriter::Insert::bind(Energy value) {
  const Wide n = value.exact();
  if (n > INT64_MAX || n < INT64_MIN) return bind(static_cast<double>(n));
  bind(static_cast<std::int64_t>(n));
}
void SqliteWriter::Insert::bind_null() { check(sqlite3_bind_null(statement_.get(), ++at_)); }

void SqliteWriter::Insert::bind(std::string_view value) {
  // The text outlives step(), the only reader.
  check(sqlite3_bind_text(statement_.get(), ++at_, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
}

void SqliteWriter::Insert::step() {
  if (at_ != columns_) throw std::logic_error("SQLite row has a wrong number of values");
  check(sqlite3_step(statement_.get()));
  check(sqlite3_reset(statement_.get()));
}

}  // namespace ranvier::report
