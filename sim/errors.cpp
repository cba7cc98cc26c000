// SPDX-License-Identifier: Apache-2.0
#include "sim/errors.h"

#include <fmt/core.h>

namespace ranvier::sim {

EventsLost::EventsLost(CoreId core_, std::int32_t image_, std::int32_t step_, std::int64_t count_)
    : Error(
          ExitCode::kFunctionalMismatch,
          fmt::format(
              "core {}: relay buffer lost {} event{} in image {}, step {}; map anew, since a mapping that the verifier "
              "passes loses none, raise relay_buffer_events in the chip file, or allow loss",
              core_.value(), count_, count_ == 1 ? "" : "s", image_, step_)),
      core(core_),
      image(image_),
      step(step_),
      count(count_) {}

std::string MismatchWave::sentence() const {
  if (file.empty()) return {};
  const std::string outcome = !ended_by.empty() ? "which ended with: " + ended_by
                              : shows_it        ? fmt::format("which shows it at clock cycle {}", cycle)
                                                : "which does not show it: the two builds differ";
  return fmt::format("waveform {} of the check build, told the last {} events and fires again, {}", file, told,
                     outcome);
}

LockstepMismatch::LockstepMismatch(const Place& p, const std::string& what_differs, std::int64_t expected_,
                                   std::int64_t got_, const MismatchWave& wave_)
    : Error(ExitCode::kFunctionalMismatch,
            fmt::format("{} (tile {}{}): {} differs from the behavioural core in image {}, step {}, cycle {} of the "
                        "core, token {}, neuron {} ({} and {} in the tile): expected {}, got {}{}{}",
                        p.layer, p.tile.value(),
                        p.core.valid() ? fmt::format(", core {}", p.core.value()) : std::string(), what_differs,
                        p.image, p.step, p.cycle, p.token, p.neuron, p.token - p.first_token, p.neuron - p.first_neuron,
                        expected_, got_, wave_.file.empty() ? "" : "; ", wave_.sentence())),
      place(p),
      expected(expected_),
      got(got_),
      wave(wave_) {}

BadInputCodes::BadInputCodes(std::int32_t image_, std::size_t expected_codes, std::size_t got_codes)
    : Error(ExitCode::kBadInput,
            fmt::format("image {}: {} input codes, the program takes {}; convert the image with the "
                        "same model",
                        image_, got_codes, expected_codes)),
      image(image_) {}

BadInputCodes::BadInputCodes(std::int32_t image_, std::size_t position, std::int32_t code, std::int32_t code_max)
    : Error(ExitCode::kBadInput,
            fmt::format("image {}: input code {} at position {} is outside 0..{}; convert the image "
                        "with the same model",
                        image_, code, position, code_max)),
      image(image_) {}

UnknownLayer::UnknownLayer(const std::string& layer_, const std::string& nearest_)
    : Error(ExitCode::kUsage, fmt::format("no layer '{}' in the program{}", layer_,
                                          nearest_.empty() ? "; `ranvier map` lists the layers"
                                                           : fmt::format("; did you mean '{}'?", nearest_))),
      layer(layer_),
      nearest(nearest_) {}

UnknownCore::UnknownCore(const std::string& selection_, std::size_t cores, const std::string& reason)
    : Error(ExitCode::kUsage, fmt::format("'{}': {}; the board has cores 0..{}", selection_, reason, cores - 1)),
      selection(selection_) {}

NoSimpleTiming::NoSimpleTiming(const std::string& program, const std::string& reason)
    : Error(ExitCode::kUsage,
            fmt::format("--timing simple: {}: {}; leave --timing out, --fidelity times it", program, reason)) {}

NotOnRtl::NotOnRtl(const std::string& selection_, const std::string& layer_, const std::string& reason)
    : Error(ExitCode::kUsage,
            fmt::format("'{}': {} cannot run on an RTL core: {}; leave it out, or --rtl all takes what can", selection_,
                        layer_, reason)),
      selection(selection_),
      layer(layer_) {}

}  // namespace ranvier::sim
