// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/method.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/methods/ei_if.h"
#include "workloads/methods/rate_convert.h"
#include "workloads/methods/spikezip_network.h"
#include "workloads/methods/ugo_units.h"

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

void check_choice(const std::string& method, const char* option, const std::string& given,
                  const std::vector<std::string>& known) {
  if (given.empty()) return;
  if (known.empty()) throw OptionOfAnotherMethod(method, option, "an option of other methods");
  if (std::find(known.begin(), known.end(), given) == known.end())
    throw OptionOfAnotherMethod(method, option, fmt::format("{} is none of {}", given, fmt::join(known, ", ")));
}

void check_options(const std::string& method, const MethodOptions& options) {
  using Choices = std::vector<std::string>;
  const bool sta = method == "sta", ei_if = method == "ei-if";
  check_choice(method, "units", options.units,
               sta     ? Choices{"table", "ugo"}
               : ei_if ? Choices{"table", "spiking"}
                       : Choices{});
  check_choice(method, "scale", options.scale, ei_if ? Choices{"static", "dynamic"} : Choices{});
  const bool rates = sta || method == "ecmt" || method == "rate";
  check_choice(method, "start", options.start, rates ? Choices{"half", "zero"} : Choices{});
  if (options.burst && !sta) throw OptionOfAnotherMethod(method, "burst", "an option of other methods");
  if (options.thresholds && method != "ecmt")
    throw OptionOfAnotherMethod(method, "thresholds", "an option of other methods");
}

RateUnitMaker rate_units(const MethodOptions& options) {
  return options.units == "ugo" ? ugo_units() : RateUnitMaker{};
}

MadeNetwork make_rate(const VitModel& model, const std::string& method, const MethodOptions& options) {
  RateOptions how;
  how.method = method;
  how.steps = options.steps > 0 ? options.steps : method == "sta" ? 32 : method == "ecmt" ? 8 : 64;
  how.burst = options.burst.value_or(how.burst);
  how.thresholds = options.thresholds.value_or(how.thresholds);
  how.half_start = options.start != "zero";
  how.calibration = options.convert.calibration;
  how.threads = options.convert.threads;
  MadeNetwork made;
  made.program = rate_program(model, how);
  made.network = std::make_unique<RateNetwork>(*made.program, rate_units(options));
  return made;
}

MadeNetwork make_ei_if(const VitModel& model, const MethodOptions& options) {
  EiIfOptions how;
  how.bits = options.convert.bits.value_or(how.bits);
  how.steps = options.steps;
  how.scale = options.scale == "dynamic" ? EiIfScale::kDynamic : EiIfScale::kStatic;
  how.units = options.units == "spiking" ? EiIfUnits::kSpiking : EiIfUnits::kTable;
  how.calibration = options.convert.calibration;
  how.threads = options.convert.threads;
  MadeNetwork made;
  if (how.scale == EiIfScale::kStatic && how.units == EiIfUnits::kTable) {
    made.program = ei_if_program(model, how);
    made.network = ei_if_network(*made.program);
  } else {
    made.network = convert_ei_if(model, how);
  }
  return made;
}

}  // namespace

const std::vector<MethodName>& method_names() {
  static const std::vector<MethodName> names = {
      {"spikezip", "stbif", "SpikeZIP-TF, You et al., ICML 2024", "ST-BIF encoders, exact at rest"},
      {"sta", "", "STA, Jiang et al., ICLR 2024", "signed IF with memory and burst, rates, training-free"},
      {"ecmt", "", "ECMT, Huang et al., ACM MM 2024", "multi-threshold neurons, expectation compensation"},
      {"ei-if", "", "BrainTransformers, 2024", "thermometer neurons, one window a stage"},
      {"rate", "", "Diehl et al., IJCNN 2015; Rueckauer et al., 2017", "classic IF, pairs of them where signed"},
  };
  return names;
}

MadeNetwork make_network(const VitModel& model, const MethodOptions& options) {
  const std::string method = canonical_method(options.method);
  check_options(method, options);
  MadeNetwork made;
  if (method == "ei-if") made = make_ei_if(model, options);
  if (method == "sta" || method == "ecmt" || method == "rate") made = make_rate(model, method, options);
  ConvertOptions integer = options.convert;
  if (method == "ei-if") integer.bits = integer.bits.value_or(EiIfOptions{}.bits);
  // What static scales and table units settle to is their own program at rest.
  made.integer = method == "ei-if" && made.program ? *made.program : convert(model, integer);
  if (method == "spikezip") {
    made.program = made.integer;
    made.network = spikezip_network(made.integer, options.schedule, options.steps);
  }
  return made;
}

std::unique_ptr<ConvertedNetwork> network_of(const Program& program, const MethodOptions& options) {
  const std::string method = canonical_method(program.method);
  check_options(method, options);
  if (method == "ei-if" && (options.scale == "dynamic" || options.units == "spiking"))
    throw OptionOfAnotherMethod(method, "units", "a network file holds static scales and table units");
  if (method == "ei-if") return ei_if_network(program);
  if (program.rate()) return std::make_unique<RateNetwork>(program, rate_units(options));
  return spikezip_network(program, options.schedule, options.steps);
}

OptionOfAnotherMethod::OptionOfAnotherMethod(const std::string& method_, const std::string& option_,
                                             const std::string& what)
    : Error(ExitCode::kUsage, fmt::format("--{}: {}; the method is {}", option_, what, method_)),
      method(method_),
      option(option_) {}

}  // namespace ranvier::workloads
