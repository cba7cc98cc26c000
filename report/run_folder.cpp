// SPDX-License-Identifier: Apache-2.0
// Builds the folder under a temporary name next to its place, then renames it.
#include "report/run_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "chips/writer.h"
#include "mapper/mapping_io.h"
#include "report/csv.h"
#include "report/database.h"
#include "report/errors.h"
#include "report/html.h"
#include "report/manifest.h"
#include "report/trace.h"

namespace ranvier::report {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

/// "out/run/" and "./out/run" become paths whose last part is the folder's name.
fs::path place_of(const fs::path& path) {
  fs::path place = fs::absolute(path).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  return place;
}

enum class Found { kNothing, kEmptyFolder, kRunFolder };

/// Throws unless the new folder may take this place.
Found check_place(const fs::path& place, const fs::path& shown, bool force) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(place, error);
  if (status.type() == fs::file_type::not_found) return Found::kNothing;
  if (status.type() != fs::file_type::directory) {
    throw RunFolderUnwritable(shown, error ? error.message() : "it is there and is not a folder");
  }
  const bool empty = fs::is_empty(place, error);
  if (error) throw RunFolderUnwritable(shown, error.message());
  if (empty) return Found::kEmptyFolder;
  const bool is_run_folder = fs::exists(place / "manifest.json", error);
  if (!force || !is_run_folder) throw RunFolderExists(shown, is_run_folder);
  return Found::kRunFolder;
}

/// A folder with a name of its own beside the final one; what still stands under that name at the end is removed.
class TemporaryFolder {
 public:
  TemporaryFolder(const fs::path& place, const fs::path& shown) {
    std::error_code error;
    fs::create_directories(place.parent_path(), error);
    if (error) throw RunFolderUnwritable(shown, error.message());
    std::string name = fmt::format("{}/.{}.XXXXXX", place.parent_path().string(), place.filename().string());
    if (::mkdtemp(name.data()) == nullptr) throw RunFolderUnwritable(shown, reason(errno));
    path_ = name;
    ::chmod(name.c_str(), 0755);  // mkdtemp makes it private; a run folder is as readable as any other
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_files(const fs::path& folder, const RunRecord& record) {
  const auto write = [&](const char* name, const std::string& text) {
    try {
      write_file_atomically(folder / name, text);
    } catch (const FileError& error) {
      throw RunFolderWriteFailed(error.path, error.reason);
    }
  };
  write("config.resolved.yaml", chips::resolved_yaml(record.problem->board));
  write("mapping.json", mapper::mapping_to_json(*record.problem, *record.mapping, record.target, record.settings));
  write_database(folder / "results.sqlite", record);
  write("layers.csv", layers_csv(record));
  write("links.csv", links_csv(record));
  write("ledger.csv", ledger_csv(record));
  write("trace.json", trace_json(record));
  write("report.html", report_html(record));
  write("log.txt", record.log);
  if (!record.job_json.empty()) write("job.json", record.job_json);
  if (!record.probes_folder.empty() && ::rename(record.probes_folder.c_str(), (folder / "probes").c_str()) != 0)
    throw RunFolderWriteFailed(folder / "probes", reason(errno));
  write("manifest.json", manifest_json(record));
}

/// Puts the finished folder in its place; an old run folder then stands under the temporary name, to be removed.
void swap_in(const fs::path& finished, const fs::path& place, Found found, const fs::path& shown) {
  if (found != Found::kRunFolder) {
    if (::rename(finished.c_str(), place.c_str()) != 0) throw RunFolderWriteFailed(shown, reason(errno));
    return;
  }
  if (::renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw RunFolderWriteFailed(shown, reason(errno));
  // A file system without exchange: the old folder steps aside first, and comes back if the new one cannot take its
  // place.
  const fs::path aside = finished.string() + ".old";
  if (::rename(place.c_str(), aside.c_str()) != 0) throw RunFolderWriteFailed(shown, reason(errno));
  if (::rename(finished.c_str(), place.c_str()) != 0) {
    const int error = errno;
    ::rename(aside.c_str(), place.c_str());
    throw RunFolderWriteFailed(shown, reason(error));
  }
  std::error_code ignored;
  fs::remove_all(aside, ignored);
}

}  // namespace

void check_run_folder(const fs::path& path, bool force) { check_place(place_of(path), path, force); }

void write_run_folder(const fs::path& path, const RunRecord& record, bool force) {
  const fs::path place = place_of(path);
  const Found found = check_place(place, path, force);
  TemporaryFolder temporary(place, path);
  try {
    write_files(temporary.path(), record);
  } catch (const RunFolderWriteFailed& error) {
    // Name the file where the user looks for it, not under the temporary name.
    throw RunFolderWriteFailed(path / error.path.filename(), error.reason);
  }
  swap_in(temporary.path(), place, found, path);
}

}  // namespace ranvier::report
