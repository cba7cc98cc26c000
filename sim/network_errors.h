// SPDX-License-Identifier: Apache-2.0
// What a user can get wrong about a network model: its dimensions, its preset, its traffic.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace ranvier::sim {

/// A parameter of the mesh outside what the model can hold.
struct NetworkParameterError : Error {
  NetworkParameterError(const std::string& parameter, std::int64_t value, std::int64_t least, std::int64_t most);
  std::string parameter;
  std::int64_t value;
  std::int64_t least;
  std::int64_t most;
};

/// A router preset that does not exist.
struct UnknownPreset : Error {
  explicit UnknownPreset(const std::string& preset);
  std::string preset;
};

/// A topology that does not exist.
struct UnknownTopology : Error {
  explicit UnknownTopology(const std::string& topology);
  std::string topology;
};

/// A switch allocator that does not exist.
struct UnknownAllocator : Error {
  explicit UnknownAllocator(const std::string& allocator);
  std::string allocator;
};

/// A traffic pattern that does not exist, or not on this mesh.
struct TrafficError : Error {
  TrafficError(const std::string& traffic, const std::string& reason);
  std::string traffic;
  std::string reason;
};

/// Rates of a sweep that lead nowhere, or are too many.
struct RateRangeError : Error {
  RateRangeError(double from, double to, double step, std::int64_t most_rates);
  double from, to, step;
};

/// A rate that is no share of a core's cycles.
struct RateError : Error {
  RateError(double rate, std::int32_t most);
  double rate;
};

}  // namespace ranvier::sim
