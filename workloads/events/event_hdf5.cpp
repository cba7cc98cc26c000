// SPDX-License-Identifier: Apache-2.0
// Events and spike trains in HDF5: which layout a file has, and how its data sets become a recording.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/file.h"
#include "workloads/events/event_errors.h"
#include "workloads/events/formats.h"
#include "workloads/events/hdf5_columns.h"
#include "workloads/nir/hdf5_wire.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostAddress = 1 << 30;

std::int32_t address(const Hdf5Columns& file, const char* what, const Column& column, std::size_t i) {
  const double value = column.values[i];
  if (!(value >= 0 && value <= static_cast<double>(kMostAddress)) || value != std::floor(value)) {
    file.fail(column.name, fmt::format("element {}: {} {} is no whole number from 0", i, what, value));
  }
  return static_cast<std::int32_t>(value);
}

std::int64_t microseconds(const Hdf5Columns& file, const Column& times, TimeUnit unit, std::size_t i) {
  const auto rounded = rounded_microseconds(times.values[i], microseconds_in(unit, times.whole ? 1 : 1e6));
  if (!rounded) file.fail(times.name, fmt::format("element {}: time {} is beyond 2^53 us", i, times.values[i]));
  return *rounded;
}

/// 0, and -1 where that is the other value, mean darker.
std::int32_t polarity(const Hdf5Columns& file, const Column& column, std::size_t i) {
  const double value = column.values[i];
  if (value != 0 && value != 1 && value != -1) {
    file.fail(column.name, fmt::format("element {}: polarity {} is none of 0, 1 and -1", i, value));
  }
  return value == 1 ? 1 : 0;
}

void same_length(const Hdf5Columns& file, const Column& a, const Column& b) {
  if (a.values.size() == b.values.size()) return;
  file.fail(b.name,
            fmt::format("{} elements, {} has {}; they must be as many", b.values.size(), a.name, a.values.size()));
}

void append_events(const Hdf5Columns& file, const EventColumns& columns, TimeUnit unit, Recording& recording) {
  same_length(file, columns.time, columns.x);
  same_length(file, columns.time, columns.y);
  same_length(file, columns.time, columns.polarity);
  recording.events.reserve(columns.time.values.size());
  for (std::size_t i = 0; i < columns.time.values.size(); ++i) {
    recording.events.push_back({address(file, "x", columns.x, i), address(file, "y", columns.y, i),
                                polarity(file, columns.polarity, i), microseconds(file, columns.time, unit, i)});
  }
}

/// Throws FileMissing, FileUnreadable here and not in the child.
void demand_readable(const std::filesystem::path& path) { FileBytes{path}; }

/// SHD and SSC: one train a row of spikes/times and spikes/units, with its class in labels.
void append_train(Hdf5Columns& file, const std::string& sample, TimeUnit unit, Recording& recording) {
  const std::size_t trains = file.rows("spikes/times");
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(sample.data(), sample.data() + sample.size(), row);
  const bool number = error == std::errc() && end == sample.data() + sample.size();
  if (trains == 0) file.fail("spikes/times", "no train in it");
  if ((sample.empty() && trains > 1) || (!sample.empty() && (!number || row >= trains))) {
    throw NoSuchSample(file.name(), sample, fmt::format("spike trains 0 to {}", trains - 1));
  }
  const Column times = file.train("spikes/times", row);
  const Column units = file.train("spikes/units", row);
  same_length(file, times, units);
  recording.spikes.reserve(times.values.size());
  for (std::size_t i = 0; i < times.values.size(); ++i) {
    recording.spikes.push_back({microseconds(file, times, unit, i), address(file, "unit", units, i)});
  }
  recording.label = file.label(row);
}

Recording read(Hdf5Columns& file, const RecordingOptions& options) {
  Recording recording;
  recording.file = options.sample.empty() ? file.name() : file.name() + "#" + options.sample;
  if (file.has("spikes/times") && file.has("spikes/units")) {
    append_train(file, options.sample, options.time_unit, recording);
    return recording;
  }
  if (!options.sample.empty()) {
    const auto columns = file.has(options.sample) ? file.events(options.sample) : std::nullopt;
    if (!columns) throw NoSuchSample(file.name(), options.sample, file.what_is_there());
    append_events(file, *columns, options.time_unit, recording);
    recording.label = file.label_of_group(options.sample);
    return recording;
  }
  for (const char* place : {"events", "CD/events", "."}) {
    const auto columns = file.has(place) ? file.events(place) : std::nullopt;
    if (!columns) continue;
    append_events(file, *columns, options.time_unit, recording);
    recording.label = file.label_of_group(".");
    return recording;
  }
  const auto several = file.recordings();
  if (!several.empty()) throw NoSuchSample(file.name(), "", file.what_is_there());
  file.fail("",
            "no events in a known layout (events/x, y, t and p; spikes/times and spikes/units; groups of time and "
            "data); convert it (docs/reference/event-files.md)");
}

std::vector<RecordingEntry> list(Hdf5Columns& file) {
  std::vector<RecordingEntry> entries;
  if (file.has("spikes/times") && file.has("spikes/units")) {
    const std::size_t trains = file.rows("spikes/times");
    for (std::size_t row = 0; row < trains; ++row) entries.push_back({std::to_string(row), file.label(row)});
    return entries;
  }
  for (const std::string& group : file.recordings()) entries.push_back({group, file.label_of_group(group)});
  if (entries.empty()) entries.push_back({"", file.label_of_group(".")});
  return entries;
}

enum class Reply : std::uint8_t { kDone, kBadDataset, kNoSuchSample };

/// `work` writes its result and `get` reads it, on either side of a child process; refusals come back as what they are.
template <class Get>
auto in_child(const std::string& file, const std::function<void(WireWriter&)>& work, const Get& get) {
  const Hdf5Session session;
  try {
    const std::vector<std::uint8_t> bytes = work_in_child([&] {
      WireWriter wire;
      try {
        WireWriter done;
        done.put(Reply::kDone);
        work(done);
        return done.take();
      } catch (const BadEventDataset& e) {
        wire.put(Reply::kBadDataset);
        wire.put_text(e.dataset);
        wire.put_text(e.detail);
      } catch (const NoSuchSample& e) {
        wire.put(Reply::kNoSuchSample);
        wire.put_text(e.sample);
        wire.put_text(e.there);
      }
      return wire.take();
    });
    WireReader wire(bytes);
    const auto reply = wire.get<Reply>();
    if (reply == Reply::kDone) return get(wire);
    const std::string first = wire.get_text(), second = wire.get_text();
    if (reply == Reply::kBadDataset) throw BadEventDataset(file, first, second);
    throw NoSuchSample(file, first, second);
  } catch (const Hdf5ChildDied&) {
    throw BadEventDataset(file, "", "the HDF5 library broke down on it; the file is damaged: fetch it again");
  }
}

Recording get_recording(WireReader& wire) {
  Recording recording;
  recording.file = wire.get_text();
  recording.events = wire.get_list<CameraEvent>();
  recording.spikes = wire.get_list<UnitSpike>();
  recording.label = wire.get<std::int32_t>();
  return recording;
}

void put_recording(WireWriter& wire, const Recording& recording) {
  wire.put_text(recording.file);
  wire.put_list(recording.events);
  wire.put_list(recording.spikes);
  wire.put(recording.label);
}

}  // namespace

Recording parse_event_hdf5(Bytes bytes, const std::string& file, const RecordingOptions& options) {
  const auto work = [&](WireWriter& wire) {
    Hdf5Columns columns = Hdf5Columns::of_bytes(bytes, file);
    put_recording(wire, read(columns, options));
  };
  return in_child(file, work, get_recording);
}

Recording read_event_hdf5(const std::filesystem::path& path, const RecordingOptions& options) {
  demand_readable(path);
  const auto work = [&](WireWriter& wire) {
    Hdf5Columns columns = Hdf5Columns::of_file(path);
    put_recording(wire, read(columns, options));
  };
  return in_child(path.string(), work, get_recording);
}

std::vector<RecordingEntry> list_event_hdf5(const std::filesystem::path& path) {
  demand_readable(path);
  const auto work = [&](WireWriter& wire) {
    Hdf5Columns columns = Hdf5Columns::of_file(path);
    const auto entries = list(columns);
    wire.put<std::uint64_t>(entries.size());
    for (const RecordingEntry& entry : entries) {
      wire.put_text(entry.sample);
      wire.put(entry.label);
    }
  };
  return in_child(path.string(), work, [](WireReader& wire) {
    std::vector<RecordingEntry> entries(wire.get_count());
    for (RecordingEntry& entry : entries) {
      entry.sample = wire.get_text();
      entry.label = wire.get<std::int32_t>();
    }
    return entries;
  });
}

}  // namespace ranvier::workloads
