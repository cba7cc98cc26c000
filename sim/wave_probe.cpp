// SPDX-License-Identifier: Apache-2.0
#include "sim/wave_probe.h"

#include <algorithm>

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

  // What the network still does of a step may be simulated after the next has begun, with cycles before its start.
  void begin_step(std::int32_t image, std::int32_t step) override {
    before_ = now_;
    now_ = {image, step, spec_.records(image, step)};
  }
  void end_step(const ProbedStep& step) override { next_start_ = step.start_cycle + step.cycles; }

  void cycle(std::int64_t now, const Network& network) override {
    if (!declared_) declare(network);
    const Moment& moment = now < next_start_ ? before_ : now_;
    if (shown_ && !moment.recorded) forget(std::max(next_start_, last_cycle_ + 1));
    shown_ = moment.recorded;
    if (shown_) {
      if (now > last_cycle_ + 1) end_flits(last_cycle_ + 1);
      set(now, image_signal_, moment.image);
      set(now, step_signal_, moment.step);
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
  struct Moment {
    std::int32_t image = 0, step = 0;
    bool recorded = false;
  };
  struct LinkSignals {
    std::size_t number = 0;  // of the router's links
    std::size_t valid = 0, ready = 0, busy = 0;
    std::vector<std::size_t> credits;  // by virtual channel
  };
  struct BufferSignal {
    std::size_t place = 0;  // in RouterLook
    std::size_t signal = 0;
  };
  struct RouterSignals {
    std::uint32_t number = 0;
    std::vector<LinkSignals> links;
    std::vector<BufferSignal> buffers;
    std::vector<std::int64_t> sent;  // by link, since the run began
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
    for (const std::uint32_t number : numbers_) {
      if (!network.look(number, look_)) continue;
      routers_.emplace_back().number = number;
      declare(routers_.back(), static_cast<std::size_t>(network.links_per_router()));
      // In the first cycle in which anything happens no flit has come as far as a link.
      routers_.back().sent.resize(static_cast<std::size_t>(network.links_per_router()));
      routers_.back().sent = sent_of(routers_.back(), network);
    }
    waves_.start(spec_, period_);
  }

  void declare(RouterSignals& router, std::size_t links) {
    const std::size_t ports = look_.link_free.size();
    const std::size_t vcs = look_.flits.size() / ports;
    for (std::size_t port = 0; port < ports; ++port) {
      // Nothing has been sent yet: a link without a credit leads off the board.
      const auto credits = look_.credits.begin() + static_cast<std::ptrdiff_t>(port * vcs);
      if (port < links &&
          std::all_of(credits, credits + static_cast<std::ptrdiff_t>(vcs), [](auto c) { return c == 0; }))
        continue;
      const std::string scope = fmt::format("chip.router_{}.{}", router.number, port_name(port, links));
      if (port < links) {
        LinkSignals& link = router.links.emplace_back();
        link.number = port;
        link.valid = add(scope, "valid", 1);
        link.ready = add(scope, "ready", 1);
        link.busy = add(scope, "busy", 1);
        for (std::size_t vc = 0; vc < vcs; ++vc)
          link.credits.push_back(add(scope, fmt::format("credits_vc{}", vc), kCountBits));
      }
      for (std::size_t vc = 0; vc < vcs; ++vc)
        router.buffers.push_back({port * vcs + vc, add(scope, fmt::format("buffer_vc{}", vc), kCountBits)});
    }
  }

  static std::string port_name(std::size_t port, std::size_t links) {
    static constexpr const char* kDirections[] = {"east", "west", "south", "north", "north_east", "south_west"};
    return port < links ? kDirections[port] : fmt::format("core_{}", port - links);
  }

  static std::vector<std::int64_t> sent_of(const RouterSignals& r, const Network& network) {
    const auto first = network.link_flits().begin() + static_cast<std::ptrdiff_t>(r.number * r.sent.size());
    return {first, first + static_cast<std::ptrdiff_t>(r.sent.size())};
  }

  void set(std::int64_t cycle, std::size_t signal, std::int64_t value) {
    if (values_[signal] == value) return;
    values_[signal] = value;
    waves_.set(cycle, signal, value);
  }

  void show(std::int64_t now, RouterSignals& r, const Network& network) {
    network.look(r.number, look_);
    const std::vector<std::int64_t> sent = sent_of(r, network);
    for (const LinkSignals& link : r.links) {
      bool credit = false;
      for (std::size_t vc = 0; vc < link.credits.size(); ++vc) {
        const std::int32_t credits = look_.credits[link.number * link.credits.size() + vc];
        set(now, link.credits[vc], credits);
        credit = credit || credits > 0;
      }
      const bool free = look_.link_free[link.number] != 0;
      set(now, link.valid, sent[link.number] > r.sent[link.number] ? 1 : 0);
      set(now, link.busy, free ? 0 : 1);
      set(now, link.ready, free && credit ? 1 : 0);
    }
    r.sent = sent;
    for (const BufferSignal& buffer : r.buffers) set(now, buffer.signal, look_.flits[buffer.place]);
  }

  /// A flit is a pulse of one cycle, also before cycles in which nothing happens.
  void end_flits(std::int64_t cycle) {
    for (const RouterSignals& r : routers_) {
      for (const LinkSignals& link : r.links) {
        if (values_[link.valid] == 1) set(cycle, link.valid, 0);
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
  Moment before_, now_;  // the step that ended last, and the one after it
  std::int64_t next_start_ = 0, last_cycle_ = -1;
  bool shown_ = false, declared_ = false;
};

}  // namespace

std::unique_ptr<Probe> make_wave_probe(const ProbeSpec& spec, WaveSink& waves) {
  return std::make_unique<WaveProbe>(spec, waves);
}

}  // namespace ranvier::sim
