// SPDX-License-Identifier: Apache-2.0
#include "cli/layered_workload.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "cli/common.h"
#include "mapper/tiler.h"

namespace ranvier::cli {
namespace {

constexpr const char* kExample = "write neurons=1024,density=0.1,rate=0.1,mapping=compact,steps=100";
constexpr std::int32_t kNeuronsOfCore = 256;  // compact
constexpr std::int32_t kCoresOfLayer = 32;    // spread

template <class T>
T number(const std::string& key, const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    throw UsageError("--set", fmt::format("'{}' is no number for {}; {}", text, key, kExample));
  return value;
}

void assign(LayeredWorkload& w, const std::string& key, const std::string& value) {
  if (key == "neurons") {
    w.net.neurons = number<std::int32_t>(key, value);
  } else if (key == "density") {
    w.net.density = number<double>(key, value);
  } else if (key == "rate") {
    w.net.rate = number<double>(key, value);
  } else if (key == "steps") {
    w.net.steps = number<std::int32_t>(key, value);
  } else if (key == "seed") {
    w.net.seed = number<std::uint64_t>(key, value);
  } else if (key == "mapping") {
    if (value != "compact" && value != "spread")
      throw UsageError("--set", fmt::format("mapping '{}' is neither compact nor spread", value));
    w.mapping = value;
  } else {
    throw UsageError("--set", fmt::format("unknown key '{}'; {}", key, kExample));
  }
}

std::int32_t parts_of_layer(const LayeredWorkload& w) {
  return w.mapping == "spread" ? kCoresOfLayer : w.net.neurons / kNeuronsOfCore;
}

}  // namespace

bool is_layered_workload(const std::string& name) { return name == workloads::kLayeredLif; }

LayeredWorkload parse_layered(const std::string& set) {
  LayeredWorkload w;
  std::set<std::string> given;
  for (std::size_t at = 0; at < set.size();) {
    const std::size_t end = std::min(set.find(',', at), set.size());
    const std::string part = set.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    if (!given.insert(key).second) throw UsageError("--set", fmt::format("{} is given twice", key));
    assign(w, key, equals == std::string::npos ? "" : part.substr(equals + 1));
  }
  const std::int32_t unit = w.mapping == "spread" ? kCoresOfLayer : kNeuronsOfCore;
  if (w.net.neurons < unit || w.net.neurons % unit != 0)
    throw UsageError("--set",
                     fmt::format("neurons={}: mapping {} takes a multiple of {}", w.net.neurons, w.mapping, unit));
  return w;
}

mapper::MappingProblem layered_problem(const LayeredWorkload& workload, const workloads::Program& program,
                                       const chips::Board& board) {
  const std::vector<std::int32_t> parts(program.stages.size(), parts_of_layer(workload));
  return mapper::make_cut_problem(program, board, workloads::Schedule::kTimesteps, parts);
}

std::string LayeredWorkload::description() const {
  return fmt::format(
      "Layered conformance network: {} layers of {} integrate-and-fire neurons, density {}, rate {}, {} "
      "steps, mapping {}; its weights are a hash",
      workloads::kLayeredLifLayers, net.neurons, net.density, net.rate, net.steps, mapping);
}

}  // namespace ranvier::cli
