// SPDX-License-Identifier: Apache-2.0
#include "sim/wave_probe.h"

#include "sim/network.h"

namespace ranvier::sim {
namespace {

constexpr int kCountBits = 16;   // of credits and buffers: the networks' limit is below
constexpr int kNumberBits = 32;  // of image and step

class WaveProbe final : public Probe {
 public:
  WaveProbe(const ProbeSpec& spec, WaveSink& waves) : spec_(spec), waves_(waves) {}

  void begin_run(const ProbedRun& run) override {
    check_fidelity(spec_, run.fidelity);
    numbers_ = probed_routers(spec_, run.problem.board);
    period_ = chips::clock_period(run.problem.board.chip);
  }
  bool watches_cycles() const override { return true; }

  void begin_step(std::int32_t image, std::int32_t step) override {
    const bool was_on = on_;
    on_ = spec_.records(image, step);
    image_ = image;
    step_ = step;
    if (was_on && !on_ && declared_) forget(last_cycle_ + 1);
  }

  void cycle(std::int64_t now, const Network& network) override {
    if (!declared_) declare(network);
    if (on_) {
      if (now > last_cycle_ + 1) end_flits(last_cycle_ + 1);
      set(now, image_signal_, image_);
      set(now, step_signal_, step_);
      for (RouterSignals& router : routers_) show(now, router, network);
    } else {
      for (RouterSignals& router : routers_) router.sent = sent_of(router, network);
    }
    last_cycle_ = now;
  }

  void end_run() override {
    if (!declared_) {
      declare_orientation();
      waves_.start(spec_, period_);
    }
    end_flits(last_cycle_ + 1);
    waves_.finish(last_cycle_ + 1);
  }

 private:
  struct RouterSignals {
    std::uint32_t number = 0;
    std::vector<std::size_t> valid, ready, busy;  // by output link
    std::vector<std::size_t> flits, credits;      // by port and virtual channel; credits of links only
    std::vector<std::int64_t> sent;               // by link, since the run began
  };
  static constexpr std::int64_t kUnknown = -1;

  std::size_t add(const std::string& scope, const std::string& name, int bits) {
    values_.push_back(kUnknown);
    return waves_.declare(scope, name, bits);
  }
  void declare_orientation() {
    image_signal_ = add("chip", "image", kNumberBits);
    step_signal_ = add("chip", "step", kNumberBits);
    declared_ = true;
  }

  void declare(const Network& network) {
    declare_orientation();
    const std::int32_t links = network.links_per_router();
    for (const std::uint32_t number : numbers_) {
      if (!network.look(number, look_)) continue;
      RouterSignals& r = routers_.emplace_back();
      r.number = number;
      const auto ports = static_cast<std::int32_t>(look_.link_free.size());
      vcs_ = static_cast<std::int32_t>(look_.flits.size()) / ports;
      for (std::int32_t port = 0; port < ports; ++port) {
        const std::string scope = fmt::format("chip.router_{}.{}", number, port_name(port, links));
        if (port < links) {
          r.valid.push_back(add(scope, "valid", 1));
          r.ready.push_back(add(scope, "ready", 1));
          r.busy.push_back(add(scope, "busy", 1));
          for (std::int32_t vc = 0; vc < vcs_; ++vc)
            r.credits.push_back(add(scope, fmt::format("credits_vc{}", vc), kCountBits));
        }
        for (std::int32_t vc = 0; vc < vcs_; ++vc)
          r.flits.push_back(add(scope, fmt::format("buffer_vc{}", vc), kCountBits));
      }
    }
    // In the first cycle in which anything happens no flit has come as far as a link.
    for (RouterSignals& router : routers_) router.sent = sent_of(router, network);
    waves_.start(spec_, period_);
  }

  static std::string port_name(std::int32_t port, std::int32_t links) {
    static constexpr const char* kDirections[] = {"east", "west", "south", "north", "north_east", "south_west"};
    return port < links ? kDirections[port] : fmt::format("core_{}", port - links);
  }

  static std::vector<std::int64_t> sent_of(const RouterSignals& r, const Network& network) {
    const auto first = network.link_flits().begin() + static_cast<std::ptrdiff_t>(r.number * r.valid.size());
    return {first, first + static_cast<std::ptrdiff_t>(r.valid.size())};
  }

  void set(std::int64_t cycle, std::size_t signal, std::int64_t value) {
    if (values_[signal] == value) return;
    values_[signal] = value;
    waves_.set(cycle, signal, value);
  }

  void show(std::int64_t now, RouterSignals& r, const Network& network) {
    network.look(r.number, look_);
    const std::vector<std::int64_t> sent = sent_of(r, network);
    for (std::size_t link = 0; link < r.valid.size(); ++link) {
      bool credit = false;
      for (std::size_t vc = 0; vc < static_cast<std::size_t>(vcs_); ++vc) {
        const std::size_t at = link * static_cast<std::size_t>(vcs_) + vc;
        set(now, r.credits[at], look_.credits[at]);
        credit = credit || look_.credits[at] > 0;
      }
      const bool free = look_.link_free[link] != 0;
      set(now, r.valid[link], sent[link] > r.sent[link] ? 1 : 0);
      set(now, r.busy[link], free ? 0 : 1);
      set(now, r.ready[link], free && credit ? 1 : 0);
    }
    r.sent = sent;
    for (std::size_t at = 0; at < r.flits.size(); ++at) set(now, r.flits[at], look_.flits[at]);
  }

  /// A flit is a pulse of one cycle, also before cycles in which nothing happens.
  void end_flits(std::int64_t cycle) {
    for (const RouterSignals& r : routers_) {
      for (const std::size_t valid : r.valid) {
        if (values_[valid] == 1) set(cycle, valid, 0);
      }
    }
  }

  void forget(std::int64_t cycle) {
    values_.assign(values_.size(), kUnknown);
    waves_.set_all_unknown(cycle);
  }

  ProbeSpec spec_;
  WaveSink& waves_;
  std::vector<std::uint32_t> numbers_;
  std::vector<RouterSignals> routers_;
  RouterLook look_;
  Duration period_;
  std::vector<std::int64_t> values_;  // by signal
  std::size_t image_signal_ = 0, step_signal_ = 0;
  std::int32_t vcs_ = 0, image_ = 0, step_ = 0;
  std::int64_t last_cycle_ = -1;
  bool on_ = false, declared_ = false;
};

}  // namespace

std::unique_ptr<Probe> make_wave_probe(const ProbeSpec& spec, WaveSink& waves) {
  return std::make_unique<WaveProbe>(spec, waves);
}

}  // namespace ranvier::sim
