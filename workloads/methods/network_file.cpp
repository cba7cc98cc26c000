// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/network_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/file.h"
#include "workloads/check_program.h"
#include "workloads/methods/program_json.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kFormat = "ranvier-network";
constexpr const char* kConfigName = "config";
const std::string kNoDigest(64, '0');

std::string digest_field(const std::string& digest) { return "\"sha256\":\"" + digest + '"'; }

/// The digest stands in the header; it is taken over the file with zeros in its place.
std::string digest_of_bytes(std::vector<std::uint8_t> bytes, const std::string& written) {
  const std::string field = digest_field(written), zeros = digest_field(kNoDigest);
  const auto at = std::search(bytes.begin(), bytes.end(), field.begin(), field.end());
  if (at != bytes.end()) std::copy(zeros.begin(), zeros.end(), at);
  return sha256_hex(std::span<const std::uint8_t>(bytes));
}

std::string network_json(const ConvertedFile& network) {
  const VitModel& model = network.model;
  const nlohmann::ordered_json json = {{"program", program_to_json(network.program)},
                                       {kConfigName, nlohmann::ordered_json::parse(config_text(model.config))},
                                       {"input_zeros", model.input_zeros},
                                       {"input_steps", model.input_steps},
                                       {"class_names", model.class_names},
                                       {"data", model.data.kind == DataKind::kBundled  ? "bundled"
                                                : model.data.kind == DataKind::kSeeded ? "seeded"
                                                                                       : "none"},
                                       {"options", network.options},
                                       {"made_from", network.made_from}};
  return json.dump();
}

template <class T>
T field(const Json& json, const std::string& file, const char* key) {
  try {
    return json.at(key).get<T>();
  } catch (const Json::exception&) {
    throw BadNetworkFile(file, key, "is missing or of another kind");
  }
}

std::vector<double> input_numbers(const Json& json, const std::string& file, const char* key, std::size_t wanted,
                                  bool positive) {
  auto numbers = field<std::vector<double>>(json, file, key);
  if (!numbers.empty() && numbers.size() != wanted)
    throw BadNetworkFile(file, key, fmt::format("holds {} numbers, not none or {}", numbers.size(), wanted));
  for (const double number : numbers)
    if (!std::isfinite(number) || (positive && !(number > 0)))
      throw BadNetworkFile(file, key, "holds no proper number");
  return numbers;
}

/// What inputs are made into codes with has to fit the program's input stage.
void check_coding(const ConvertedFile& network, const std::string& file) {
  const VitConfig& c = network.model.config;
  const Stage& input = network.program.stages.front();
  if (input.tokens != c.tokens() || input.channels != c.in_channels() ||
      network.program.input_code_max != c.input_code_max() || network.program.stages.back().channels != c.classes)
    throw BadNetworkFile(file, kConfigName, "does not fit the program's input or head");
  const bool sequence = c.steps > 0;
  const VitModel& model = network.model;
  if (sequence && (model.input_steps.empty() || model.input_zeros.empty()))
    throw BadNetworkFile(file, "input_steps", "is needed for sequences, and input_zeros with it");
}

}  // namespace

BadNetworkFile::BadNetworkFile(const std::string& file_, const std::string& key_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, fmt::format("{}: {} {}; convert the network again", file_, key_, what_is_wrong)),
      file(file_),
      key(key_) {}

NetworkVersionDiffers::NetworkVersionDiffers(const std::string& file_, const std::string& version_)
    : Error(ExitCode::kBadInput, fmt::format("{}: a network file of version {}, this binary reads version {}; convert "
                                             "the network again",
                                             file_, version_, kNetworkFileVersion)),
      file(file_),
      version(version_) {}

NetworkDigestDiffers::NetworkDigestDiffers(const std::string& file_, const std::string& expected_,
                                           const std::string& got_)
    : Error(ExitCode::kBadInput, fmt::format("{}: the content hashes to {:.12}..., the file says {:.12}...; it was "
                                             "changed or damaged, copy or convert it again",
                                             file_, got_, expected_)),
      file(file_),
      expected(expected_),
      got(got_) {}

bool is_network_file(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == kNetworkFileEnding && fs::is_regular_file(path, ignored);
}

std::vector<std::uint8_t> network_bytes(const ConvertedFile& network) {
  const std::vector<NamedTensor> tensors = program_tensors(network.program);
  Metadata metadata = {{"format", kFormat},
                       {"version", std::to_string(kNetworkFileVersion)},
                       {"network", network_json(network)},
                       {"sha256", kNoDigest}};
  std::vector<std::uint8_t> bytes = safetensors_bytes(tensors, metadata);
  const std::string zeros = digest_field(kNoDigest);
  const std::string digest = digest_field(sha256_hex(std::span<const std::uint8_t>(bytes)));
  const auto at = std::search(bytes.begin(), bytes.end(), zeros.begin(), zeros.end());
  std::copy(digest.begin(), digest.end(), at);
  return bytes;
}

void write_network(const fs::path& path, const ConvertedFile& network) {
  write_file_atomically(path, std::span<const std::uint8_t>(network_bytes(network)));
}

ConvertedFile read_network(const fs::path& path) { return parse_network(read_bytes(path), path.string()); }

ConvertedFile parse_network(std::vector<std::uint8_t> bytes, const std::string& name) {
  const SafetensorsFile file = SafetensorsFile::parse(bytes, name);
  const auto entry = [&](const char* key) {
    const auto it = file.metadata().find(key);
    if (it == file.metadata().end()) throw BadNetworkFile(name, key, "is missing from the metadata");
    return it->second;
  };
  if (entry("format") != kFormat) throw BadNetworkFile(name, "format", fmt::format("is not {}", kFormat));
  if (entry("version") != std::to_string(kNetworkFileVersion)) throw NetworkVersionDiffers(name, entry("version"));
  const std::string written = entry("sha256");
  if (written.size() != kNoDigest.size()) throw BadNetworkFile(name, "sha256", "is no digest of 64 digits");
  const std::string digest = digest_of_bytes(std::move(bytes), written);
  if (digest != written) throw NetworkDigestDiffers(name, written, digest);

  Json json;
  try {
    json = Json::parse(entry("network"));
  } catch (const Json::exception&) {
    throw BadNetworkFile(name, "network", "is not JSON");
  }
  ConvertedFile network;
  network.program = program_from(field<Json>(json, name, "program"), file);
  check_program(network.program);
  VitModel& model = network.model;
  model.config = parse_config(field<Json>(json, name, kConfigName).dump(), name);
  const auto channels = static_cast<std::size_t>(model.config.in_channels());
  model.input_zeros = input_numbers(json, name, "input_zeros", channels, false);
  model.input_steps = input_numbers(json, name, "input_steps", channels, true);
  model.class_names = field<std::vector<std::string>>(json, name, "class_names");
  const auto data = field<std::string>(json, name, "data");
  if (data != "bundled" && data != "seeded" && data != "none")
    throw BadNetworkFile(name, "data", "is not bundled, seeded or none");
  model.data.kind = data == "bundled" ? DataKind::kBundled : data == "seeded" ? DataKind::kSeeded : DataKind::kFiles;
  model.weights_note = network.program.weights_note;
  model.files = {name};
  network.options = field<std::map<std::string, std::string>>(json, name, "options");
  network.made_from = field<std::map<std::string, std::string>>(json, name, "made_from");
  check_coding(network, name);
  return network;
}

}  // namespace ranvier::workloads
