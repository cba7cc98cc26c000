// SPDX-License-Identifier: Apache-2.0
// One list of scalars and one of arrays, walked by writing and reading alike, so that the two cannot disagree.
#include "workloads/methods/program_json.h"

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <type_traits>

#include "workloads/methods/network_file.h"
#include "workloads/structure_names.h"

namespace ranvier::workloads {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::array<NamedChoice<StageKind>, 7> kKindNames = {{{"input", StageKind::kInput},
                                                               {"linear", StageKind::kLinear},
                                                               {"layer_norm", StageKind::kLayerNorm},
                                                               {"scores", StageKind::kScores},
                                                               {"mix", StageKind::kMix},
                                                               {"gelu", StageKind::kGelu},
                                                               {"add", StageKind::kAdd}}};
constexpr std::array<NamedChoice<NeuronKind>, 5> kNeuronNames = {{{"st_bif", NeuronKind::kStBif},
                                                                  {"signed_if", NeuronKind::kSignedIf},
                                                                  {"multi_threshold", NeuronKind::kMultiThreshold},
                                                                  {"if", NeuronKind::kIf},
                                                                  {"thermometer", NeuronKind::kThermometer}}};

/// Calls visit(key, value, default) for every scalar of a stage; what has its default is not written.
template <class Stage_, class Visit>
void for_each_scalar(Stage_& s, const Visit& visit) {
  static const Stage usual;
  visit("heads", s.heads, usual.heads);
  visit("code_scale", s.code_scale, usual.code_scale);
  visit("encoder", s.encoder.present, usual.encoder.present);
  visit("lo", s.encoder.lo, usual.encoder.lo);
  visit("hi", s.encoder.hi, usual.encoder.hi);
  visit("levels", s.encoder.levels, usual.encoder.levels);
  visit("initial", s.encoder.initial, usual.encoder.initial);
  visit("bias_per_token", s.linear.bias_per_token, usual.linear.bias_per_token);
  visit("epsilon", s.layer_norm.epsilon, usual.layer_norm.epsilon);
  visit("normalise", s.layer_norm.normalise, usual.layer_norm.normalise);
  visit("softmax_scale", s.softmax.scale, usual.softmax.scale);
  visit("first_code", s.gelu.first_code, usual.gelu.first_code);
  visit("fraction_bits", s.gelu.fraction_bits, usual.gelu.fraction_bits);
}

/// Calls visit(name, values) for every array of a stage.
template <class Stage_, class Visit>
void for_each_array(Stage_& s, const Visit& visit) {
  visit("threshold", s.encoder.threshold);
  visit("weight", s.linear.weight);
  visit("bias", s.linear.bias);
  visit("norm_gain", s.layer_norm.gain);
  visit("norm_bias", s.layer_norm.bias);
  visit("table", s.gelu.table);
}

std::string tensor_name(std::size_t stage, const char* array) { return std::to_string(stage) + "." + array; }

/// Reads the keys of one object and refuses those that nobody asked for.
class ObjectReader {
 public:
  ObjectReader(const Json& json, const std::string& file, std::string place)
      : json_(json), file_(file), place_(std::move(place)) {
    if (!json.is_object()) fail("", "is not an object");
  }
  ~ObjectReader() = default;

  template <class T>
  void read(const char* key, T& value) {
    if (!json_.contains(key)) fail(key, "is missing");
    read_if_there(key, value);
  }

  template <class T>
  void read_if_there(const char* key, T& value) {
    known_.insert(key);
    const auto it = json_.find(key);
    if (it == json_.end()) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (!it->is_boolean()) fail(key, "is not true or false");
      value = it->template get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!it->is_string()) fail(key, "is not text");
      value = it->template get<std::string>();
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!it->is_number()) fail(key, "is not a number");
      value = it->template get<T>();
    } else {
      value = whole<T>(*it, key);
    }
  }

  template <class T>
  T whole(const Json& number, const std::string& key) const {
    const bool wraps = number.is_number_unsigned() &&
                       number.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (!number.is_number_integer() || wraps || number.get<std::int64_t>() < std::numeric_limits<T>::min() ||
        number.get<std::int64_t>() > std::numeric_limits<T>::max())
      fail(key, "is not a whole number that fits");
    return static_cast<T>(number.get<std::int64_t>());
  }

  template <class Choice, std::size_t kCount>
  void read_choice(const char* key, const std::array<NamedChoice<Choice>, kCount>& names, Choice& choice) {
    std::string word = choice_name(names, choice);
    read_if_there(key, word);
    for (const auto& named : names)
      if (word == named.name) {
        choice = named.choice;
        return;
      }
    fail(key, "has the unknown value " + word);
  }

  void refuse_the_rest() const {
    for (const auto& [key, unused] : json_.items())
      if (!known_.contains(key)) fail(key, "is unknown to this version");
  }

  const Json& array(const char* key) {
    known_.insert(key);
    const auto it = json_.find(key);
    if (it == json_.end() || !it->is_array()) fail(key, "is not a list");
    return *it;
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw BadNetworkFile(file_, key.empty() ? place_ : place_ + "." + key, what);
  }

 private:
  const Json& json_;
  const std::string& file_;
  std::string place_;
  std::set<std::string> known_;
};

void read_inputs(ObjectReader& reader, Stage& stage) {
  for (const Json& input : reader.array("inputs")) {
    if (!input.is_array() || input.size() != 2) reader.fail("inputs", "holds something that is no pair");
    const auto from = reader.whole<std::int32_t>(input[0], "inputs");
    if (from < 0) reader.fail("inputs", "names a stage below 0");
    stage.inputs.push_back({StageId(static_cast<std::size_t>(from)), reader.whole<std::int32_t>(input[1], "inputs")});
  }
}

void read_array(const SafetensorsFile& file, const std::string& name, std::vector<std::int8_t>& values) {
  values = file.i8(name, {-1});
}
void read_array(const SafetensorsFile& file, const std::string& name, std::vector<std::int32_t>& values) {
  values = file.i32(name, {-1});
}
NamedTensor tensor(std::string name, const std::vector<std::int8_t>& values) {
  return i8_tensor(std::move(name), {static_cast<std::int64_t>(values.size())}, values);
}
NamedTensor tensor(std::string name, const std::vector<std::int32_t>& values) {
  return i32_tensor(std::move(name), {static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace

OrderedJson program_to_json(const Program& program) {
  OrderedJson json = {{"name", program.name},
                      {"method", program.method},
                      {"rate_steps", program.rate_steps},
                      {"input_code_max", program.input_code_max},
                      {"weights_note", program.weights_note}};
  OrderedJson& stages = json["stages"] = OrderedJson::array();
  for (const Stage& stage : program.stages) {
    OrderedJson s = {{"name", stage.name},
                     {"kind", choice_name(kKindNames, stage.kind)},
                     {"tokens", stage.tokens},
                     {"channels", stage.channels},
                     {"in_channels", stage.in_channels}};
    s["inputs"] = OrderedJson::array();
    for (const StageInput& input : stage.inputs) s["inputs"].push_back({input.stage.value(), input.gain});
    if (stage.encoder.present) s["neuron"] = choice_name(kNeuronNames, stage.encoder.neuron);
    for_each_scalar(stage, [&](const char* key, const auto& value, const auto& usual) {
      if (value != usual) s[key] = value;
    });
    stages.push_back(std::move(s));
  }
  return json;
}

std::vector<NamedTensor> program_tensors(const Program& program) {
  std::vector<NamedTensor> tensors;
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    for_each_array(program.stages[s], [&](const char* array, const auto& values) {
      if (!values.empty()) tensors.push_back(tensor(tensor_name(s, array), values));
    });
  return tensors;
}

Program program_from(const Json& json, const SafetensorsFile& file) {
  Program program;
  ObjectReader reader(json, file.path(), "program");
  reader.read("name", program.name);
  reader.read("method", program.method);
  reader.read("rate_steps", program.rate_steps);
  reader.read("input_code_max", program.input_code_max);
  reader.read("weights_note", program.weights_note);
  std::set<std::string> wanted;
  for (const Json& entry : reader.array("stages")) {
    const std::size_t s = program.stages.size();
    Stage stage;
    ObjectReader of_stage(entry, file.path(), "program.stages[" + std::to_string(s) + "]");
    of_stage.read("name", stage.name);
    of_stage.read_choice("kind", kKindNames, stage.kind);
    of_stage.read("tokens", stage.tokens);
    of_stage.read("channels", stage.channels);
    of_stage.read("in_channels", stage.in_channels);
    read_inputs(of_stage, stage);
    of_stage.read_choice("neuron", kNeuronNames, stage.encoder.neuron);
    for_each_scalar(stage,
                    [&](const char* key, auto& value, const auto& /*usual*/) { of_stage.read_if_there(key, value); });
    of_stage.refuse_the_rest();
    for_each_array(stage, [&](const char* array, auto& values) {
      const std::string name = tensor_name(s, array);
      if (file.has(name)) read_array(file, name, values), wanted.insert(name);
    });
    program.stages.push_back(std::move(stage));
  }
  reader.refuse_the_rest();
  for (const std::string& name : file.names())
    if (!wanted.contains(name)) throw BadNetworkFile(file.path(), name, "is a tensor of no stage");
  return program;
}

}  // namespace ranvier::workloads
