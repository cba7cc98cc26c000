// SPDX-License-Identifier: Apache-2.0
#include "sim/chip_run.h"

#include <algorithm>

#include "mapper/mesh.h"
#include "mapper/step_work.h"
#include "sim/activity_bound.h"
#include "sim/communicator.h"
#include "sim/errors.h"
#include "sim/job_digest.h"
#include "sim/probe.h"
#include "sim/step_rows.h"
#include "workloads/spike_train.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kJoinedGapCycles = 32;    // activities of one stage this close count as one slice
constexpr std::size_t kMaxActivities = 200'000;  // a trace beyond it is of no use to a reader
constexpr std::size_t kMaxInStep = 2 * kMaxActivities;

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
      split_(problem, mapping, options.ranks == nullptr ? 1 : options.ranks->size(),
             options.ranks == nullptr ? 0 : options.ranks->rank()),
      bank_(problem, mapping, options, split_),
      exchange_(options.ranks, split_, bank_),
      rule_(problem.schedule, mapping.level, problem.program->timesteps, problem.program->closed, mapping.waves),
      waves_(problem.tiles.size()),
      host_(problem.program->stages.front(), problem.schedule),
      accounts_(problem, mapping, flows_, device_, options.fidelity, options.step_rows),
      step_ledger_(problem, flows_, device_),
      pipeline_(problem, mapping, device_),
      checkpoints_(options.checkpoints, [this] { return job_digest(problem_, mapping_, images_, options_); }),
      lost_in_step_(problem.board.cores()),
      links_before_(mapper::link_count(problem.board)),
      stage_fired_(problem.program->stages.size()) {
  check_codes(*problem.program, images);
  for (Probe* probe : options.probes) probe->begin_run({problem, mapping, bank_, options.fidelity});
}

bool ChipRun::stop_at_boundary(const std::function<void(StateWriter&)>& engine) {
  const bool ends = !in_image_ && !more_images();
  // An image whose last step is over only has to be read: that is done first.
  const bool stops = interrupted() && !ends && !(in_image_ && image_done());
  if (checkpoints_.due(in_image_, stops, ends)) {
    checkpoints_.take(in_image_ ? CheckpointPlace{image_, step_} : CheckpointPlace{image_ + 1, 0}, [&] {
      StateWriter w;
      save(w);
      engine(w);
      return w.take();
    });
  }
  return stops;
}

bool ChipRun::interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

void ChipRun::begin_image() {
  ++image_;
  step_ = 0;
  in_image_ = true;
  clear_tally();
  step_ledger_.begin_image();
  pipeline_.begin_image(tally_);
  held_.clear();
  bank_.begin_image(image_);
  host_.begin_image(images_[static_cast<std::size_t>(image_)]);
  rule_.begin_image();
  waves_.begin_image();
  for (Probe* probe : options_.probes) probe->begin_image(image_);
}

void ChipRun::clear_tally() {
  const std::size_t cores = problem_.board.cores(), stages = problem_.program->stages.size();
  tally_ = {};
  tally_.flow_events.resize(flows_.size());
  tally_.local_events.resize(flows_.size());
  tally_.leg_packets.resize(flows_.legs());
  tally_.packet_cycles.resize(problem_.tiles.size());
  tally_.fire_cycles.resize(problem_.tiles.size());
  tally_.host_flits.resize(stages);
  tally_.stage_events.resize(stages);
  tally_.late_events.resize(stages);
  tally_.stage_cycles.resize(stages);
  tally_.peak_receive_fifo.resize(cores);
  tally_.peak_relay_buffer.resize(cores);
  tally_.link_flits.resize(links_before_.size());
  tally_.link_peak.resize(links_before_.size());
  tally_.static_energy.resize(problem_.tiles.size());
  last_activity_.assign(2 * cores, kNoActivity);
}

void ChipRun::begin_step() {
  events_in_step_ = packets_in_step_ = 0;
  std::fill(stage_fired_.begin(), stage_fired_.end(), std::uint8_t{0});
  open_bin();
  bank_.begin_step(step_);
  for (Probe* probe : options_.probes) probe->begin_step(image_, step_);
}

/// Of the counts by step, where the step begins one.
void ChipRun::open_bin() {
  if (step_ % tally_.steps_a_bin != 0) return;
  if (tally_.stage_events.front().size() >= std::max<std::size_t>(2, options_.step_rows)) {
    for (auto& events : tally_.stage_events) widen_bins(events, tally_.steps_a_bin, 2 * tally_.steps_a_bin);
    tally_.steps_a_bin *= 2;
    if (step_ % tally_.steps_a_bin != 0) return;
  }
  for (auto& events : tally_.stage_events) events.push_back(0);
}

Cycles ChipRun::fire(TileId tile, std::vector<Emission>& out) {
  const Cycles cycles = fire_core(tile, out);
  note_fired(tile, cycles, out);
  return cycles;
}

CorePipeline ChipRun::pipeline(CoreId core) const {
  CorePipeline all;
  for (std::size_t t = 1; t < problem_.tiles.size(); ++t) {
    if (mapping_.core_of[t] != core) continue;
    const CorePipeline one = pipeline_of(bank_[TileId(t)]);
    all = {std::max(all.start, one.start), std::max(all.receive, one.receive), std::max(all.drain, one.drain)};
  }
  return all;
}

Cycles ChipRun::fire_core(TileId tile, std::vector<Emission>& out) {
  if (rule_.wave() > 0) return waves_.take(tile, rule_.wave(), out);
  Cycles cycles(0);
  if (tile == TileId(0))
    host_.fire(out);
  else
    cycles = bank_[tile].fire(out);
  if (rule_.waves() == 1) return cycles;
  return waves_.deal(tile, problem_.tiles[tile.value()], rule_.waves(), cycles, out);
}

void ChipRun::note_fired(TileId tile, Cycles cycles, std::span<const Emission> emissions) {
  step_ledger_.touch(tile);
  tally_.fire_cycles[tile.value()] += cycles.count();
  const StageId stage = problem_.tiles[tile.value()].stage;
  const auto events = static_cast<std::int64_t>(emissions.size());
  tally_.stage_events[stage.value()].back() += events;
  const workloads::Stage& what = problem_.program->stage(stage);
  if (what.kind == workloads::StageKind::kLif && rule_.steps_to_come() < what.cuba.axon_delay_steps)
    tally_.late_events[stage.value()] += events;
  events_in_step_ += events;
  const bool staged =
      problem_.schedule == mapper::Schedule::kStagedGraded || problem_.schedule == mapper::Schedule::kStagedUnary;
  if (events > 0 || staged) stage_fired_[stage.value()] = 1;
  for (Probe* probe : options_.probes) probe->fired(tile, emissions);
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
  show_step(timing, link_flits, false);
  account_step(timing, link_flits, false);
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
  show_step(timing, link_flits, true);
  account_step(timing, link_flits, true);
}

NetworkProbe* ChipRun::network_probe() {
  const auto watches = [](const Probe* probe) { return probe->watches_buffers(); };
  return std::any_of(options_.probes.begin(), options_.probes.end(), watches) ? &network_probe_ : nullptr;
}

void ChipRun::show_step(const StepTiming& timing, std::span<const std::int64_t> link_flits, bool readout) {
  if (options_.probes.empty()) return;
  const NetworkProbe* network = network_probe_.ports > 0 ? &network_probe_ : nullptr;
  const ProbedStep step{image_, step_, readout, timing.start, timing.duration, links_before_, link_flits, network};
  for (Probe* probe : options_.probes) probe->end_step(step);
  if (network != nullptr) network_probe_.clear();
}

void ChipRun::account_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits, bool readout) {
  account_losses();
  StepResult row{image_,
                 step_,
                 at_cycle(timing.start),
                 at_cycle(timing.duration),
                 Cycles(timing.compute),
                 Cycles(timing.network),
                 packets_in_step_,
                 timing.overrun_phases,
                 events_in_step_,
                 LinkId(),
                 0,
                 Cycles(timing.work > 0 ? timing.work : timing.duration),
                 timing.overrun_cycles,
                 timing.slowest_core};
  for (std::size_t s = 0; s < stage_fired_.size(); ++s) {
    if (stage_fired_[s] != 0) tally_.stage_cycles[s] += timing.duration;
  }
  for (std::size_t l = 0; l < link_flits.size(); ++l) {
    const std::int64_t flits = link_flits[l] - links_before_[l];
    if (flits == 0) continue;
    tally_.link_flits[l] += flits;
    step_ledger_.count_link(l, flits);
    tally_.link_peak[l] = std::max(tally_.link_peak[l], flits);
    const std::int64_t busy = flits * mapper::cycles_per_flit(problem_.board, LinkId(l));
    pipeline_.count_link(LinkId(l), busy);
    if (busy > row.fullest_link_cycles) {
      row.fullest_link = LinkId(l);
      row.fullest_link_cycles = busy;
    }
    tally_.max_link_load =
        std::max(tally_.max_link_load,
                 static_cast<double>(flits) / static_cast<double>(std::max<std::int64_t>(1, timing.duration)));
  }
  links_before_ = link_flits;
  row.overrun_steps = row.overrun_phases > 0 ? 1 : 0;
  if (!readout) {
    ++tally_.steps_done;
    if (problem_.board.chip.sync.policy == chips::SyncPolicy::kFixedTick) tally_.ticks.add_step(row, device_.used);
  }
  add_row(tally_.steps, tally_.steps_a_row, row, std::max<std::size_t>(2, options_.step_rows));
  account_energy(timing, readout);
  bound_activities();
  tally_.cycles += timing.duration;
  // The next thing may be the readout, which has no begin_step().
  packets_in_step_ = 0;
  std::fill(stage_fired_.begin(), stage_fired_.end(), std::uint8_t{0});
}

void ChipRun::account_energy(const StepTiming& timing, bool readout) {
  const Power power = problem_.board.chip.energy.static_chip.value * accounts_.powered_chips();
  const Duration begin = at_cycle(timing.start), end = at_cycle(timing.start + timing.duration);
  // Differences of running totals: the steps add up to the power over the whole time, rounded once.
  const Energy spent = energy_over(power, end) - energy_over(power, begin);
  step_ledger_.collect(bank_, tally_);
  if (readout)
    pipeline_.end_readout(timing.duration, step_ledger_.tiles(), step_ledger_.busy(), tally_);
  else
    pipeline_.end_step(rule_.level(), device_.used ? device_step() : mapper::DeviceStep(), timing.duration,
                       step_ledger_.tiles(), step_ledger_.busy(), tally_);
  account_static(spent, timing.duration);
  const std::int64_t synchronised = !readout && chip_works() ? accounts_.powered_chips() : 0;
  const PartEnergies energy = step_ledger_.close({stage_fired_, readout, synchronised, spent, begin, end});
  if (accounts_.step_energy_rows() + tally_.step_energy.size() < options_.step_energy_rows) {
    tally_.step_energy.push_back({image_, step_, energy});
  } else {
    for (std::size_t p = 0; p < kEnergyParts; ++p) tally_.step_energy_rest[p] += energy[p];
  }
}

void ChipRun::account_static(Energy spent, std::int64_t cycles) {
  const std::span<const std::int64_t> busy = step_ledger_.busy();
  if (std::all_of(busy.begin(), busy.end(), [](std::int64_t n) { return n == 0; })) {
    tally_.idle_static_energy += spent;
    tally_.idle_cycles += cycles;
    return;
  }
  const std::vector<std::int64_t> parts = split_exactly(spent.count(), busy);
  for (std::size_t i = 0; i < parts.size(); ++i)
    tally_.static_energy[step_ledger_.tiles()[i].value()] += Energy(parts[i]);
}

void ChipRun::account_losses() {
  for (std::size_t c = 0; c < lost_in_step_.size(); ++c) {
    if (lost_in_step_[c] == 0) continue;
    if (!options_.allow_loss) throw EventsLost(CoreId(c), image_, step_, lost_in_step_[c]);
    tally_.lost_total += lost_in_step_[c];
    if (tally_.lost.size() < options_.step_rows) tally_.lost.push_back({CoreId(c), image_, step_, lost_in_step_[c]});
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
  if (tally_.activities.size() == kMaxInStep) {
    ++tally_.activities_left_out;
    return;
  }
  last = tally_.activities.size();
  tally_.activities.push_back({core, stage, image_, step_, at_cycle(start), at_cycle(cycles), unit});
}

/// Below the bound by a quarter, so that it is not for every step.
void ChipRun::bound_activities() {
  if (tally_.activities.size() <= kMaxActivities) return;
  tally_.activities_left_out +=
      static_cast<std::int64_t>(thin_out(tally_.activities, tally_.steps, kMaxActivities - kMaxActivities / 4));
  std::fill(last_activity_.begin(), last_activity_.end(), kNoActivity);
}

void ChipRun::end_image() {
  exchange_.codes(problem_.tiles.size());
  bank_.check_codes();
  in_image_ = false;
  accounts_.add_image(tally_, bank_, images_[static_cast<std::size_t>(image_)], rule_.done() ? 0 : step_);
  for (Probe* probe : options_.probes) probe->end_image();
}

RunResult ChipRun::finish() {
  RunResult result = accounts_.finish(bank_);
  if (RouterWatch* routers = options_.routers) {
    routers->settle();
    result.verilated_routers = routers->names();
    result.router_flits_compared = routers->flits_compared();
    result.router_cycles = routers->clock_cycles();
  }
  if (options_.ranks != nullptr) result.rank_bytes = exchange_.bytes_sent();
  result.interrupted = result.images.size() < images_.size();
  for (Probe* probe : options_.probes) probe->end_run();
  return result;
}

}  // namespace ranvier::sim
