// SPDX-License-Identifier: Apache-2.0
#include "report/probe_hdf5.h"

#include <stdexcept>

#include "base/pending_file.h"
#include "report/hdf5_driver.h"
#include "workloads/nir/hdf5_handle.h"

namespace ranvier::report {
namespace {

using workloads::Hdf5Handle;
using workloads::Hdf5Session;

constexpr hsize_t kChunkRows = 16384;
constexpr unsigned kDeflateLevel = 1;

void demand(bool done) {
  if (!done) throw std::logic_error("the HDF5 library refused a probe's table");
}

void write_texts(hid_t object, const char* name, const std::vector<std::string>& texts, bool list) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  demand(H5Tset_size(type.get(), H5T_VARIABLE) >= 0 && H5Tset_cset(type.get(), H5T_CSET_UTF8) >= 0);
  const hsize_t count = texts.size();
  const Hdf5Handle space(list ? H5Screate_simple(1, &count, nullptr) : H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  demand(attribute.ok() && H5Awrite(attribute.get(), type.get(), pointers.data()) >= 0);
}

void write_text(hid_t object, const char* name, const std::string& text) { write_texts(object, name, {text}, false); }

void write_number(hid_t object, const char* name, std::int64_t value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(H5Acreate2(object, name, H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  demand(attribute.ok() && H5Awrite(attribute.get(), H5T_NATIVE_INT64, &value) >= 0);
}

Hdf5Handle make_dataset(hid_t file, const sim::Column& column) {
  const hsize_t none = 0, any = H5S_UNLIMITED, chunk = kChunkRows;
  const Hdf5Handle space(H5Screate_simple(1, &none, &any), H5Sclose);
  const Hdf5Handle how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  // Without times of day two runs write the same bytes.
  demand(space.ok() && how.ok() && H5Pset_chunk(how.get(), 1, &chunk) >= 0 &&
         H5Pset_obj_track_times(how.get(), false) >= 0);
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0)
    demand(H5Pset_shuffle(how.get()) >= 0 && H5Pset_deflate(how.get(), kDeflateLevel) >= 0);
  Hdf5Handle set(H5Dcreate2(file, column.name.c_str(), H5T_STD_I64LE, space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT),
                 H5Dclose);
  demand(set.ok());
  write_text(set.get(), "unit", column.unit);
  write_text(set.get(), "meaning", column.meaning);
  if (!column.labels.empty()) write_texts(set.get(), "labels", column.labels, true);
  return set;
}

}  // namespace

struct Hdf5Table::Open {
  Open(const std::filesystem::path& path, const std::filesystem::path& shown) : pending(path, shown) {
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    demand(access.ok() && use_failure_keeping_driver(access.get(), &failure) &&
           H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) >= 0);
    file.emplace_back(H5Fcreate(pending.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
    check();
    demand(file.front().ok());
  }

  void check() const {
    if (failure != 0) pending.fail(failure);
  }

  void append(bool all) {
    if (columns.empty() || (!all && columns.front().size() < kChunkRows) || columns.front().empty()) return;
    const Hdf5Session session;
    const hsize_t count = columns.front().size(), size = rows + count;
    const Hdf5Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      demand(H5Dset_extent(datasets[c].get(), &size) >= 0);
      const Hdf5Handle space(H5Dget_space(datasets[c].get()), H5Sclose);
      demand(space.ok() && H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &rows, nullptr, &count, nullptr) >= 0);
      demand(H5Dwrite(datasets[c].get(), H5T_NATIVE_INT64, memory.get(), space.get(), H5P_DEFAULT, columns[c].data()) >=
             0);
      columns[c].clear();
    }
    rows = size;
    check();
  }

  PendingFile pending;
  int failure = 0;  // the system's word for the first write that failed
  std::vector<Hdf5Handle> file;
  std::vector<Hdf5Handle> datasets;
  std::vector<std::vector<std::int64_t>> columns;  // rows not yet handed to the library
  hsize_t rows = 0;                                // those that were
};

Hdf5Table::Hdf5Table(const std::filesystem::path& path, const std::filesystem::path& shown) {
  const Hdf5Session session;
  open_ = std::make_unique<Open>(path, shown);
}

Hdf5Table::~Hdf5Table() {
  if (!open_) return;
  const Hdf5Session session;
  open_->datasets.clear();
  open_->file.clear();
  open_.reset();
}

void Hdf5Table::begin(const sim::TableInfo& table) {
  const Hdf5Session session;
  const hid_t file = open_->file.front().get();
  write_text(file, "format", "ranvier-probe/1");
  write_text(file, "probe", table.probe);
  write_text(file, "title", table.title);
  for (const auto& [name, text] : table.facts) write_text(file, name.c_str(), text);
  std::vector<std::string> names;
  for (const sim::Column& column : table.columns) {
    names.push_back(column.name);
    open_->datasets.push_back(make_dataset(file, column));
    open_->columns.emplace_back().reserve(kChunkRows);
  }
  write_texts(file, "columns", names, true);
  open_->check();
}

void Hdf5Table::put(std::span<const std::int64_t> rows) {
  const std::size_t width = open_->columns.size();
  for (std::size_t at = 0; at < rows.size(); at += width) {
    for (std::size_t c = 0; c < width; ++c) open_->columns[c].push_back(rows[at + c]);
    if (open_->columns.front().size() == kChunkRows) open_->append(false);
  }
}

void Hdf5Table::finish() {
  open_->append(true);
  {
    const Hdf5Session session;
    write_number(open_->file.front().get(), "rows", static_cast<std::int64_t>(open_->rows));
    open_->datasets.clear();
    const bool flushed = H5Fflush(open_->file.front().get(), H5F_SCOPE_GLOBAL) >= 0;
    open_->file.clear();
    open_->check();
    demand(flushed);
  }
  open_->pending.keep();
}

}  // namespace ranvier::report
