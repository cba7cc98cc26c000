// SPDX-License-Identifier: Apache-2.0
// The published conversion methods by name (docs/explanation/methods.md): one way in for all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workloads/convert.h"
#include "workloads/methods/converted_network.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// What a method's name stands for; `also` is an older name of it.
struct MethodName {
  std::string name;
  std::string also;
  std::string source;  // paper
  std::string what;    // one line for --help and docs
};
const std::vector<MethodName>& method_names();

struct MethodOptions {
  std::string method = "spikezip";
  ConvertOptions convert;                       // bits, calibration images, threads
  int steps = 0;                                // 0: the method's usual (spikezip: until at rest)
  std::string units;                            // "table", or "ugo" (sta), "spiking" (ei-if); empty: the method's usual
  std::string scale;                            // ei-if: "static" or "dynamic"; empty: its usual
  std::optional<int> burst;                     // sta: half-size corrections a step
  std::optional<int> thresholds;                // ecmt
  std::string start;                            // sta, ecmt, rate: of potentials, "half" a unit or "zero"; empty: half
  Schedule schedule = Schedule::kStagedGraded;  // spikezip
};

/// A network in both forms: what runs, and the integer network of the same weights at rest to hold it against.
struct MadeNetwork {
  std::unique_ptr<ConvertedNetwork> network;
  Program integer;                 // of spikezip at the same number of bits; of ei-if with static scales its own
  std::optional<Program> program;  // what a network file holds of it; none where the method's network is no program
};

/// Throws UnknownMethod, OptionOfAnotherMethod, and what the method's conversion throws.
MadeNetwork make_network(const VitModel& model, const MethodOptions& options);

/// From a program that a network file held. Throws UnknownMethod, OptionOfAnotherMethod.
std::unique_ptr<ConvertedNetwork> network_of(const Program& program, const MethodOptions& options);

/// An option that the chosen method does not have, or a value that it does not know.
struct OptionOfAnotherMethod : Error {
  OptionOfAnotherMethod(const std::string& method_, const std::string& option_, const std::string& what);
  std::string method;
  std::string option;
};

}  // namespace ranvier::workloads
