// SPDX-License-Identifier: Apache-2.0
// A network from wherever: a workload that is converted on the way, or a network file that was converted before.
#pragma once

#include <string>

#include "workloads/convert.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct LoadedNetwork {
  VitModel model;  // of a network file: what its inputs are coded with, and no weights
  Program program;
  bool has_float = true;  // the model has its weights
};

/// Throws what load_model, convert and read_network throw.
LoadedNetwork load_network(const std::string& name_or_path, const ConvertOptions& options = {});

/// The same, of programs that chips run: rate semantics and thermometer neurons exist as software here. Throws
/// MethodNotOnChips.
LoadedNetwork load_chip_network(const std::string& name_or_path, const ConvertOptions& options = {});

struct MethodNotOnChips : Error {
  MethodNotOnChips(const std::string& network_, const std::string& method_);
  std::string network;
  std::string method;
};

}  // namespace ranvier::workloads
