// SPDX-License-Identifier: Apache-2.0
// Neurons, state and distinct in-axons are limits of the partition itself. Synapse words and out axons depend on the
// parts: they enter as estimates, the tiles that come out are measured, and where one exceeds a core its stage is
// partitioned again under a tighter limit.
#include "mapper/neuron_partition.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/hypergraph/seeds.h"
#include "mapper/shared_sources.h"
#include "mapper/synapse_storage.h"
#include "mapper/tiler.h"
#include "workloads/renumber.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::mapper {

using hypergraph::Hypergraph;
using hypergraph::PartitionProblem;
using hypergraph::Parts;
using workloads::Program;
using workloads::Stage;

namespace {

constexpr std::int32_t kMostRounds = 40;
constexpr std::size_t kManyPins = 250'000;        // of a stage
constexpr std::size_t kTooManyPins = 20'000'000;  // of a random stage: as given, its refinement takes hours
constexpr double kLittleToFind = 0.15;            // nearness below it; random networks stay under 0.1
constexpr double kTighter = 0.97;                 // beyond what the excess asks for, so that rounds end

/// Limits of a part, tightened round by round.
struct StageLimits {
  std::int64_t neurons = 0;
  std::int64_t in_axons = 0;
  std::int64_t synapse_bits = 0;
};

bool partitioned(const Stage& stage) { return stage.sparse != nullptr && stage.channels > 1; }

/// Bits that one synapse of a long list takes in memory.
std::int64_t bits_of_synapse(const chips::CoreKind& core) {
  const std::int64_t alone = core.weight_bits.value + core.synapse_index_bits.value;
  const std::int64_t word = core.synapse_word_bits.value;
  if (word == 0) return alone;
  const std::int64_t each = std::max<std::int64_t>(1, (word - core.synapse_word_overhead_bits.value) / alone);
  return (word + each - 1) / each;
}

StageLimits limits_of(const chips::CoreKind& core, const Program& program, StageId stage) {
  Tile one;
  one.stage = stage;
  one.outputs = one.tokens = {0, 1};
  const std::int64_t state = std::max<std::int64_t>(1, state_bytes(program, one).context);
  std::int64_t synapses = core.synapse_memory.value.count();
  if (core.core_memory.value.count() > 0) synapses = std::min(synapses, core.core_memory.value.count());
  StageLimits limits;
  limits.neurons = std::min(core.neurons.value, core.state_memory.value.count() / state);
  limits.in_axons = core.fan_in_axons.value;
  limits.synapse_bits = 8 * synapses;
  return limits;
}

PartitionProblem problem_of(const Program& program, StageId stage, const chips::CoreKind& core, Hypergraph graph,
                            const StageLimits& limits) {
  const Stage& s = program.stage(stage);
  PartitionProblem problem;
  std::vector<std::int64_t> synapses(graph.vertices, 0);
  for (std::int32_t source = 0; source < s.sparse->sources(); ++source)
    s.sparse->for_each(source, {0, s.channels},
                       [&](std::int32_t target, std::int32_t) { ++synapses[static_cast<std::size_t>(target)]; });
  for (std::int64_t& n : synapses) n *= bits_of_synapse(core);
  problem.summed.push_back({"neurons", limits.neurons, std::vector<std::int64_t>(graph.vertices, 1)});
  problem.summed.push_back({"synapse_bits", limits.synapse_bits, std::move(synapses)});
  problem.shared.push_back(hypergraph::in_axons(graph, limits.in_axons));
  problem.graph = std::move(graph);
  return problem;
}

[[noreturn]] void fail(const Program& program, StageId stage, const std::string& resource, std::int64_t needed,
                       std::int64_t available) {
  throw DoesNotFit(
      {{resource, stage, program.stage(stage).name, CoreId(), needed, available, "a core of this chip"}},
      "no grid of this chip helps: a neuron and all its inputs stay on one core; take a chip with larger " + resource);
}

/// Counted before anything is partitioned: at full scale a graph takes more memory than the synapses.
void refuse_neurons(const Program& program, const std::vector<StageId>& stages, const chips::CoreKind& core) {
  std::vector<Shortfall> shortfalls;
  std::string which;
  for (const StageId id : stages) {
    const Stage& stage = program.stage(id);
    std::vector<std::int64_t> hears(static_cast<std::size_t>(stage.channels), 0);
    for (std::int32_t source = 0; source < stage.sparse->sources(); ++source)
      stage.sparse->for_each(source, {0, stage.channels},
                             [&](std::int32_t target, std::int32_t) { ++hears[static_cast<std::size_t>(target)]; });
    const std::int64_t most = *std::max_element(hears.begin(), hears.end());
    const std::int64_t limit = core.fan_in_axons.value;
    if (most <= limit) continue;
    const auto over = std::count_if(hears.begin(), hears.end(), [&](std::int64_t n) { return n > limit; });
    shortfalls.push_back({"fan_in_axons", id, stage.name, CoreId(), most, limit, "a core of this chip"});
    which += fmt::format("{}{} of {} neurons of {}", which.empty() ? "" : ", ", over, stage.channels, stage.name);
  }
  if (!shortfalls.empty())
    throw DoesNotFit(std::move(shortfalls),
                     fmt::format("no grid of this chip helps: a neuron and all its inputs stay on one core, and {} "
                                 "hear more sources than a core has axons; take a chip with larger fan_in_axons, or "
                                 "fewer synapses a neuron",
                                 which));
}

/// A part of a stage.
struct Place {
  std::size_t stage;
  hypergraph::Part part;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// By unit of `stage`: where its axon goes, sorted. Stages without parts are one.
std::vector<std::vector<Place>> places_reached(const Program& program, StageId stage, const std::vector<Parts>& parts) {
  std::vector<std::vector<Place>> reached(static_cast<std::size_t>(program.stage(stage).channels));
  for (std::size_t c = 1; c < program.stages.size(); ++c) {
    const Stage& consumer = program.stages[c];
    for (std::size_t port = 0; port < consumer.inputs.size(); ++port) {
      if (consumer.inputs[port].stage != stage || !consumer.sparse) continue;
      const std::int32_t first = workloads::first_source(program, consumer, port);
      for (std::size_t u = 0; u < reached.size(); ++u) {
        consumer.sparse->for_each(
            first + static_cast<std::int32_t>(u), {0, consumer.channels}, [&](std::int32_t target, std::int32_t) {
              const hypergraph::Part part = parts[c].empty() ? 0 : parts[c][static_cast<std::size_t>(target)];
              if (reached[u].empty() || reached[u].back() != Place{c, part}) reached[u].push_back({c, part});
            });
      }
    }
  }
  for (auto& places : reached) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
  }
  return reached;
}

/// Old numbers part by part; within a part neurons whose axons go to the same places are neighbours, because they then
/// are one flow. And where each part ends.
void set_parts(const Parts& parts, const std::vector<std::vector<Place>>& reached, std::vector<std::int32_t>& order,
               std::vector<Range>& ranges) {
  order.resize(parts.size());
  std::iota(order.begin(), order.end(), 0);
  const auto part = [&](std::int32_t neuron) { return parts[static_cast<std::size_t>(neuron)]; };
  const auto places = [&](std::int32_t neuron) -> const auto& { return reached[static_cast<std::size_t>(neuron)]; };
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return part(a) != part(b) ? part(a) < part(b) : places(a) < places(b);
  });
  ranges.clear();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto at = static_cast<std::int32_t>(i);
    if (i == 0 || part(order[i]) != part(order[i - 1])) ranges.push_back({at, at});
    ranges.back().end = at + 1;
  }
}

class NetworkPartition {
 public:
  NetworkPartition(const Program& program, const chips::Board& board, const NeuronPartitionOptions& options)
      : program_(program),
        board_(board),
        options_(options),
        limits_(program.stages.size()),
        assigned_(program.stages.size()),
        order_(program.stages.size()),
        connectivity_(program.stages.size(), 0) {
    result_.parts.resize(program.stages.size());
  }

  PartitionedNetwork run() {
    std::vector<StageId> stages;
    for (std::size_t s = 1; s < program_.stages.size(); ++s) {
      if (!partitioned(program_.stages[s])) continue;
      stages.emplace_back(s);
      limits_[s] = limits_of(board_.chip.core, program_, StageId(s));
      if (options_.most_neurons > 0) limits_[s].neurons = std::min(limits_[s].neurons, options_.most_neurons);
    }
    refuse_neurons(program_, stages, board_.chip.core);
    const std::vector<StageId> all = stages;
    for (result_.rounds = 1;; ++result_.rounds) {
      solve_all(stages);
      for (const StageId stage : all)
        set_parts(assigned_[stage.value()], places_reached(program_, stage, assigned_), order_[stage.value()],
                  result_.parts[stage.value()]);
      result_.program = workloads::renumbered(program_, order_);
      stages = tighten(make_problem(result_, board_));
      if (stages.empty()) break;
    }
    result_.connectivity = std::accumulate(connectivity_.begin(), connectivity_.end(), 0.0);
    return std::move(result_);
  }

 private:
  /// Stages do not touch each other: side by side, the first misfit by number is thrown.
  void solve_all(const std::vector<StageId>& stages) {
    std::vector<std::exception_ptr> failed(stages.size());
    std::atomic<std::size_t> next{0};
    std::mutex reporting;
    std::int64_t done = 0;
    hypergraph::Steps steps;
    if (options_.progress && stages.size() == 1)
      steps = [this](std::int64_t at, std::int64_t of) { options_.progress(result_.rounds, at, of); };
    const auto work = [&] {
      for (std::size_t i = next++; i < stages.size(); i = next++) {
        try {
          solve(stages[i], steps);
        } catch (...) {
          failed[i] = std::current_exception();
        }
        if (!options_.progress || stages.size() == 1) continue;
        const std::lock_guard lock(reporting);
        options_.progress(result_.rounds, ++done, static_cast<std::int64_t>(stages.size()));
      }
    };
    {
      std::vector<std::jthread> helpers;
      const auto threads = static_cast<std::size_t>(std::max(1, options_.threads));
      for (std::size_t t = 1; t < std::min(threads, stages.size()); ++t) helpers.emplace_back(work);
      work();
    }
    for (const auto& error : failed)
      if (error) std::rethrow_exception(error);
  }

  /// Later rounds begin with the parts of the round before: their limits are a little tighter. Large random networks,
  /// which multilevel partitioning betters little for all its work, begin with the given order.
  hypergraph::PartitionResult found_by_graph(std::size_t stage, const PartitionProblem& problem,
                                             const hypergraph::Steps& steps) const {
    hypergraph::PartitionOptions how{.effort = options_.effort,
                                     .seed = options_.seed,
                                     .threads = options_.threads,
                                     .few_starts = problem.graph.pins.items.size() > kManyPins,
                                     .progress = steps};
    Parts start = assigned_[stage];
    if (how.few_starts && how.effort != hypergraph::Effort::kBest &&
        nearness(problem.shared.front().items_of, problem.graph.pins.size()) < kLittleToFind) {
      how.effort = hypergraph::Effort::kFast;
      const bool as_given = problem.graph.pins.items.size() > kTooManyPins;
      if (start.empty() || as_given) start = fill_in_order(problem, order_as_given(problem.graph));
      if (as_given) {
        hypergraph::PartitionResult filled;
        filled.parts = std::move(start);
        return filled;
      }
    }
    if (!start.empty()) {
      auto refined = hypergraph::refine(problem, start, how);
      if (refined.valid()) return refined;
    }
    return hypergraph::partition(problem, how);
  }

  void solve(StageId stage, const hypergraph::Steps& steps) {
    const std::size_t s = stage.value();
    const PartitionProblem problem =
        problem_of(program_, stage, board_.chip.core, axons_into(program_, stage, options_.spikes), limits_[s]);
    Parts parts;
    if (options_.as_given) {
      parts = fill_in_order(problem, order_as_given(problem.graph));
    } else {
      const auto found = found_by_graph(s, problem, steps);
      if (!found.valid()) {
        const hypergraph::Excess& first = found.excess.front();
        fail(program_, stage, first.resource == "in_axons" ? "fan_in_axons" : first.resource, first.needed,
             first.limit);
      }
      parts = found.parts;
    }
    connectivity_[s] = hypergraph::connectivity(problem.graph, parts);
    assigned_[s] = std::move(parts);
  }

  /// Stages with a tile that does not fit, their limits lowered.
  std::vector<StageId> tighten(const MappingProblem& problem) {
    std::vector<StageId> again;
    std::vector<StageLimits> lower = limits_;
    for (const Tile& tile : problem.tiles) {
      const std::size_t s = tile.stage.value();
      if (s == 0 || result_.parts[s].empty()) continue;
      const auto excess = first_excess(board_.chip.core, tile.demand);
      if (!excess) continue;
      if (tile.outputs.size() == 1 || result_.rounds >= kMostRounds)
        fail(program_, tile.stage, excess->resource, excess->needed, excess->available);
      const double share = kTighter * static_cast<double>(excess->available) / static_cast<double>(excess->needed);
      const auto lowered = [&](std::int64_t limit) {
        return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(limit) * share));
      };
      if (excess->resource == "fan_in_axons")
        lower[s].in_axons = std::min(lower[s].in_axons, lowered(limits_[s].in_axons));
      else if (excess->resource == "synapse_memory" || excess->resource == "core_memory")
        lower[s].synapse_bits = std::min(lower[s].synapse_bits, lowered(limits_[s].synapse_bits));
      else
        lower[s].neurons = std::min<std::int64_t>(lower[s].neurons, lowered(tile.outputs.size()));
      if (again.empty() || again.back() != tile.stage) again.push_back(tile.stage);
    }
    limits_ = std::move(lower);
    return again;
  }

  const Program& program_;
  const chips::Board& board_;
  const NeuronPartitionOptions& options_;
  std::vector<StageLimits> limits_;               // by stage
  std::vector<Parts> assigned_;                   // by stage, then old number
  std::vector<std::vector<std::int32_t>> order_;  // by stage: old numbers by new
  std::vector<double> connectivity_;
  PartitionedNetwork result_;
};

}  // namespace

Hypergraph axons_into(const Program& program, StageId stage, const std::vector<std::vector<std::int32_t>>& spikes) {
  const Stage& s = program.stage(stage);
  Hypergraph graph;
  graph.vertices = static_cast<std::size_t>(s.channels);
  for (std::size_t port = 0; port < s.inputs.size(); ++port) {
    const StageId from = s.inputs[port].stage;
    const std::int32_t first = workloads::first_source(program, s, port);
    for (std::int32_t u = 0; u < program.stage(from).channels; ++u) {
      const std::size_t begin = graph.pins.items.size();
      if (from == stage) graph.pins.items.push_back(static_cast<std::uint32_t>(u));
      s.sparse->for_each(first + u, {0, s.channels}, [&](std::int32_t target, std::int32_t) {
        if (graph.pins.items.size() == begin) graph.pins.items.push_back(static_cast<std::uint32_t>(target));
        graph.pins.items.push_back(static_cast<std::uint32_t>(target));
      });
      if (graph.pins.items.size() <= begin + 1) {  // nobody listens
        graph.pins.items.resize(begin);
        continue;
      }
      graph.pins.offset.push_back(graph.pins.items.size());
      graph.weight.push_back(spikes.empty() ? 1.0 : 0.5 + spikes[from.value()][static_cast<std::size_t>(u)]);
    }
  }
  return graph;
}

PartitionedNetwork partition_neurons(const Program& program, const chips::Board& board,
                                     const NeuronPartitionOptions& options) {
  return NetworkPartition(program, board, options).run();
}

MappingProblem make_problem(const PartitionedNetwork& network, const chips::Board& board) {
  return make_cut_problem(network.program, board, Schedule::kTimesteps, network.parts);
}

void set_flow_events(MappingProblem& problem, const workloads::Activations& spikes) {
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    const StageId stage = problem.tiles[flow.source.value()].stage;
    const auto& counts = spikes.codes[stage.value()];
    const std::int32_t channels = problem.program->stage(stage).channels;
    double sum = 0;
    for (std::int32_t t = flow.tokens.begin; t < flow.tokens.end; ++t)
      for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c)
        sum += counts[static_cast<std::size_t>(t) * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)];
    problem.flow_events[f] = sum;
  }
}

}  // namespace ranvier::mapper
