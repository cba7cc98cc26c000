// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_approximators.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/data_folder.h"
#include "base/file.h"
#include "workloads/methods/ei_if_errors.h"

namespace ranvier::workloads {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLargest = std::int64_t{1} << 30;  // sums of them over all steps and channels fit 63 bits
constexpr std::size_t kMostSteps = 64, kMostParts = 4096;
constexpr const char* kFormat = "ranvier ei-if approximators 1";

class Parser {
 public:
  explicit Parser(const std::string& file) : file_(file) {}

  [[noreturn]] void fail(const std::string& place, const std::string& expected) const {
    throw ApproximatorFileError(file_, place, expected);
  }

  const Json& member(const Json& object, const std::string& place, const char* key) const {
    if (!object.is_object() || !object.contains(key)) fail(place, std::string("an object with \"") + key + '"');
    return object.at(key);
  }

  std::int64_t integer(const Json& value, const std::string& place, std::int64_t lowest = -kLargest,
                       std::int64_t highest = kLargest) const {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() || value.get<std::uint64_t>() < std::uint64_t{1} << 62);
    const std::int64_t number = fits ? value.get<std::int64_t>() : 0;
    if (!fits || number < lowest || number > highest)
      fail(place, "an integer in " + std::to_string(lowest) + ".." + std::to_string(highest));
    return number;
  }
  std::int64_t integer(const Json& object, const std::string& place, const char* key, std::int64_t lowest = -kLargest,
                       std::int64_t highest = kLargest) const {
    return integer(member(object, place, key), place + '.' + key, lowest, highest);
  }

  const Json& list(const Json& object, const std::string& place, const char* key, std::size_t most) const {
    const Json& value = member(object, place, key);
    if (!value.is_array() || value.empty() || value.size() > most)
      fail(place + '.' + key, "a list of 1 to " + std::to_string(most) + " entries");
    return value;
  }

  std::vector<std::int64_t> integers(const Json& object, const std::string& place, const char* key) const {
    std::vector<std::int64_t> numbers;
    for (const Json& value : list(object, place, key, kMostSteps)) numbers.push_back(integer(value, place + '.' + key));
    return numbers;
  }

  CustomNeuronParams neuron(const Json& json, const std::string& place, std::int64_t leak) const {
    CustomNeuronParams params{leak, CustomReset::kZero, integers(json, place, "threshold"),
                              integers(json, place, "amplitude")};
    if (params.threshold.size() != params.amplitude.size()) fail(place, "as many thresholds as amplitudes");
    return params;
  }

  std::int64_t leak(const Json& json, const std::string& place) const {
    return integer(json, place, "lambda", 0, std::int64_t{1} << 16);
  }

  SnnActivation activation(const Json& json, const std::string& place) const {
    SnnActivation result;
    if (!json.is_array() || json.empty() || json.size() > kMostSteps) fail(place, "a list of branches");
    for (const Json& branch : json) {
      const std::string at = place + '[' + std::to_string(result.branches.size()) + ']';
      SnnActivation::Branch made{integer(branch, at, "from"), {}};
      for (const Json& one : list(branch, at, "neurons", kMostSteps)) {
        CustomNeuronParams params{leak(one, at), CustomReset::kNone, integers(one, at, "delta"),
                                  integers(one, at, "amplitude")};
        if (params.threshold.size() != params.amplitude.size()) fail(at, "as many deltas as amplitudes");
        const std::int64_t theta0 = integer(one, at, "theta0");
        for (std::int64_t& threshold : params.threshold) threshold += theta0;
        made.neurons.push_back(std::move(params));
      }
      if (!result.branches.empty() && made.from >= result.branches.back().from) fail(at, "branches from high to low");
      result.branches.push_back(std::move(made));
    }
    return result;
  }

  std::vector<ApproximatorCell> cells(const Json& json, const std::string& place, std::int64_t leak) const {
    std::vector<ApproximatorCell> made;
    for (const Json& cell : list(json, place, "cells", kMostParts)) {
      const std::string at = place + ".cells[" + std::to_string(made.size()) + ']';
      made.push_back({integer(cell, at, "edge", 0), neuron(cell, at, leak)});
      if (made.size() > 1 && made.back().edge <= made[made.size() - 2].edge) fail(at, "cells in ascending order");
    }
    return made;
  }

  SnnSquare square(const Json& json) const {
    const std::string place = "square";
    SnnSquare made;
    const std::int64_t leak_all = leak(json, place);
    for (const Json& band : list(json, place, "bands", kMostSteps)) {
      const std::string at = place + ".bands[" + std::to_string(made.bands.size()) + ']';
      made.bands.push_back({integer(band, at, "from", 0), integer(band, at, "offset"), cells(band, at, leak_all)});
      if (made.bands.size() > 1 && made.bands.back().from <= made.bands[made.bands.size() - 2].from)
        fail(at, "bands in ascending order");
    }
    made.outlier_from = integer(json, place, "outlier_from", 1);
    made.outlier_offset = integer(json, place, "outlier_offset");
    made.outlier = neuron(member(json, place, "outlier"), place + ".outlier", leak_all);
    return made;
  }

  SnnRoot root(const Json& json) const {
    const std::string place = "root";
    SnnRoot made;
    made.cells = cells(json, place, leak(json, place));
    if (made.cells.front().edge < 1) fail(place + ".cells[0]", "an edge above 0");
    // A power of four has to bring every operand into the cells.
    made.end = integer(json, place, "end", std::max(4 * made.cells.front().edge, made.cells.back().edge) + 1);
    return made;
  }

 private:
  std::string file_;
};

}  // namespace

Approximators parse_approximators(const std::string& text, const std::string& file) {
  const Parser parser(file);
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) parser.fail("", "JSON");
  if (parser.member(json, "", "format") != kFormat) parser.fail("format", std::string("\"") + kFormat + '"');
  Approximators made;
  for (const char* name : {"silu", "gelu", "gelu_tanh", "quick_gelu"})
    made.activations[name] = parser.activation(
        parser.member(parser.member(json, "", "activations"), "activations", name), std::string("activations.") + name);
  made.square = parser.square(parser.member(json, "", "square"));
  made.root = parser.root(parser.member(json, "", "root"));
  return made;
}

Approximators load_approximators() {
  const std::filesystem::path relative = std::filesystem::path("workloads/models/ei-if/approximators.json");
  const std::filesystem::path found = find_data(relative);
  const std::filesystem::path path = found.empty() ? relative : found;
  return parse_approximators(read_file(path), path.string());
}

}  // namespace ranvier::workloads
