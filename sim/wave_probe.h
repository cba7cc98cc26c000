// SPDX-License-Identifier: Apache-2.0
// Signals of the network's routers over time, for a waveform viewer: buffers, credits, links, cycle by cycle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/quantities.h"
#include "sim/probe.h"
#include "sim/probe_spec.h"

namespace ranvier::sim {

/// Where signals go. First every signal is declared, then values come in order of time.
class WaveSink {
 public:
  virtual ~WaveSink() = default;
  /// Returns the signal's number. `scope` is a path with dots.
  virtual std::size_t declare(const std::string& scope, const std::string& name, int bits) = 0;
  /// No more declarations. All signals are unknown until they are set.
  virtual void start(const ProbeSpec& spec, Duration period) = 0;
  virtual void set(std::int64_t cycle, std::size_t signal, std::int64_t value) = 0;
  /// From this cycle on nothing is known until it is set again.
  virtual void set_all_unknown(std::int64_t cycle) = 0;
  virtual void finish(std::int64_t cycle) = 0;
};

/// Of each chosen router: by output link `valid` (a flit wins the switch for it), `ready` (its link is free and some
/// virtual channel has a credit), `busy`, and credits by virtual channel; by input and virtual channel the flits in the
/// buffer. `waves` outlives it.
std::unique_ptr<Probe> make_wave_probe(const ProbeSpec& spec, WaveSink& waves);

}  // namespace ranvier::sim
