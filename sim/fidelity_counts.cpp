// SPDX-License-Identifier: Apache-2.0
#include "sim/fidelity_counts.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace ranvier::sim {
namespace {

/// A list of numbers with names, of one run; names in the order of the first run that has them.
using Named = std::map<std::string, Wide>;

CountComparison compare(const std::string& name, const ByFidelity<Named>& values) {
  CountComparison c{name, {}, true, {}};
  std::map<std::string, ByFidelity<Wide>> joined;
  for (std::size_t f = 0; f < kFidelities; ++f) {
    for (const auto& [key, value] : values[f]) {
      joined[key][f] = value;
      c.total[f] += value;
    }
  }
  for (const auto& [key, v] : joined) {
    if (v[0] == v[2] && v[1] == v[2]) continue;
    c.equal = false;
    c.first_difference = fmt::format("{}: analytic {}, fast {}, cycle {}", key, v[0], v[1], v[2]);
    break;
  }
  return c;
}

template <class Read>
CountComparison compare(const std::string& name, const ByFidelity<RunResult>& runs, Read&& read) {
  ByFidelity<Named> values;
  for (std::size_t f = 0; f < kFidelities; ++f) read(runs[f], values[f]);
  return compare(name, values);
}

std::string place(const RunResult& run, const LedgerEntry& e) {
  const std::string stage = e.stage.valid() ? run.layers[e.stage.value()].name : "no layer";
  const std::string core = e.core.valid() ? fmt::format("core {}", e.core.value()) : "no core";
  return fmt::format("component {:02} of {} on {}", static_cast<int>(e.component), stage, core);
}

void add_ledger(const RunResult& run, bool energy, Named& out) {
  for (const LedgerEntry& e : run.ledger) {
    if (!goes_by_time(e.component)) out[place(run, e)] += energy ? e.energy.exact() : e.count;
  }
}

}  // namespace

std::vector<CountComparison> compare_counts(const ByFidelity<RunResult>& runs) {
  const auto total = [&](const char* name, std::int64_t RunResult::*member) {
    return compare(name, runs, [&](const RunResult& r, Named& out) { out[name] = r.*member; });
  };
  std::vector<CountComparison> all{total("synaptic operations", &RunResult::synops),
                                   total("packets", &RunResult::packets), total("flit-hops", &RunResult::flit_hops),
                                   total("packet hops", &RunResult::hops)};
  all.push_back(compare("events by layer and step", runs, [](const RunResult& r, Named& out) {
    for (const LayerResult& layer : r.layers) {
      for (std::size_t s = 0; s < layer.events_by_step.size(); ++s)
        out[fmt::format("{} in step {}", layer.name, s)] = layer.events_by_step[s];
    }
  }));
  all.push_back(compare("steps", runs, [](const RunResult& r, Named& out) {
    for (std::size_t i = 0; i < r.images.size(); ++i) out[fmt::format("image {}", i)] = r.images[i].steps;
  }));
  all.push_back(compare("busy cycles by core", runs, [](const RunResult& r, Named& out) {
    for (const CoreResult& c : r.cores) out[fmt::format("core {}", c.core.value())] = c.busy.count();
  }));
  all.push_back(compare("flits by link", runs, [](const RunResult& r, Named& out) {
    for (const LinkResult& l : r.links) out[fmt::format("link {} -> {}", l.from.value(), l.to.value())] = l.flits;
  }));
  all.push_back(compare("lost events", runs, [](const RunResult& r, Named& out) { out["all cores"] = r.lost.total; }));
  all.push_back(compare("ledger counts", runs, [](const RunResult& r, Named& out) { add_ledger(r, false, out); }));
  all.push_back(
      compare("dynamic energy in aJ", runs, [](const RunResult& r, Named& out) { add_ledger(r, true, out); }));
  return all;
}

}  // namespace ranvier::sim
