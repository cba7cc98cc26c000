// SPDX-License-Identifier: Apache-2.0
// Which parameters a node of each type has (NIR 1.0.7, nir/ir/*.py), and which values make sense for them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "workloads/graph/graph.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {
namespace {

enum class Kind : std::uint8_t { kNumber, kWhole, kWholeOrText, kText };
enum class Bound : std::uint8_t { kAny, kPositive, kNotNegative };

constexpr std::size_t kAnyRank = 8;
constexpr std::int64_t kMostWhole = std::int64_t{1} << 40;

struct Parameter {
  const char* name;
  Kind kind = Kind::kNumber;
  std::size_t least_rank = 0;
  std::size_t most_rank = kAnyRank;
  Bound bound = Bound::kAny;
  bool optional = false;
};

struct Schema {
  const char* type;
  std::vector<Parameter> parameters;
};

const std::vector<Schema>& schemas() {
  const Parameter weight{"weight", Kind::kNumber, 2};
  const Parameter bias{"bias", Kind::kNumber, 1};
  const Parameter shape{"shape", Kind::kWhole, 1, 1, Bound::kPositive};
  const Parameter input_shape{"input_shape", Kind::kWhole, 0, 1, Bound::kPositive, true};
  const Parameter stride{"stride", Kind::kWhole, 0, 1, Bound::kPositive};
  const Parameter padding{"padding", Kind::kWholeOrText, 0, 1, Bound::kNotNegative};
  const Parameter dilation{"dilation", Kind::kWhole, 0, 1, Bound::kPositive};
  const Parameter groups{"groups", Kind::kWhole, 0, 1, Bound::kPositive};
  const Parameter kernel_size{"kernel_size", Kind::kWhole, 0, 1, Bound::kPositive};
  const Parameter pool_padding{"padding", Kind::kWhole, 0, 1, Bound::kNotNegative};
  const Parameter r{"r"};
  const Parameter v_leak{"v_leak"};
  const Parameter v_threshold{"v_threshold"};
  const Parameter v_reset{"v_reset", Kind::kNumber, 0, kAnyRank, Bound::kAny, true};
  const Parameter w_in{"w_in", Kind::kNumber, 0, kAnyRank, Bound::kAny, true};
  const Parameter tau{"tau", Kind::kNumber, 0, kAnyRank, Bound::kPositive};
  const Parameter tau_syn{"tau_syn", Kind::kNumber, 0, kAnyRank, Bound::kPositive};
  const Parameter tau_mem{"tau_mem", Kind::kNumber, 0, kAnyRank, Bound::kPositive};
  static const std::vector<Schema> all{
      {"Input", {shape}},
      {"Output", {shape}},
      {"Affine", {weight, bias}},
      {"Linear", {weight}},
      {"Scale", {{"scale"}}},
      {"Conv1d", {input_shape, {"weight", Kind::kNumber, 3, 3}, stride, padding, dilation, groups, bias}},
      {"Conv2d", {input_shape, {"weight", Kind::kNumber, 4, 4}, stride, padding, dilation, groups, bias}},
      {"I", {r}},
      {"LI", {tau, r, v_leak}},
      {"IF", {r, v_threshold, v_reset}},
      {"LIF", {tau, r, v_leak, v_threshold, v_reset}},
      {"CubaLI", {tau_syn, tau_mem, r, v_leak, w_in}},
      {"CubaLIF", {tau_syn, tau_mem, r, v_leak, v_threshold, v_reset, w_in}},
      {"Delay", {{"delay", Kind::kNumber, 0, kAnyRank, Bound::kNotNegative}}},
      {"Threshold", {{"threshold"}}},
      {"Flatten",
       {{"start_dim", Kind::kWhole, 0, 1},
        {"end_dim", Kind::kWhole, 0, 1},
        {"input_type", Kind::kWhole, 0, 1, Bound::kPositive, true}}},
      {"SumPool2d", {kernel_size, stride, pool_padding}},
      {"AvgPool2d", {kernel_size, stride, pool_padding}},
      {"NIRGraph", {}},
  };
  return all;
}

/// Of the canonical graph's operators; which of them a node needs is up to import_canonical().
const std::vector<Parameter>& extension_parameters() {
  static const std::vector<Parameter> all{
      {"inputs", Kind::kText, 1, 1, Bound::kAny, true},
      {"weight", Kind::kNumber, 0, kAnyRank, Bound::kAny, true},
      {"bias", Kind::kNumber, 0, 1, Bound::kAny, true},
      {"integers", Kind::kWhole, 1, 1, Bound::kAny, true},
      {"axis", Kind::kWhole, 0, 0, Bound::kNotNegative, true},
      {"epsilon", Kind::kNumber, 0, 0, Bound::kNotNegative, true},
      {"function", Kind::kText, 0, 0, Bound::kAny, true},
      {"kernel", Kind::kWhole, 1, 1, Bound::kPositive, true},
      {"stride", Kind::kWhole, 1, 1, Bound::kPositive, true},
      {"dilation", Kind::kWhole, 1, 1, Bound::kPositive, true},
      {"padding", Kind::kWhole, 1, 1, Bound::kNotNegative, true},
      {"groups", Kind::kWhole, 0, 0, Bound::kPositive, true},
      {"count_padding", Kind::kWhole, 0, 0, Bound::kNotNegative, true},
  };
  return all;
}

const std::vector<Parameter>* parameters_of(const std::string& type) {
  if (type.starts_with("ranvier.")) {
    const auto& known = nir_types();
    return std::find(known.begin(), known.end(), type) == known.end() ? nullptr : &extension_parameters();
  }
  for (const Schema& schema : schemas()) {
    if (type == schema.type) return &schema.parameters;
  }
  return nullptr;
}

std::string type_text(const Hdf5Type& type) {
  switch (type.kind) {
    case Hdf5Type::Class::kFloat:
      return fmt::format("float{}", type.bytes * 8);
    case Hdf5Type::Class::kSigned:
      return fmt::format("int{}", type.bytes * 8);
    case Hdf5Type::Class::kUnsigned:
      return fmt::format("uint{}", type.bytes * 8);
    case Hdf5Type::Class::kBoolean:
      return "a boolean";
    case Hdf5Type::Class::kString:
      return "text";
  }
  return "";
}

class ParameterCheck {
 public:
  ParameterCheck(const Parameter& parameter, const Hdf5Value& value, const std::string& file, const std::string& place)
      : parameter_(parameter), value_(value), file_(file), place_(place) {}

  void run() const {
    const bool text = value_.type.kind == Hdf5Type::Class::kString;
    const bool whole = !text && value_.type.kind != Hdf5Type::Class::kFloat;
    switch (parameter_.kind) {
      case Kind::kNumber:
        if (text) refuse("numbers", type_text(value_.type));
        break;
      case Kind::kWhole:
        if (!whole) refuse("whole numbers", type_text(value_.type));
        break;
      case Kind::kWholeOrText:
        if (text) return check_padding_text();
        if (!whole) refuse("whole numbers, \"same\" or \"valid\"", type_text(value_.type));
        break;
      case Kind::kText:
        if (!text) refuse("text", type_text(value_.type));
        break;
    }
    if (value_.shape.size() < parameter_.least_rank || value_.shape.size() > parameter_.most_rank) {
      refuse(parameter_.least_rank == parameter_.most_rank
                 ? fmt::format("{} dimensions", parameter_.least_rank)
                 : fmt::format("{} to {} dimensions", parameter_.least_rank, parameter_.most_rank),
             fmt::format("shape [{}]", fmt::join(value_.shape, ", ")));
    }
    if (value_.count() == 0) refuse("a value", "no value");
    if (!text) check_values();
  }

 private:
  [[noreturn]] void refuse(const std::string& expected, const std::string& got) const {
    throw NirBadParameter(file_, place_, expected, got);
  }

  void check_padding_text() const {
    const std::string& text = std::get<std::vector<std::string>>(value_.values).empty()
                                  ? std::string()
                                  : std::get<std::vector<std::string>>(value_.values).front();
    if (value_.count() != 1 || (text != "same" && text != "valid"))
      refuse("whole numbers, \"same\" or \"valid\"", fmt::format("'{}'", text));
  }

  void check_values() const {
    std::visit(
        [&](const auto& values) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(values)>, std::vector<std::string>>) {
            for (std::size_t i = 0; i < values.size(); ++i) check(static_cast<double>(values[i]), i);
          }
        },
        value_.values);
  }

  void check(double v, std::size_t index) const {
    const bool in_range = std::isfinite(v) && (parameter_.kind != Kind::kWhole || std::abs(v) <= kMostWhole) &&
                          (parameter_.kind != Kind::kWholeOrText || std::abs(v) <= kMostWhole);
    if (!in_range) refuse("finite numbers of a sensible size", fmt::format("value {} is {}", index, v));
    if (parameter_.bound == Bound::kPositive && v <= 0)
      refuse("numbers above 0", fmt::format("value {} is {}", index, v));
    if (parameter_.bound == Bound::kNotNegative && v < 0)
      refuse("numbers from 0 on", fmt::format("value {} is {}", index, v));
  }

  const Parameter& parameter_;
  const Hdf5Value& value_;
  const std::string& file_;
  std::string place_;
};

/// The extents of a window or its parts: one number, or one a dimension.
void check_count(const NirNode& node, const char* name, std::size_t dimensions, const std::string& file,
                 const std::string& place) {
  if (!node.has(name) || node.storage.datasets.at(name).value.type.kind == Hdf5Type::Class::kString) return;
  const std::size_t got = node.storage.datasets.at(name).value.count();
  if (got == 1 || got == dimensions) return;
  throw NirBadParameter(file, fmt::format("{}/{}", place, name), fmt::format("1 or {} numbers", dimensions),
                        fmt::format("{} numbers", got));
}

}  // namespace

const std::vector<std::string>& nir_types() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const Schema& schema : schemas()) names.emplace_back(schema.type);
    for (const char* extension : {"Constant", "TokenLinear", "Convolution",   "Product",   "Add",        "Subtract",
                                  "Multiply", "Divide",      "ChannelAffine", "LayerNorm", "RmsNorm",    "Softmax",
                                  "Unary",    "Gelu",        "Reshape",       "Transpose", "Slice",      "Gather",
                                  "Concat",   "ReduceMean",  "ReduceSum",     "MaxPool",   "AveragePool"}) {
      names.push_back(std::string("ranvier.") + extension);
    }
    return names;
  }();
  return all;
}

void check_nir_node(const NirNode& node, const std::string& file, const std::string& place) {
  const std::vector<Parameter>* parameters = parameters_of(node.type);
  if (parameters == nullptr) throw NirUnknownType(file, place + "/type", node.type, nir_types());
  std::vector<std::string> known;
  for (const Parameter& parameter : *parameters) known.emplace_back(parameter.name);
  std::vector<std::string> there;
  for (const auto& [name, dataset] : node.storage.datasets) {
    if (name == "type") continue;
    there.push_back(name);
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end()) throw NirUnknownParameter(file, place + "/" + name, node.type, name, known);
    if (dataset.value.null) continue;
    ParameterCheck((*parameters)[static_cast<std::size_t>(at - known.begin())], dataset.value, file,
                   fmt::format("{}/{}", place, name))
        .run();
  }
  for (const Hdf5Group& group : node.storage.groups) {
    if (group.name != "metadata" && group.name != "input_type" && group.name != "output_type")
      throw NirUnknownParameter(file, place + "/" + group.name, node.type, group.name, known);
  }
  for (const Parameter& parameter : *parameters) {
    if (!parameter.optional && !node.has(parameter.name)) throw NirMissing(file, place, parameter.name, there);
  }
  const bool plane = node.type == "Conv2d" || node.type == "SumPool2d" || node.type == "AvgPool2d";
  if (!plane && node.type != "Conv1d") return;
  for (const char* name : {"input_shape", "stride", "padding", "dilation", "kernel_size"})
    check_count(node, name, plane ? 2 : 1, file, place);
  check_count(node, "groups", 1, file, place);
}

}  // namespace ranvier::workloads
