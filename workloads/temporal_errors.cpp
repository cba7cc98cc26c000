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

UndescribedNir::UndescribedNir(const std::string& path_, const std::string& wanted)
    : Error(ExitCode::kBadInput, fmt::format("{}: a NIR file says nothing of steps and samples; describe them in {} "
                                             "beside it (docs/reference/nir.md)",
                                             path_, wanted)),
      path(path_) {}

NoSamples::NoSamples(const std::string& path_, const std::string& extension)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: no recording (*{}) found; name a recording or a folder of them", path_, extension)),
      path(path_) {}

BadLayeredLif::BadLayeredLif(const std::string& key_, const std::string& got_, const std::string& allowed)
    : Error(ExitCode::kUsage, fmt::format("layered-lif: {}={}; give --set {}= {}", key_, got_, key_, allowed)),
      key(key_),
      got(got_) {}

}  // namespace ranvier::workloads
