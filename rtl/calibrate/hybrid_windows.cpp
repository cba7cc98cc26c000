// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/hybrid_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "rtl/calibrate/toggle_reader.h"
#include "rtl/hybrid/hybrid_core.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "sim/engine_cores.h"

namespace ranvier::rtl {
namespace {

/// The recorded program with other thresholds, even and within the core's range.
workloads::Program with_thresholds(const RecordedHybridTile& recorded, double scale) {
  workloads::Program program = *recorded.spec.program;
  if (scale == 1) return program;
  for (std::int32_t& t : program.stages[static_cast<std::size_t>(recorded.spec.tile.stage.value())].encoder.threshold)
    t = std::clamp(2 * static_cast<std::int32_t>(std::lround(t * scale / 2)), 2, kHybridThresholdMax);
  return program;
}

class HybridWindowRunner {
 public:
  HybridWindowRunner(const RecordedHybridTile& recorded, const WindowOptions& options)
      : program_(with_thresholds(recorded, options.threshold_scale)), options_(options), what_(recorded.layer) {
    sim::TileSpec spec = recorded.spec;
    spec.program = &program_;
    tile_ = hybrid_tile(spec);
    auto port = make_check_hybrid_port(1);
    port_ = port.get();
    reader_ = std::make_unique<ToggleReader>(options.work_dir,
                                             [this](const std::filesystem::path& p) { port_->write_coverage(p); });
    rtl_ = make_hybrid_core(spec, std::move(port));
    golden_ = sim::make_model_core(spec);
    toggles_before_ = reader_->sum();
    cycles_before_ = port_->cycles();
  }

  void image(const std::vector<RecordedHybridTile::Told>& told, bool waits) {
    const std::int64_t loading = port_->cycles();
    const double before = reader_->sum();
    golden_->begin_image();
    rtl_->begin_image();
    toggles_before_ += reader_->sum() - before;  // loading is not work
    cycles_before_ += port_->cycles() - loading;
    potentials_ = golden_->potentials();
    for (const RecordedHybridTile::Told& t : told) {
      const sim::CoreCounters was = rtl_->counters();
      if (t.tick) {
        tick();
      } else {
        golden_->receive(t.event, Cycles(0));
        rtl_->receive(t.event, Cycles(0));
      }
      count(was, rtl_->counters(), t.event.port);
      if (t.tick && waits) wait();
      if (port_->cycles() - cycles_before_ >= options_.cycles) close_window();
    }
  }
  std::vector<ToggleWindow> take() { return std::move(windows_); }

 private:
  double& of(ToggleKind kind) { return window_.counts[static_cast<std::size_t>(kind)]; }

  void tick() {
    std::vector<sim::Emission> expected, got;
    golden_->fire(expected);
    rtl_->fire(got);
    // The order of neurons within a step is the core's own affair.
    const auto place_and_value = [](const sim::Emission& e) { return std::tuple(e.token, e.channel, e.value); };
    std::ranges::sort(expected, {}, place_and_value);
    std::ranges::sort(got, {}, place_and_value);
    if (std::ranges::equal(expected, got, {}, place_and_value, place_and_value)) return;
    const auto [e, g] = std::ranges::mismatch(expected, got, {}, place_and_value, place_and_value);
    const auto text = [](auto at, const auto& all) {
      return at == all.end() ? std::string("none")
                             : fmt::format("{} of token {}, {}", at->value, at->token, at->channel);
    };
    throw std::logic_error(
        fmt::format("rv_hybrid_core and the behavioural core differ under recorded traffic of {}: "
                    "of {} events the first is {}, got {}, {}",
                    what_, expected.size(), text(e, expected), got.size(), text(g, got)));
  }

  /// What the core did between two readings of its counters.
  void count(const sim::CoreCounters& was, const sim::CoreCounters& is, std::int32_t port) {
    const auto adds = static_cast<double>(is.adds + is.multiply_adds - was.adds - was.multiply_adds);
    const auto mapped = static_cast<double>(is.map_values - was.map_values);
    of(ToggleKind::kEventIn) += static_cast<double>(is.events_in - was.events_in);
    of(tile_.events != HybridEvents::kProduct ? ToggleKind::kSynapticAdd
       : port == 0                            ? ToggleKind::kRowAdd
                                              : ToggleKind::kColumnAdd) += adds;
    of(ToggleKind::kDenseAdd) += static_cast<double>(is.dense_multiply_adds - was.dense_multiply_adds);
    of(ToggleKind::kNeuronUpdate) += static_cast<double>(is.soma_updates - was.soma_updates);
    of(ToggleKind::kSpikeOut) += static_cast<double>(is.spikes - was.spikes);
    of(tile_.map == HybridMap::kTable     ? ToggleKind::kTableValue
       : tile_.map == HybridMap::kSoftmax ? ToggleKind::kSoftmaxValue
                                          : ToggleKind::kNormValue) += mapped;
    const std::vector<std::int64_t> now = golden_->potentials();
    for (std::size_t i = 0; i < std::min(now.size(), potentials_.size()); ++i)
      of(ToggleKind::kSignChange) += (now[i] < 0) != (potentials_[i] < 0);
    potentials_ = now;
  }

  void wait() {
    const double before = reader_->sum();
    for (std::int64_t i = 0; i < options_.idle_cycles; ++i) port_->cycle();
    window_.idle_toggles += reader_->sum() - before;
    of(ToggleKind::kIdleCycle) += static_cast<double>(options_.idle_cycles);
  }

  void close_window() {
    const double now = reader_->sum();
    window_.what = what_;
    window_.toggles = now - toggles_before_;
    window_.cycles = port_->cycles() - cycles_before_;
    windows_.push_back(std::exchange(window_, {}));
    toggles_before_ = now;
    cycles_before_ = port_->cycles();
  }

  workloads::Program program_;
  WindowOptions options_;
  std::string what_;
  HybridTile tile_;
  HybridCorePort* port_ = nullptr;  // of rtl_
  std::unique_ptr<ToggleReader> reader_;
  std::unique_ptr<sim::CoreModel> rtl_, golden_;
  std::vector<std::int64_t> potentials_;
  ToggleWindow window_;
  double toggles_before_ = 0;
  std::int64_t cycles_before_ = 0;
  std::vector<ToggleWindow> windows_;
};

}  // namespace

std::string hybrid_work(const sim::TileSpec& spec) {
  const HybridTile tile = hybrid_tile(spec);
  const std::string how = tile.dense ? "dense " : "";
  if (tile.map == HybridMap::kTable) return "table";
  if (tile.map == HybridMap::kLayerNorm) return "layer norm";
  if (tile.map == HybridMap::kAffine) return "affine";
  if (tile.map == HybridMap::kCutNorm) return "cut layer norm";
  if (tile.map == HybridMap::kStatistics) return "statistics";
  if (tile.events == HybridEvents::kProduct) return how + (tile.key_to_row ? "mix" : "scores");
  return tile.events == HybridEvents::kElements ? "sum" : how + "linear";
}

std::vector<ToggleWindow> hybrid_toggle_windows(const RecordedHybridTile& recorded, const WindowOptions& options) {
  HybridWindowRunner runner(recorded, options);
  for (std::size_t i = 0; i < options.images && options.first_image + i < recorded.images.size(); ++i)
    runner.image(recorded.images[options.first_image + i], i % 2 == 1);
  return runner.take();
}

}  // namespace ranvier::rtl
