// SPDX-License-Identifier: Apache-2.0
// Probes into memory, and the total f(X) that every encoder sees, straight from the codes of all stages.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/probes.h"
#include "sim/simulate.h"
#include "workloads/units.h"

namespace ranvier::sim::testing {

class MemoryTable final : public RowSink {
 public:
  void begin(const TableInfo& table) override { info = table; }
  void put(std::span<const std::int64_t> rows) override { values.insert(values.end(), rows.begin(), rows.end()); }
  void finish() override { finished = true; }

  std::size_t rows() const { return values.size() / info.columns.size(); }
  std::size_t column(const std::string& name) const {
    for (std::size_t c = 0; c < info.columns.size(); ++c) {
      if (info.columns[c].name == name) return c;
    }
    throw std::out_of_range("no column " + name);
  }
  std::int64_t at(std::size_t row, const std::string& name) const {
    return values[row * info.columns.size() + column(name)];
  }

  TableInfo info;
  std::vector<std::int64_t> values;
  bool finished = false;
};

/// A probe and its table.
struct Probed {
  explicit Probed(const std::string& spec) : probe(make_table_probe(parse_probe(spec), table)) {}
  MemoryTable table;
  std::unique_ptr<Probe> probe;
};

/// f(X) of integer-units.md, [token][channel], when all that the stages emitted so far (their codes; of `add` its sums)
/// has arrived. Written against the text, not with the cores.
inline std::vector<std::int64_t> encoder_totals(const workloads::Program& program, StageId id,
                                                const std::vector<std::vector<std::int32_t>>& codes) {
  using workloads::StageKind;
  const workloads::Stage& s = program.stage(id);
  const auto source = [&](std::size_t port) -> const workloads::Stage& { return program.stage(s.inputs[port].stage); };
  const auto code = [&](std::size_t port, std::int32_t token, std::int32_t channel) {
    const std::vector<std::int32_t>& of = codes[s.inputs[port].stage.value()];
    return static_cast<std::int64_t>(of[static_cast<std::size_t>(token * source(port).channels + channel)]);
  };
  const auto count = static_cast<std::size_t>(s.channels);
  std::vector<std::int64_t> all;
  for (std::int32_t t = 0; t < s.tokens; ++t) {
    std::vector<std::int32_t> x(count), y(count);
    for (std::int32_t c = 0; c < s.channels; ++c) {
      std::int64_t total = 0;
      if (s.kind == StageKind::kLinear) {
        const std::int32_t row = s.linear.bias_per_token ? t * s.channels : 0;
        if (!s.linear.bias.empty()) total = s.linear.bias[static_cast<std::size_t>(row + c)];
        for (std::int32_t in = 0; in < s.in_channels; ++in)
          total += s.linear.weight[static_cast<std::size_t>(in * s.channels + c)] * code(0, t, in);
      } else if (s.kind == StageKind::kScores) {
        const std::int32_t keys = s.channels / s.heads, width = source(0).channels / s.heads;
        for (std::int32_t d = 0; d < width; ++d)
          total += code(0, t, c / keys * width + d) * code(1, c % keys, c / keys * width + d);
      } else if (s.kind == StageKind::kMix) {
        const std::int32_t width = s.channels / s.heads, keys = source(1).tokens;
        for (std::int32_t k = 0; k < keys; ++k) total += code(0, t, c / width * keys + k) * code(1, k, c);
      } else {
        for (std::size_t p = 0; p < s.inputs.size(); ++p) total += s.inputs[p].gain * code(p, t, c);
      }
      x[static_cast<std::size_t>(c)] = y[static_cast<std::size_t>(c)] = static_cast<std::int32_t>(total);
    }
    if (s.kind == StageKind::kLayerNorm) workloads::layer_norm_row(x.data(), s.channels, s.layer_norm, y.data());
    if (s.kind == StageKind::kGelu)
      std::transform(x.begin(), x.end(), y.begin(), [&](std::int32_t v) { return workloads::gelu_value(v, s.gelu); });
    if (s.kind == StageKind::kScores) {
      const std::int32_t keys = s.channels / s.heads;
      for (std::int32_t h = 0; h < s.heads; ++h)
        workloads::softmax_row(x.data() + h * keys, keys, s.softmax, y.data() + h * keys);
    }
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

/// theta/2 + f(X) - theta S; the totals where there is no encoder.
inline std::int64_t potential_of(const workloads::Stage& s, std::int32_t channel, std::int64_t total,
                                 std::int32_t code) {
  if (!s.encoder.present) return total;
  const std::int64_t theta = s.encoder.threshold[static_cast<std::size_t>(channel)];
  return theta / 2 + total - theta * code;
}

}  // namespace ranvier::sim::testing
