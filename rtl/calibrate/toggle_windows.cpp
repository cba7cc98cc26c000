// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/toggle_windows.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "rtl/calibrate/toggle_reader.h"
#include "rtl/golden_core.h"
#include "rtl/spike_core_driver.h"

namespace ranvier::rtl {
namespace {

CoreTile with_thresholds(CoreTile tile, double scale) {
  if (scale == 1) return tile;
  for (std::size_t i = 0; i < tile.potential.size(); ++i) {
    const std::int32_t old = tile.threshold[i % tile.threshold.size()];
    const auto now = std::clamp(2 * static_cast<std::int32_t>(std::lround(old * scale / 2)), 2, kThresholdMax);
    tile.potential[i] += now / 2 - old / 2;  // at rest in the middle, as before
  }
  for (std::int32_t& t : tile.threshold)
    t = std::clamp(2 * static_cast<std::int32_t>(std::lround(t * scale / 2)), 2, kThresholdMax);
  return tile;
}

/// Runs things on the RTL and beside it on the golden model, and counts.
class WindowRunner {
 public:
  WindowRunner(const RecordedTile& recorded, const WindowOptions& options)
      : tile_(with_thresholds(recorded.tile, options.threshold_scale)),
        options_(options),
        what_(recorded.layer),
        port_(make_check_port(1)),
        reader_(options.work_dir, [this](const std::filesystem::path& file) { port_->write_coverage(file); }),
        driver_(*port_),
        golden_(std::in_place, tile_) {
    driver_.load(tile_);
    toggles_before_ = reader_.sum();
    cycles_before_ = port_->cycles();
  }
  WindowRunner(const WindowRunner&) = delete;
  WindowRunner& operator=(const WindowRunner&) = delete;

  void image(const std::vector<ToldTile>& told, bool waits) {
    const std::int64_t loading = port_->cycles();
    const double before = reader_.sum();
    driver_.write_state(initial_state(tile_));
    golden_.emplace(tile_);
    // Loading is not work.
    toggles_before_ += reader_.sum() - before;
    cycles_before_ += port_->cycles() - loading;
    for (const ToldTile& t : told) {
      if (!t.tick) {
        train_.push_back(t.event);
        if (train_.size() >= kTrain) send();
        continue;
      }
      send();
      tick();
      if (waits) wait();
      close_if_full();
    }
    send();
  }
  std::vector<ToggleWindow> take() { return std::move(windows_); }

 private:
  static constexpr std::size_t kTrain = 64;  // events back to back; then the window may end
  double& count(ToggleKind kind) { return window_.counts[static_cast<std::size_t>(kind)]; }

  void send() {
    if (train_.empty()) return;
    driver_.send_train(train_);
    for (const CoreEvent& event : train_) {
      const auto row = static_cast<std::size_t>(event.token) * static_cast<std::size_t>(tile_.neurons);
      const auto first = golden_->state().begin() + static_cast<std::ptrdiff_t>(row);
      before_.assign(first, first + tile_.neurons);
      golden_->apply(event);
      count(ToggleKind::kEventIn) += 1;
      count(ToggleKind::kSynapticAdd) += event.direct ? 1 : tile_.neurons;
      for (std::size_t n = 0; n < before_.size(); ++n)
        count(ToggleKind::kSignChange) += (before_[n].potential < 0) != (golden_->state()[row + n].potential < 0);
    }
    train_.clear();
    close_if_full();
  }

  void tick() {
    spikes_.clear();
    driver_.tick(spikes_);
    before_ = golden_->state();
    const std::vector<CoreSpike> expected = golden_->fire();
    if (!std::equal(spikes_.begin(), spikes_.end(), expected.begin(), expected.end(),
                    [](const SpikeCoreDriver::TimedSpike& got, const CoreSpike& e) { return got.spike == e; }))
      throw std::logic_error("rv_spike_core and its golden model differ under recorded traffic of " + what_);
    count(ToggleKind::kNeuronUpdate) += static_cast<double>(tile_.tokens) * tile_.neurons;
    count(ToggleKind::kSpikeOut) += static_cast<double>(expected.size());
    for (std::size_t i = 0; i < before_.size(); ++i)
      count(ToggleKind::kSignChange) += (before_[i].potential < 0) != (golden_->state()[i].potential < 0);
  }

  void wait() {
    const double before = reader_.sum();
    for (std::int64_t i = 0; i < options_.idle_cycles; ++i) port_->cycle();
    window_.idle_toggles += reader_.sum() - before;
    count(ToggleKind::kIdleCycle) += static_cast<double>(options_.idle_cycles);
  }

  void close_if_full() {
    const std::int64_t cycles = port_->cycles() - cycles_before_;
    if (cycles < options_.cycles) return;
    const double now = reader_.sum();
    window_.what = what_;
    window_.toggles = now - toggles_before_;
    window_.cycles = cycles;
    windows_.push_back(std::exchange(window_, {}));
    toggles_before_ = now;
    cycles_before_ = port_->cycles();
  }

  CoreTile tile_;
  WindowOptions options_;
  std::string what_;
  std::unique_ptr<SpikeCorePort> port_;
  ToggleReader reader_;
  SpikeCoreDriver driver_;
  std::optional<GoldenCore> golden_;  // of the image
  std::vector<CoreEvent> train_;
  std::vector<NeuronState> before_;
  std::vector<SpikeCoreDriver::TimedSpike> spikes_;
  ToggleWindow window_;
  double toggles_before_ = 0;
  std::int64_t cycles_before_ = 0;
  std::vector<ToggleWindow> windows_;
};

}  // namespace

std::vector<ToggleWindow> toggle_windows(const RecordedTile& recorded, const WindowOptions& options) {
  WindowRunner runner(recorded, options);
  for (std::size_t i = 0; i < options.images && options.first_image + i < recorded.images.size(); ++i)
    runner.image(recorded.images[options.first_image + i], i % 2 == 1);
  return runner.take();
}

}  // namespace ranvier::rtl
