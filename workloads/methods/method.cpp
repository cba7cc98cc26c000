// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/method.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/methods/spikezip_network.h"

namespace ranvier::workloads {
namespace {

/// The name in the list that `given` or its older form stands for. Throws UnknownMethod.
std::string canonical_method(const std::string& given) {
  std::vector<std::string> known;
  for (const MethodName& method : method_names()) {
    if (given == method.name || (!method.also.empty() && given == method.also)) return method.name;
    known.push_back(method.name);
  }
  throw UnknownMethod(given, known);
}

void refuse(const std::string& method, const std::string& option, bool given, const char* whose) {
  if (given) throw OptionOfAnotherMethod(method, option, fmt::format("is an option of {}", whose));
}

void check_options(const std::string& method, const MethodOptions& options) {
  if (method != "sta" && method != "ei-if") refuse(method, "units", !options.units.empty(), "sta and ei-if");
  if (method != "ei-if") refuse(method, "scale", !options.scale.empty(), "ei-if");
  if (method != "sta") refuse(method, "burst", options.burst.has_value(), "sta");
}

}  // namespace

const std::vector<MethodName>& method_names() {
  static const std::vector<MethodName> names = {
      {"spikezip", "stbif", "SpikeZIP-TF, You et al., ICML 2024", "ST-BIF encoders, exact at rest"},
  };
  return names;
}

MadeNetwork make_network(const VitModel& model, const MethodOptions& options) {
  const std::string method = canonical_method(options.method);
  check_options(method, options);
  MadeNetwork made;
  made.integer = convert(model, options.convert);
  made.program = made.integer;
  made.network = spikezip_network(made.integer, options.schedule, options.steps);
  return made;
}

std::unique_ptr<ConvertedNetwork> network_of(const Program& program, const MethodOptions& options) {
  const std::string method = canonical_method(program.method);
  check_options(method, options);
  return spikezip_network(program, options.schedule, options.steps);
}

OptionOfAnotherMethod::OptionOfAnotherMethod(const std::string& method_, const std::string& option_,
                                             const std::string& what)
    : Error(ExitCode::kUsage, fmt::format("--{}: {}; the method is {}", option_, what, method_)),
      method(method_),
      option(option_) {}

}  // namespace ranvier::workloads
