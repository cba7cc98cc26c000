// SPDX-License-Identifier: Apache-2.0
#include "sim/chip_run.h"

#include <algorithm>

#include "mapper/mesh.h"
#include "mapper/step_work.h"
#include "sim/errors.h"
#include "workloads/spike_train.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kJoinedGapCycles = 32;    // activities of one stage this close count as one slice
constexpr std::size_t kMaxActivities = 200'000;  // a trace beyond it is of no use to a reader
constexpr std::size_t kNoActivity = static_cast<std::size_t>(-1);

std::int64_t step_end(const mapper::MappingProblem& problem, const mapper::Mapping& mapping) {
  const mapper::InUse used = mapper::in_use(problem.board, mapping.core_of);
  return mapper::end_of_step_cycles(problem.board.chip.sync, used.routers, used.chips);
}

void check_codes(const workloads::Program& program, std::span<const std::vector<std::int32_t>> images) {
  if (program.temporal()) {
    for (const auto& spikes : images) workloads::check_spikes(program, spikes);
    return;
  }
  const workloads::Stage& input = program.stages.front();
  const auto expected = static_cast<std::size_t>(input.tokens) * static_cast<std::size_t>(input.channels);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto image = static_cast<std::int32_t>(i);
    if (images[i].size() != expected) throw BadInputCodes(image, expected, images[i].size());
    for (std::size_t p = 0; p < expected; ++p) {
      const std::int32_t code = images[i][p];
      if (code < 0 || code > program.input_code_max) throw BadInputCodes(image, p, code, program.input_code_max);
    }
  }
}

}  // namespace

ChipRun::ChipRun(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                 std::span<const std::vector<std::int32_t>> images, const SimOptions& options)
    : problem_(problem),
      mapping_(mapping),
      images_(images),
      options_(options),
      period_(chips::clock_period(problem.board.chip)),
      end_of_step_cycles_(step_end(problem, mapping)),
      flows_(problem, mapping),
      device_(mapper::device_schedule(problem, mapping.level)),
      bank_(problem, options),
      rule_(problem.schedule, mapping.level, problem.program->timesteps),
      host_(problem.program->stages.front(), problem.schedule),
      accounts_(problem, mapping, flows_, device_, options.fidelity),
      lost_in_step_(problem.board.cores()),
      links_before_(mapper::link_count(problem.board)),
      busy_before_(problem.tiles.size()),
      stage_fired_(problem.program->stages.size()) {
  check_codes(*problem.program, images);
}

bool ChipRun::interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

void ChipRun::begin_image() {
  const std::size_t cores = problem_.board.cores(), stages = problem_.program->stages.size();
  ++image_;
  step_ = 0;
  tally_ = {};
  tally_.flow_events.resize(flows_.size());
  tally_.local_events.resize(flows_.size());
  tally_.leg_packets.resize(flows_.legs());
  tally_.packet_cycles.resize(problem_.tiles.size());
  tally_.fire_cycles.resize(problem_.tiles.size());
  tally_.host_flits.resize(stages);
  tally_.stage_events.resize(stages);
  tally_.stage_cycles.resize(stages);
  tally_.peak_receive_fifo.resize(cores);
  tally_.peak_relay_buffer.resize(cores);
  tally_.link_flits.resize(links_before_.size());
  tally_.link_peak.resize(links_before_.size());
  tally_.static_energy.resize(problem_.tiles.size());
  last_activity_.assign(2 * cores, kNoActivity);
  std::fill(busy_before_.begin(), busy_before_.end(), 0);
  held_.clear();
  bank_.begin_image(image_);
  host_.begin_image(images_[static_cast<std::size_t>(image_)]);
  rule_.begin_image();
}

void ChipRun::begin_step() {
  events_in_step_ = packets_in_step_ = 0;
  std::fill(stage_fired_.begin(), stage_fired_.end(), std::uint8_t{0});
  for (auto& events : tally_.stage_events) events.push_back(0);
  bank_.begin_step(step_);
}

Cycles ChipRun::fire(TileId tile, std::vector<Emission>& out) {
  const std::size_t before = out.size();
  Cycles cycles;
  if (tile == TileId(0)) {
    host_.fire(out);
  } else {
    cycles = bank_[tile].fire(out);
    tally_.fire_cycles[tile.value()] += cycles.count();
  }
  const mapper::Tile& t = problem_.tiles[tile.value()];
  const auto events = static_cast<std::int64_t>(out.size() - before);
  tally_.stage_events[t.stage.value()].back() += events;
  events_in_step_ += events;
  const bool staged =
      problem_.schedule == mapper::Schedule::kStagedGraded || problem_.schedule == mapper::Schedule::kStagedUnary;
  if (events > 0 || staged) stage_fired_[t.stage.value()] = 1;
  return cycles;
}

void ChipRun::hold(std::int32_t delay, const std::vector<Target>& targets, const Event& event) {
  held_.push_back({step_ + delay, &targets, event});
}

std::vector<HeldEvent> ChipRun::take_due() {
  std::vector<HeldEvent> due;
  const auto waits = [&](const HeldEvent& h) { return h.due > step_; };
  std::copy_if(held_.begin(), held_.end(), std::back_inserter(due), [&](const HeldEvent& h) { return !waits(h); });
  held_.erase(std::remove_if(held_.begin(), held_.end(), [&](const HeldEvent& h) { return !waits(h); }), held_.end());
  return due;
}

void ChipRun::end_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits) {
  if (chip_works()) ++tally_.chip_steps;
  account_step(timing, link_flits);
  bool restless = false;
  if (rule_.asks_for_rest()) {
    for (const TileId tile : rule_.firing()) {
      restless = restless || (tile == TileId(0) ? host_.restless() : bank_[tile].restless());
    }
  }
  rule_.end_step(events_in_step_ > 0 || !held_.empty(), restless);
  if (options_.progress) options_.progress(image_, step_);
  ++step_;
}

void ChipRun::end_readout(const StepTiming& timing, const std::vector<std::int64_t>& link_flits) {
  stage_fired_.back() = 1;
  events_in_step_ = 0;
  account_step(timing, link_flits);
}

void ChipRun::account_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits) {
  account_losses();
  tally_.steps.push_back({image_, step_, at_cycle(timing.start), at_cycle(timing.duration), Cycles(timing.compute),
                          Cycles(timing.network), packets_in_step_, timing.overrun_phases, events_in_step_,
                          LinkId(), 0, Cycles(timing.work > 0 ? timing.work : timing.duration)});
  for (std::size_t s = 0; s < stage_fired_.size(); ++s) {
    if (stage_fired_[s] != 0) tally_.stage_cycles[s] += timing.duration;
  }
  for (std::size_t l = 0; l < link_flits.size(); ++l) {
    const std::int64_t flits = link_flits[l] - links_before_[l];
    if (flits == 0) continue;
    tally_.link_flits[l] += flits;
    tally_.link_peak[l] = std::max(tally_.link_peak[l], flits);
    const std::int64_t busy = flits * mapper::cycles_per_flit(problem_.board, LinkId(l));
    if (StepResult& step = tally_.steps.back(); busy > step.fullest_link_cycles) {
      step.fullest_link = LinkId(l);
      step.fullest_link_cycles = busy;
    }
    tally_.max_link_load =
        std::max(tally_.max_link_load,
                 static_cast<double>(flits) / static_cast<double>(std::max<std::int64_t>(1, timing.duration)));
  }
  links_before_ = link_flits;
  account_static(timing);
  tally_.cycles += timing.duration;
  // The next thing may be the readout, which has no begin_step().
  packets_in_step_ = 0;
  std::fill(stage_fired_.begin(), stage_fired_.end(), std::uint8_t{0});
}

void ChipRun::account_static(const StepTiming& timing) {
  const Power power = problem_.board.chip.energy.static_chip.value * accounts_.powered_chips();
  // Differences of running totals: the steps add up to the power over the whole time, rounded once.
  const Energy spent =
      energy_over(power, at_cycle(timing.start + timing.duration)) - energy_over(power, at_cycle(timing.start));
  std::vector<std::int64_t> busy(problem_.tiles.size());
  std::int64_t sum = 0;
  for (std::size_t t = 1; t < busy.size(); ++t) {
    const std::int64_t now = bank_[TileId(t)].counters().busy.count() + tally_.packet_cycles[t];
    busy[t] = now - busy_before_[t];
    busy_before_[t] = now;
    sum += busy[t];
  }
  if (sum == 0) {
    tally_.idle_static_energy += spent.count();
    tally_.idle_cycles += timing.duration;
    return;
  }
  const std::vector<std::int64_t> parts = split_exactly(spent.count(), busy);
  for (std::size_t t = 0; t < parts.size(); ++t) tally_.static_energy[t] += parts[t];
}

void ChipRun::account_losses() {
  for (std::size_t c = 0; c < lost_in_step_.size(); ++c) {
    if (lost_in_step_[c] == 0) continue;
    if (!options_.allow_loss) throw EventsLost(CoreId(c), image_, step_, lost_in_step_[c]);
    tally_.lost.push_back({CoreId(c), image_, step_, lost_in_step_[c]});
    lost_in_step_[c] = 0;
  }
}

void ChipRun::note_activity(CoreId core, CoreUnit unit, TileId tile, std::int64_t start, std::int64_t cycles) {
  if (image_ != 0 || !options_.record_activities || cycles == 0) return;
  const StageId stage = problem_.tiles[tile.value()].stage;
  std::size_t& last = last_activity_[2 * core.value() + static_cast<std::size_t>(unit)];
  if (last != kNoActivity) {
    Activity& a = tally_.activities[last];
    const Duration gap = at_cycle(start) - (a.start + a.duration);
    if (a.stage == stage && a.step == step_ && gap <= at_cycle(kJoinedGapCycles)) {
      a.duration = at_cycle(start + cycles) - a.start;
      return;
    }
  }
  if (tally_.activities.size() == kMaxActivities) return;
  last = tally_.activities.size();
  tally_.activities.push_back({core, stage, image_, step_, at_cycle(start), at_cycle(cycles), unit});
}

void ChipRun::end_image() {
  bank_.check_codes();
  accounts_.add_image(tally_, bank_, images_[static_cast<std::size_t>(image_)]);
}

RunResult ChipRun::finish() {
  RunResult result = accounts_.finish(bank_);
  result.interrupted = result.images.size() < images_.size();
  return result;
}

}  // namespace ranvier::sim
