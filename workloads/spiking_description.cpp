// SPDX-License-Identifier: Apache-2.0
// Keys of a network over time, with their bounds. Those of the neuron are Loihi's: 12-bit decays, 64 steps of delay.
#include "workloads/spiking_description.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "workloads/errors.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/yaml_keys.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostExtent = 4096;
constexpr std::int64_t kMostChannels = 1 << 16;
constexpr std::int64_t kMostSteps = 1'000'000;
constexpr std::int64_t kMostDecay = 4096;
constexpr std::int64_t kMostMantissa = 1 << 17;  // Loihi's threshold mantissa has 17 bits
constexpr std::int64_t kMostBias = 4096;         // 13 bits with sign
constexpr std::int64_t kMostDelay = 62;
constexpr std::int64_t kMostRefractory = 63;

/// Below it, bits of the weights would be dropped.
constexpr std::int64_t kLeastWeightExponent = -6;
constexpr std::int64_t kMostWeightExponent = 7;

std::int32_t narrow(std::int64_t value) { return static_cast<std::int32_t>(value); }

CubaParams parse_neuron(const YamlKeys& keys, CubaParams otherwise, bool complete) {
  keys.allow_only({"current_decay", "voltage_decay", "threshold_mantissa", "weight_exponent", "bias_mantissa",
                   "bias_exponent", "refractory_steps", "axon_delay_steps"});
  const auto needed = [&](const char* key, std::int64_t most, std::int32_t given) {
    return narrow(complete ? keys.whole(key, 0, most) : keys.whole(key, 0, most, given));
  };
  CubaParams n = otherwise;
  n.current_decay = needed("current_decay", kMostDecay, n.current_decay);
  n.voltage_decay = needed("voltage_decay", kMostDecay, n.voltage_decay);
  n.threshold_mantissa = needed("threshold_mantissa", kMostMantissa, n.threshold_mantissa);
  n.weight_exponent =
      narrow(keys.whole("weight_exponent", kLeastWeightExponent, kMostWeightExponent, n.weight_exponent));
  n.bias_mantissa = narrow(keys.whole("bias_mantissa", -kMostBias, kMostBias, n.bias_mantissa));
  n.bias_exponent = narrow(keys.whole("bias_exponent", 0, 7, n.bias_exponent));
  n.refractory_steps = narrow(keys.whole("refractory_steps", 0, kMostRefractory, n.refractory_steps));
  n.axon_delay_steps = narrow(keys.whole("axon_delay_steps", 1, kMostDelay, n.axon_delay_steps));
  return n;
}

SpikingLayer parse_layer(const YamlKeys& keys, const CubaParams& neuron) {
  keys.allow_only({"name", "type", "kernel", "stride", "padding", "channels", "weights", "neuron"});
  SpikingLayer layer;
  layer.name = keys.text("name");
  layer.place = keys.place_of("name");
  layer.weights = keys.text("weights");
  const std::string type = keys.text("type");
  if (type == "conv") {
    layer.type = SpikingLayerType::kConv;
  } else if (type == "pool") {
    layer.type = SpikingLayerType::kPool;
  } else if (type != "dense") {
    throw BadConfigValue(keys.place_of("type"), keys.path_of("type"), fmt::format("'{}'", type), "conv, pool or dense");
  }
  if (layer.type != SpikingLayerType::kDense) {
    const auto [height, width] = keys.whole_pair("kernel", 1, kMostExtent);
    layer.kernel_height = narrow(height);
    layer.kernel_width = narrow(width);
    const bool pool = layer.type == SpikingLayerType::kPool;
    layer.stride = narrow(keys.whole("stride", 1, kMostExtent, pool ? height : 1));
    layer.padding = narrow(keys.whole("padding", 0, kMostExtent, 0));
  } else {
    for (const char* key : {"kernel", "stride", "padding"}) {
      if (keys.has(key)) throw UnknownConfigKey(keys.place_of(key), keys.path_of(key), std::vector<std::string>{});
    }
  }
  if (layer.type != SpikingLayerType::kPool) layer.channels = narrow(keys.whole("channels", 1, kMostChannels, 0));
  layer.neuron = keys.has("neuron") ? parse_neuron(keys.map("neuron"), neuron, false) : neuron;
  return layer;
}

struct NamedFormat {
  const char* name;
  EventFormat format;
};
constexpr NamedFormat kFormats[] = {{"bs2", EventFormat::kBs2},
                                    {"nmnist", EventFormat::kNmnist},
                                    {"aedat", EventFormat::kAedat},
                                    {"csv", EventFormat::kCsv},
                                    {"hdf5", EventFormat::kHdf5}};

/// Throws UnknownConfigKey where a key is there that this coding has no use for.
void refuse_keys(const YamlKeys& keys, std::initializer_list<const char*> useless) {
  for (const char* key : useless) {
    if (keys.has(key)) throw UnknownConfigKey(keys.place_of(key), keys.path_of(key), std::vector<std::string>{});
  }
}

/// The value of a key that takes one of a few words; `otherwise` where it is missing.
template <class Value>
Value one_of(const YamlKeys& keys, const char* key, std::initializer_list<std::pair<const char*, Value>> words,
             Value otherwise) {
  if (!keys.has(key)) return otherwise;
  const std::string word = keys.text(key);
  std::vector<std::string> known;
  for (const auto& [name, value] : words) {
    if (word == name) return value;
    known.emplace_back(name);
  }
  throw BadConfigValue(keys.place_of(key), keys.path_of(key), fmt::format("'{}'", word),
                       fmt::format("{}", fmt::join(known, " or ")));
}

void parse_recordings(const YamlKeys& keys, EventInput& input) {
  refuse_keys(keys, {"step_time", "first_step", "first_neuron"});
  input.binning.step_microseconds = narrow(keys.whole("step_microseconds", 1, 1 << 23));
  // AEDAT counts from when the camera was switched on, or from 1970.
  input.binning.from_first_event = one_of(keys, "time_from", {std::pair{"zero", false}, std::pair{"first-event", true}},
                                          input.format == EventFormat::kAedat);
  const bool plain_times = input.format == EventFormat::kCsv || input.format == EventFormat::kHdf5;
  if (!plain_times) refuse_keys(keys, {"time_unit"});
  input.reading.time_unit = one_of(keys, "time_unit",
                                   {std::pair{"s", TimeUnit::kSeconds}, std::pair{"ms", TimeUnit::kMilliseconds},
                                    std::pair{"us", TimeUnit::kMicroseconds}, std::pair{"ns", TimeUnit::kNanoseconds}},
                                   TimeUnit::kUsual);
  if (input.format != EventFormat::kAedat) refuse_keys(keys, {"camera"});
  input.reading.camera = keys.text("camera", "");
  const auto cameras = camera_names();
  if (!input.reading.camera.empty() &&
      std::find(cameras.begin(), cameras.end(), input.reading.camera) == cameras.end()) {
    throw BadConfigValue(keys.place_of("camera"), keys.path_of("camera"), fmt::format("'{}'", input.reading.camera),
                         fmt::format("one of {}", fmt::join(cameras, ", ")));
  }
}

/// Sizes of [channels], [channels, length] or [channels, height, width].
void set_nir_input(SpikingDescription& d) {
  const NirNetwork network = make_nir_network(*d.nir);
  const NirShape shape = network.inputs.empty() ? NirShape{} : network.units[network.inputs.front()].out_shape;
  if (network.inputs.size() != 1 || shape.size() > 3)
    throw NirCannotLower(d.nir->path, "",
                         fmt::format("{} inputs, the first of {}; one of at most three dimensions",
                                     network.inputs.size(), nir_shape_text(shape)));
  for (const std::int64_t extent : shape) {
    if (extent > kMostChannels)
      throw NirCannotLower(d.nir->path, "", fmt::format("an input of {}", nir_shape_text(shape)));
  }
  d.in_channels = narrow(shape[0]);
  d.in_height = shape.size() == 3 ? narrow(shape[1]) : 1;
  d.in_width = shape.size() == 1 ? 1 : narrow(shape.back());
}

/// Keys of a network in a NIR file: what the file does not say about time and whole numbers.
NirLowering parse_lowering(const YamlKeys& keys) {
  NirLowering how;
  const std::vector<std::string> names{"step_seconds",      "integration", "currents",
                                       "decays_round_down", "weight_bits", "threshold_mantissa"};
  keys.allow_only(names);
  if (keys.has("step_seconds")) how.dt_seconds = keys.positive("step_seconds");
  how.integration = one_of(keys, "integration",
                           {std::pair{"forward-euler", NirIntegration::kForwardEuler},
                            std::pair{"exponential", NirIntegration::kExponential},
                            std::pair{"exponential-scaled", NirIntegration::kExponentialScaled}},
                           NirIntegration::kForwardEuler);
  how.integrate_per_step =
      one_of(keys, "currents", {std::pair{"per-step", true}, std::pair{"per-second", false}}, true);
  how.decays_round_down = keys.whole("decays_round_down", 0, 1, 0) != 0;
  how.weight_bits = narrow(keys.whole("weight_bits", 2, 16, how.weight_bits));
  how.threshold_mantissa = narrow(keys.whole("threshold_mantissa", 0, kMostMantissa, 0));
  return how;
}

void parse_input(const YamlKeys& keys, SpikingDescription& d) {
  keys.allow_only({"height", "width", "channels", "coding", "step_microseconds", "time_from", "time_unit", "camera",
                   "step_time", "first_step", "first_neuron", "samples", "labels"});
  if (d.nir) {
    refuse_keys(keys, {"height", "width", "channels"});
    set_nir_input(d);
  } else {
    d.in_height = narrow(keys.whole("height", 1, kMostExtent, 1));
    d.in_width = narrow(keys.whole("width", 1, kMostExtent, 1));
    d.in_channels = narrow(keys.whole("channels", 1, kMostChannels));
  }
  const std::string coding = keys.text("coding");
  const auto* named = std::find_if(std::begin(kFormats), std::end(kFormats),
                                   [&](const NamedFormat& format) { return coding == format.name; });
  if (named != std::end(kFormats)) {
    d.input.format = named->format;
    d.input.binning.geometry = {d.in_height, d.in_width, d.in_channels};
    parse_recordings(keys, d.input);
  } else if (coding == "time-neuron-text") {
    refuse_keys(keys, {"step_microseconds", "time_from", "time_unit", "camera"});
    d.input.step_time = keys.positive("step_time");
    d.input.first_step = narrow(keys.whole("first_step", 0, kMostSteps, 0));
    d.input.first_neuron = narrow(keys.whole("first_neuron", 0, 1, 0));
  } else {
    throw BadConfigValue(keys.place_of("coding"), keys.path_of("coding"), fmt::format("'{}'", coding),
                         "bs2, nmnist, aedat, csv, hdf5 or time-neuron-text");
  }
  d.input.sample_paths = keys.texts("samples");
  if (!keys.has("labels")) return;
  const YamlKeys labels = keys.map("labels");
  for (const std::string& name : labels.keys()) d.input.labels[name] = narrow(labels.whole(name, 0, kMostChannels));
}

YamlKeys top_keys(const std::string& text, const std::string& file) {
  YamlKeys keys = YamlKeys::parse(text, file);
  keys.allow_only(
      {"name", "note", "slayer_config", "timesteps", "input", "neuron", "weights", "layers", "nir", "lowering"});
  if (keys.has("nir")) refuse_keys(keys, {"slayer_config", "neuron", "weights", "layers"});
  if (!keys.has("nir")) refuse_keys(keys, {"lowering"});
  return keys;
}

}  // namespace

SlayerConfig parse_slayer_config(const std::string& text, const std::string& file) {
  const YamlKeys keys = YamlKeys::parse(text, file);
  SlayerConfig config;
  const YamlKeys simulation = keys.map("simulation");
  const double steps = std::round(simulation.positive("tSample") / simulation.positive("Ts"));
  if (!(steps >= 1 && steps <= static_cast<double>(kMostSteps))) {
    throw BadConfigValue(simulation.place_of("tSample"), "simulation.tSample", "another number of steps",
                         "tSample / Ts in 1..1000000");
  }
  config.timesteps = narrow(static_cast<std::int64_t>(steps));
  const YamlKeys neuron = keys.map("neuron");
  const std::string type = neuron.text("type");
  if (type != "LOIHI") throw BadConfigValue(neuron.place_of("type"), "neuron.type", fmt::format("'{}'", type), "LOIHI");
  config.neuron.threshold_mantissa = narrow(neuron.whole("vThMant", 0, kMostMantissa));
  config.neuron.voltage_decay = narrow(neuron.whole("vDecay", 0, kMostDecay));
  config.neuron.current_decay = narrow(neuron.whole("iDecay", 0, kMostDecay));
  // SLAYER's refDelay counts the spike's own step.
  config.neuron.refractory_steps = narrow(neuron.whole("refDelay", 1, kMostRefractory + 1, 1) - 1);
  config.neuron.weight_exponent = narrow(neuron.whole("wgtExp", kLeastWeightExponent, kMostWeightExponent, 0));
  if (keys.has("layer")) {
    // "34x34x2" or "16c5z" stand for convolutions, which the description lists itself.
    const auto plain = [](const std::string& dim) { return dim.find_first_not_of("0123456789") == std::string::npos; };
    const std::vector<YamlKeys> layers = keys.maps("layer");
    const bool dense =
        std::all_of(layers.begin(), layers.end(), [&](const YamlKeys& layer) { return plain(layer.text("dim")); });
    for (const YamlKeys& layer : layers) {
      if (dense) config.dims.push_back(narrow(layer.whole("dim", 1, kMostChannels)));
    }
  }
  return config;
}

std::vector<std::string> files_of_description(const std::string& text, const std::string& file) {
  const YamlKeys keys = top_keys(text, file);
  std::vector<std::string> all;
  if (keys.has("nir")) return {keys.text("nir")};
  if (keys.has("slayer_config")) all.push_back(keys.text("slayer_config"));
  for (const YamlKeys& layer : keys.maps("layers")) all.push_back(layer.text("weights"));
  return all;
}

SpikingDescription load_description(const std::string& text, const std::string& file,
                                    const std::filesystem::path& folder) {
  const YamlKeys keys = top_keys(text, file);
  SpikingDescription d;
  d.name = keys.text("name");
  d.note = keys.text("note", "");
  if (keys.has("nir")) {
    d.nir = read_nir(folder / keys.text("nir"));
    if (keys.has("lowering")) d.lowering = parse_lowering(keys.map("lowering"));
    d.timesteps = d.lowering.timesteps = narrow(keys.whole("timesteps", 1, kMostSteps));
    parse_input(keys.map("input"), d);
    return d;
  }
  d.slayer_config = keys.text("slayer_config", "");
  CubaParams neuron;
  if (!d.slayer_config.empty()) {
    const auto path = folder / d.slayer_config;
    const SlayerConfig config = parse_slayer_config(read_file(path), path.string());
    neuron = config.neuron;
    d.timesteps = config.timesteps;
    d.slayer_dims = config.dims;
  }
  const bool alone = d.slayer_config.empty();
  if (alone || keys.has("neuron")) neuron = parse_neuron(keys.map("neuron"), neuron, alone);
  d.timesteps =
      narrow(alone ? keys.whole("timesteps", 1, kMostSteps) : keys.whole("timesteps", 1, kMostSteps, d.timesteps));
  parse_input(keys.map("input"), d);
  if (keys.has("weights")) {
    const YamlKeys weights = keys.map("weights");
    weights.allow_only({"scale", "step"});
    d.weight_scale = weights.positive("scale");
    d.weight_step = narrow(weights.whole("step", 1, 256, 1));
  }
  for (const YamlKeys& layer : keys.maps("layers")) d.layers.push_back(parse_layer(layer, neuron));
  return d;
}

}  // namespace ranvier::workloads
