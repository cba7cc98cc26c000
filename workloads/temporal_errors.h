// SPDX-License-Identifier: Apache-2.0
// Errors of networks over time: their descriptions, their weight files, and the spikes given to them. Wrong
// keys and values of a description are ConfigError's kinds (errors.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "workloads/errors.h"

namespace ranvier::workloads {

/// A text file holds something else where a number belongs.
struct BadTextNumber : Error {
  BadTextNumber(const FilePlace& place_, const std::string& got_, const std::string& expected_);
  FilePlace place;
  std::string got;
  std::string expected;
};

/// A description or a SLAYER network.yaml that is no YAML map.
struct DescriptionSyntax : ConfigError {
  DescriptionSyntax(const FilePlace& place, const std::string& detail);
};

/// A weight file does not hold as many numbers as its layer has weights.
struct WrongWeightCount : Error {
  WrongWeightCount(const std::string& file_, const std::string& layer_, const std::string& shape,
                   std::int64_t expected_, std::int64_t got_);
  std::string file;
  std::string layer;
  std::int64_t expected = 0;
  std::int64_t got = 0;
};

/// Input spikes given to a program are not pairs (step, unit) in ascending order and in range; `index` counts numbers.
struct BadSpikeTrain : Error {
  BadSpikeTrain(const std::string& program_, std::size_t index_, const std::string& what_is_wrong);
  std::string program;
  std::size_t index = 0;
};

/// A folder that neither holds a spiking.yaml nor the files of a shipped description.
struct UnknownTemporalModel : Error {
  UnknownTemporalModel(const std::string& path_, std::span<const std::string> shipped);
  std::string path;
};

/// A NIR file without a description of time and input.
struct UndescribedNir : Error {
  UndescribedNir(const std::string& path_, const std::string& wanted);
  std::string path;
};

/// A number of the layered conformance network (layered_lif.h) out of range; `key` as after --set.
struct BadLayeredLif : Error {
  BadLayeredLif(const std::string& key_, const std::string& got_, const std::string& allowed);
  std::string key;
  std::string got;
};

/// No recording where samples were looked for.
struct NoSamples : Error {
  NoSamples(const std::string& path_, const std::string& extension);
  std::string path;
};

}  // namespace ranvier::workloads
