// SPDX-License-Identifier: Apache-2.0
// The lines that users read when a network over time or a recording is not what it should be.
#include "workloads/temporal_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ranvier::workloads {

BadTextNumber::BadTextNumber(const FilePlace& place_, const std::string& got_, const std::string& expected_)
    : Error(ExitCode::kBadInput, fmt::format("{}: '{}' is not {}; correct this line", place_.text(), got_, expected_)),
      place(place_),
      got(got_),
      expected(expected_) {}

DescriptionSyntax::DescriptionSyntax(const FilePlace& place_, const std::string& detail)
    : ConfigError(place_, "", fmt::format("not a YAML map of a network: {}", detail)) {}

WrongWeightCount::WrongWeightCount(const std::string& file_, const std::string& layer_, const std::string& shape,
                                   std::int64_t expected_, std::int64_t got_)
    : Error(ExitCode::kBadInput, fmt::format("{}: layer '{}': {} weights, {} needs {}; correct the layer's sizes or "
                                             "name its own file",
                                             file_, layer_, got_, shape, expected_)),
      file(file_),
      layer(layer_),
      expected(expected_),
      got(got_) {}

BadEventFile::BadEventFile(const std::string& file_, std::uint64_t bytes_, std::uint64_t event_bytes_)
    : Error(ExitCode::kBadInput,
            bytes_ == 0
                ? fmt::format("{}: holds no event; give a recording that is not empty", file_)
                : fmt::format(
                      "{}: byte {}: the file ends within an event of {} bytes; it was cut short or is no event file",
                      file_, bytes_ - bytes_ % event_bytes_, event_bytes_)),
      file(file_),
      bytes(bytes_),
      event_bytes(event_bytes_) {}

EventOutOfRange::EventOutOfRange(const std::string& file_, std::size_t event_, const std::string& quantity_,
                                 std::int64_t got_, std::int64_t least_, std::int64_t most_)
    : Error(ExitCode::kBadInput, fmt::format("{}: event {}: {} {} is outside {}..{}; is this a recording for this "
                                             "network's input?",
                                             file_, event_, quantity_, got_, least_, most_)),
      file(file_),
      event(event_),
      quantity(quantity_),
      got(got_),
      least(least_),
      most(most_) {}

BadSpikeTrain::BadSpikeTrain(const std::string& program_, std::size_t index_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, fmt::format("{}: input spikes: number {}: {}; give pairs (step, unit) in ascending "
                                             "order, each once",
                                             program_, index_, what_is_wrong)),
      program(program_),
      index(index_) {}

UnknownTemporalModel::UnknownTemporalModel(const std::string& path_, std::span<const std::string> shipped)
    : Error(ExitCode::kBadInput,
            fmt::format(
                "{}: holds no spiking.yaml, and not the files of a network that is known ({}); describe it in "
                "a spiking.yaml",
                path_,
                shipped.empty() ? "none found: set RANVIER_DATA_DIR" : fmt::format("{}", fmt::join(shipped, ", ")))),
      path(path_) {}

NoSamples::NoSamples(const std::string& path_, const std::string& extension)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: no recording (*{}) found; name a recording or a folder of them", path_, extension)),
      path(path_) {}

}  // namespace ranvier::workloads
