// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/load_network.h"

#include <fmt/format.h>

#include <utility>

#include "workloads/methods/network_file.h"

namespace ranvier::workloads {

MethodNotOnChips::MethodNotOnChips(const std::string& network_, const std::string& method_)
    : Error(ExitCode::kBadInput, fmt::format("{}: converted by {}, and chip models run spikezip programs; convert it "
                                             "with --method spikezip, or execute it with ranvier convert",
                                             network_, method_)),
      network(network_),
      method(method_) {}

LoadedNetwork load_network(const std::string& name_or_path, const ConvertOptions& options) {
  if (is_network_file(name_or_path)) {
    ConvertedFile file = read_network(name_or_path);
    return {std::move(file.model), std::move(file.program), false};
  }
  LoadedNetwork loaded;
  loaded.model = load_model(name_or_path);
  loaded.program = convert(loaded.model, options);
  return loaded;
}

LoadedNetwork load_chip_network(const std::string& name_or_path, const ConvertOptions& options) {
  LoadedNetwork loaded = load_network(name_or_path, options);
  if (loaded.program.method != "spikezip") throw MethodNotOnChips(name_or_path, loaded.program.method);
  return loaded;
}

}  // namespace ranvier::workloads
