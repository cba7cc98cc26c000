// SPDX-License-Identifier: Apache-2.0
#include "report/probe_files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/file.h"
#include "report/errors.h"
#include "report/probe_csv.h"
#include "report/probe_hdf5.h"
#include "report/vcd_file.h"
#include "sim/probes.h"

namespace ranvier::report {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 80;

/// A new folder beside `run_folder`, hidden until it becomes a part of it.
fs::path make_folder(const fs::path& run_folder) {
  fs::path place = fs::absolute(run_folder).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  if (error) throw RunFolderUnwritable(run_folder, error.message());
  std::string name = fmt::format("{}/.{}.probes.XXXXXX", place.parent_path().string(), place.filename().string());
  if (::mkdtemp(name.data()) == nullptr) throw RunFolderUnwritable(run_folder, std::generic_category().message(errno));
  ::chmod(name.c_str(), 0755);
  return name;
}

/// The probe's text as a file name: "spikes-block0.q".
std::string stem_of(const sim::ProbeSpec& spec) {
  std::string stem;
  for (const char c : spec.text) {
    const bool keeps = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_';
    if (keeps) {
      stem += c;
    } else if (!stem.empty() && stem.back() != '-') {
      stem += '-';
    }
  }
  while (!stem.empty() && stem.back() == '-') stem.pop_back();
  return stem.substr(0, kLongestName);
}

}  // namespace

/// A table's file, and what it is told of the run beside what the probe knows.
struct ProbeFiles::Table final : sim::RowSink {
  void begin(const sim::TableInfo& table) override {
    info = table;
    info.facts.insert(info.facts.end(), facts.begin(), facts.end());
    sink->begin(info);
  }
  void put(std::span<const std::int64_t> values) override {
    rows += values.size() / info.columns.size();
    sink->put(values);
  }
  void finish() override {
    sink->finish();
    finished = true;
  }

  std::unique_ptr<sim::RowSink> sink;
  std::vector<std::pair<std::string, std::string>> facts;
  sim::TableInfo info;
  std::size_t rows = 0;
  bool finished = false;
};

struct ProbeFiles::Waves {
  Waves(const sim::ProbeSpec& probe, const fs::path& path, const fs::path& shown) : spec(probe), file(path, shown) {}
  sim::ProbeSpec spec;
  VcdFile file;
};

ProbeFiles::ProbeFiles(const std::vector<sim::ProbeSpec>& specs, const ProbeFilesOptions& options)
    : folder_(make_folder(options.run_folder)) {
  try {
    for (const sim::ProbeSpec& spec : specs) add(spec, options);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
}

ProbeFiles::~ProbeFiles() {
  owned_.clear();
  tables_.clear();
  waves_.clear();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string ProbeFiles::name_for(const sim::ProbeSpec& spec, const std::string& extension) const {
  const auto taken = [&](const std::string& name) {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  };
  if (!spec.file.empty()) {
    const std::string name = fs::path(spec.file).has_extension() ? spec.file : spec.file + extension;
    if (taken(name)) throw sim::BadProbe(spec.text, fmt::format("another probe writes {} already", name));
    return name;
  }
  const std::string stem = stem_of(spec);
  std::string name = stem + extension;
  for (int number = 2; taken(name); ++number) name = fmt::format("{}-{}{}", stem, number, extension);
  return name;
}

void ProbeFiles::add(const sim::ProbeSpec& spec, const ProbeFilesOptions& options) {
  const std::string given = fs::path(spec.file).extension().string();
  const bool wave = spec.kind == sim::ProbeKind::kVcd;
  const bool fits = given.empty() || (wave ? given == ".vcd" : given == ".csv" || given == ".h5");
  if (!fits)
    throw sim::BadProbe(spec.text, fmt::format("file '{}' must end in {}", spec.file, wave ? ".vcd" : ".csv or .h5"));
  const bool csv = given.empty() ? options.format == ProbeFormat::kCsv : given == ".csv";
  names_.push_back(name_for(spec, wave ? ".vcd" : csv ? ".csv" : ".h5"));
  const fs::path path = folder_ / names_.back(), shown = options.run_folder / "probes" / names_.back();
  auto& table = tables_.emplace_back();
  auto& waves = waves_.emplace_back();
  if (wave) {
    waves = std::make_unique<Waves>(spec, path, shown);
    owned_.push_back(sim::make_wave_probe(spec, waves->file));
  } else {
    table = std::make_unique<Table>();
    table->facts = options.facts;
    if (csv) {
      table->sink = std::make_unique<CsvTable>(path, shown);
    } else {
      table->sink = std::make_unique<Hdf5Table>(path, shown);
    }
    owned_.push_back(sim::make_table_probe(spec, *table));
  }
  probes_.push_back(owned_.back().get());
}

const fs::path& ProbeFiles::finish() {
  using Json = nlohmann::ordered_json;
  Json index = Json::array();
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (waves_[i]) {
      const Waves& waves = *waves_[i];
      index.push_back({{"file", names_[i]},
                       {"probe", waves.spec.text},
                       {"title", "signals of routers"},
                       {"signals", waves.file.signals()},
                       {"changes", waves.file.changes()}});
      continue;
    }
    const Table& table = *tables_[i];
    if (!table.finished) throw std::logic_error("a probe's table was not finished");
    Json columns = Json::array();
    for (const sim::Column& column : table.info.columns)
      columns.push_back({{"name", column.name}, {"unit", column.unit}, {"meaning", column.meaning}});
    Json facts;
    for (const auto& [name, text] : table.info.facts) facts[name] = text;
    index.push_back({{"file", names_[i]},
                     {"probe", table.info.probe},
                     {"title", table.info.title},
                     {"rows", table.rows},
                     {"columns", columns},
                     {"facts", facts}});
  }
  write_file_atomically(folder_ / "index.json", index.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return folder_;
}

}  // namespace ranvier::report
