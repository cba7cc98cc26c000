// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/rtl_chip.h"

#include <fmt/format.h>

#include <deque>
#include <optional>

#include "rtl/noc/errors.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stage_tile.h"
#include "sim/firing_rule.h"
#include "sim/flow_table.h"
#include "sim/host_codes.h"

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kHangCycles = 1'000'000;
constexpr std::int64_t kRelayCycles = 2;  // from the network to its relay queue
constexpr std::size_t kSendEntries = 16, kFlows = 256;
constexpr unsigned kFlowBits = 8, kTokenBits = 6, kChannelBits = 8, kPayloadBits = 9, kCoordBits = 4;

/// Fields put together, the first one highest.
class Bits {
 public:
  Bits& put(std::uint64_t value, unsigned width) {
    bits_ = bits_ << width | (value & ((std::uint64_t{1} << width) - 1));
    return *this;
  }
  ConfigWord word() const {
    ConfigWord word{};
    word[0] = static_cast<std::uint32_t>(bits_);
    word[1] = static_cast<std::uint32_t>(bits_ >> 32);
    return word;
  }
  std::uint64_t value() const { return bits_; }

 private:
  std::uint64_t bits_ = 0;
};

std::uint64_t unsigned_of(std::int32_t value) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)); }

/// One core of the chip as a core alone, for its driver; it is reset with the chip.
class CoreOfChip final : public SpikeCorePort {
 public:
  CoreOfChip(ChipPort& chip, std::size_t core) : chip_(chip), core_(core) {}
  void cycle() override {
    chip_.in.config_valid = in.config_valid;
    chip_.in.config_write = in.config_write;
    chip_.in.config_core = static_cast<std::uint32_t>(core_);
    chip_.in.config_select = static_cast<std::uint8_t>(in.config_select);
    chip_.in.config_address = in.config_address;
    chip_.in.config_data = in.config_data;
    chip_.cycle();
    chip_.in.config_valid = false;
    out.config_ready = chip_.out.config_ready;
    out.config_read_valid = chip_.out.config_read_valid;
    out.config_read_data = chip_.out.config_read_data;
    ++cycles_;
  }
  void open_wave(const std::filesystem::path&) override {}
  void write_coverage(const std::filesystem::path&) override {}
  bool take_assertion_failure() override { return chip_.take_assertion_failure(); }

 private:
  ChipPort& chip_;
  std::size_t core_;
};

}  // namespace

class RtlChip::Parts {
 public:
  Parts(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, ModelBuild build)
      : problem_(problem),
        mapping_(mapping),
        board_(problem.board),
        flows_(problem, mapping),
        rule_(problem.schedule, mapping.level),
        host_(problem.program->stages.front(), problem.schedule),
        chip_(make_chip_port(problem.board, build)),
        tile_of_core_(board_.cores()) {
    refuse_what_is_not_there();
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) load_tile(t);
    for (std::size_t f = 0; f < flows_.problem_flows(); ++f) load_flow(f);
  }

  ChipImage run(const std::vector<std::int32_t>& codes) {
    for (const std::unique_ptr<Core>& core : cores_) core->driver.write_state(initial_state(core->driver.tile()));
    host_.begin_image(codes);
    rule_.begin_image();
    ChipImage image;
    while (!rule_.done()) {
      image.steps.push_back(step(static_cast<std::int32_t>(image.steps.size())));
      bool events = false;
      for (const auto& of_tile : image.steps.back().sent) events = events || !of_tile.empty();
      rule_.end_step(events, restless());
    }
    image.logits = logits();
    return image;
  }
  std::int64_t cycles() const { return cycles_; }

 private:
  struct Core {
    Core(ChipPort& chip, std::size_t core, std::size_t tile_number)
        : tile(tile_number), port(chip, core), driver(port) {}
    std::size_t tile;
    CoreOfChip port;
    SpikeCoreDriver driver;
  };

  const mapper::Tile& tile(std::size_t t) const { return problem_.tiles[t]; }
  const workloads::Stage& stage_of(std::size_t t) const { return problem_.program->stage(tile(t).stage); }

  void refuse_what_is_not_there() const {
    const chips::CoreKind& core = board_.chip.core;
    if (core.lanes.value != kCoreLimits.lanes)
      throw ChipNotInRtl(fmt::format("its cores have {} lanes", core.lanes.value));
    if (core.relay_cycles.value != kRelayCycles)
      throw ChipNotInRtl(fmt::format("its relays take {} cycles", core.relay_cycles.value));
    for (const std::int32_t waves : mapping_.waves) {
      if (waves > 1) throw ChipNotInRtl("its levels send in waves");
    }
    if (flows_.problem_flows() > kFlows)
      throw ChipNotInRtl(fmt::format("{} flows, {} at most", flows_.problem_flows(), kFlows));
    for (std::size_t f = 0; f < flows_.problem_flows(); ++f) {
      const sim::FlowPath& path = flows_[f];
      if (path.flits != 1) throw ChipNotInRtl(fmt::format("events of flow {} take {} flits", f, path.flits));
      if (path.delay != 0) throw ChipNotInRtl(fmt::format("flow {} has a delay", f));
      if (path.forked || path.to_device) throw ChipNotInRtl(fmt::format("flow {} is no relay chain", f));
      if (!path.local.empty()) throw ChipNotInRtl(fmt::format("flow {} stays on its core", f));
    }
  }

  void load_tile(std::size_t t) {
    const sim::TileSpec spec{problem_.program, tile(t), &board_.chip.core,
                             problem_.schedule == mapper::Schedule::kStagedGraded};
    if (!mapping_.core_of[t].valid()) throw ChipNotInRtl(fmt::format("tile {} is on no core", t));
    if (const std::string why = why_not_supported(spec); !why.empty())
      throw ChipNotInRtl(fmt::format("stage '{}': {}", stage_of(t).name, why));
    if (stage_of(t).kind != workloads::StageKind::kLinear)
      throw ChipNotInRtl(fmt::format("stage '{}' is not linear", stage_of(t).name));
    const std::size_t core = mapping_.core_of[t].value();
    if (tile_of_core_[core]) throw ChipNotInRtl(fmt::format("core {} has several tiles", core));
    tile_of_core_[core] = t;
    cores_.push_back(std::make_unique<Core>(*chip_, core, t));
    cores_.back()->driver.load(stage_tile(spec));
  }

  /// Where the packet's token and channel count from: of a core its tile's ranges, of the host the flow's.
  sim::Event origin_of(std::size_t f) const {
    const mapper::Flow& flow = problem_.flows[f];
    if (flows_[f].from_host) return {flow.tokens.begin, flow.channels.begin, 0, 0};
    const mapper::Tile& from = tile(flow.source.value());
    return {from.tokens.begin, from.outputs.begin, 0, 0};
  }

  void load_flow(std::size_t f) {
    const mapper::Flow& flow = problem_.flows[f];
    const sim::FlowPath& path = flows_[f];
    const sim::Event origin = origin_of(f);
    if (path.from_host && (flow.channels.size() > 1 << kChannelBits || flow.tokens.size() > 1 << kTokenBits))
      throw ChipNotInRtl(fmt::format("flow {} of the host has {} channels", f, flow.channels.size()));
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      const sim::Leg& leg = path.legs[l];
      if (leg.targets.size() != 1) throw ChipNotInRtl(fmt::format("flow {} feeds several ports of a core", f));
      const mapper::Tile& to = tile(leg.targets.front().tile.value());
      const bool passes_on = l + 1 < path.legs.size() && path.legs[l + 1].relayed;
      const CoreId next = passes_on ? path.legs[l + 1].to : CoreId(0);
      write(leg.to.value(), kReceiveTable, f,
            Bits()
                .put(passes_on, 1)
                .put(unsigned_of(origin.token - to.tokens.begin), kTokenBits)
                .put(unsigned_of(origin.channel - to.inputs.begin), kChannelBits)
                .put(unsigned_of(board_.y(next)), kCoordBits)
                .put(unsigned_of(board_.x(next)), kCoordBits));
      if (leg.relayed || path.from_host) continue;
      std::size_t& used = sends_[leg.from.value()];
      if (used == kSendEntries)
        throw ChipNotInRtl(fmt::format("core {} sends to more than {} places", leg.from.value(), used));
      write(leg.from.value(), kSendTable, used++,
            Bits()
                .put(1, 1)
                .put(f, kFlowBits)
                .put(unsigned_of(board_.y(leg.to)), kCoordBits)
                .put(unsigned_of(board_.x(leg.to)), kCoordBits)
                .put(unsigned_of(flow.tokens.begin - origin.token), kTokenBits)
                .put(unsigned_of(flow.tokens.end - 1 - origin.token), kTokenBits)
                .put(unsigned_of(flow.channels.begin - origin.channel), kChannelBits)
                .put(unsigned_of(flow.channels.end - 1 - origin.channel), kChannelBits));
    }
  }

  void write(std::size_t core, std::uint8_t select, std::size_t address, const Bits& bits) {
    ChipPort::Inputs& in = chip_->in;
    in.config_valid = in.config_write = true;
    in.config_core = static_cast<std::uint32_t>(core);
    in.config_select = select;
    in.config_address = static_cast<std::uint32_t>(address);
    in.config_data = bits.word();
    chip_->cycle();
    in.config_valid = in.config_write = false;
    if (!chip_->out.config_ready) throw std::logic_error("rv_chip configured while busy");
  }

  struct HostPacket {
    std::int64_t at = 0;  // cycles since the step began
    CoreId to;
    std::uint64_t data = 0;
  };
  std::deque<HostPacket> host_packets(std::vector<sim::Event>& sent) {
    std::vector<sim::Emission> emissions;
    host_.fire(emissions);
    std::deque<HostPacket> packets;
    std::int64_t link = 0;
    for (const sim::Emission& e : emissions) {
      sent.push_back({e.token, e.channel, e.value, 0});
      for (const std::uint32_t f : flows_.flows_of(TileId(0), e.token, e.channel)) {
        const sim::Event origin = origin_of(f);
        for (const sim::Leg& leg : flows_[f].legs) {
          if (leg.relayed) continue;
          link += board_.chip.host_link.cycles_per_flit.value;
          packets.push_back({link + board_.chip.host_link.latency_cycles.value, leg.to,
                             Bits()
                                 .put(f, kFlowBits)
                                 .put(unsigned_of(e.token - origin.token), kTokenBits)
                                 .put(unsigned_of(e.channel - origin.channel), kChannelBits)
                                 .put(unsigned_of(e.value), kPayloadBits)
                                 .value()});
        }
      }
    }
    return packets;
  }

  ChipStep step(std::int32_t number) {
    ChipStep result;
    result.sent.resize(problem_.tiles.size());
    ChipPort::Inputs& in = chip_->in;
    std::deque<HostPacket> packets;
    in.step_valid = true;
    in.step_fires.assign(in.step_fires.size(), false);
    for (const TileId t : rule_.firing()) {
      if (t == TileId(0))
        packets = host_packets(result.sent.front());
      else
        in.step_fires[mapping_.core_of[t.value()].value()] = true;
    }
    for (std::int64_t now = 0;; ++now) {
      in.host_valid = !packets.empty() && packets.front().at - 1 <= now;
      if (in.host_valid) {
        in.host_x = static_cast<std::uint8_t>(board_.x(packets.front().to));
        in.host_y = static_cast<std::uint8_t>(board_.y(packets.front().to));
        in.host_data = packets.front().data;
      }
      chip_->cycle();
      ++cycles_;
      const ChipPort::Outputs& out = chip_->out;
      if (now == 0 && !out.step_ready) throw ChipFault("it is not idle when a step begins", number);
      if (now > 0 && out.idle && packets.empty()) {
        result.cycles = now;
        break;
      }
      in.step_valid = false;
      if (in.host_valid && out.host_ready) packets.pop_front();
      take_sent(result);
      if (now > kHangCycles) throw ChipFault("the step does not end", number);
    }
    if (chip_->take_assertion_failure()) throw ChipFault("an assertion of the RTL failed", number);
    if (chip_->out.overflow) throw ChipFault("a potential left its 24 bits", number);
    if (chip_->out.lost) throw ChipFault("a relay buffer was full", number);
    if (chip_->out.full) throw ChipFault("a queue of packets to send was full", number);
    if (chip_->out.credit) throw ChipFault("a flit came without a credit", number);
    return result;
  }

  void take_sent(ChipStep& result) const {
    for (std::size_t c = 0; c < tile_of_core_.size(); ++c) {
      const ChipPort::Sent& sent = chip_->out.sent[c];
      if (!sent.valid || !tile_of_core_[c]) continue;
      const mapper::Tile& from = tile(*tile_of_core_[c]);
      result.sent[*tile_of_core_[c]].push_back(
          {from.tokens.begin + sent.spike.token, from.outputs.begin + sent.spike.neuron, sent.spike.payload, 0});
    }
  }

  /// Whether any tile, or of staged unary schedules any of the present level, would send again without input.
  bool restless() {
    if (!rule_.asks_for_rest()) return false;
    for (const TileId t : rule_.firing()) {
      if (t == TileId(0)) {
        if (host_.restless()) return true;
        continue;
      }
      Core& core = core_of(t.value());
      const CoreTile& loaded = core.driver.tile();
      const std::vector<NeuronState> state = core.driver.read_state();
      for (std::size_t i = 0; i < state.size(); ++i) {
        const std::int32_t threshold = loaded.threshold[i % static_cast<std::size_t>(loaded.neurons)];
        if (state[i].potential >= threshold && state[i].code < loaded.hi) return true;
        if (state[i].potential < 0 && state[i].code > loaded.lo) return true;
      }
    }
    return false;
  }
  Core& core_of(std::size_t t) {
    for (const std::unique_ptr<Core>& core : cores_) {
      if (core->tile == t) return *core;
    }
    throw std::logic_error("a tile without a core fires");
  }

  std::vector<std::int32_t> logits() {
    const StageId head(problem_.program->stages.size() - 1);
    std::vector<std::int32_t> logits(static_cast<std::size_t>(problem_.program->stage(head).channels));
    for (const std::unique_ptr<Core>& core : cores_) {
      const mapper::Tile& t = tile(core->tile);
      if (t.stage != head || !t.tokens.contains(0)) continue;
      const std::vector<NeuronState> state = core->driver.read_state();
      for (std::int32_t o = t.outputs.begin; o < t.outputs.end; ++o)
        logits[static_cast<std::size_t>(o)] = state[static_cast<std::size_t>(o - t.outputs.begin)].potential;
    }
    return logits;
  }

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  const chips::Board& board_;
  sim::FlowTable flows_;
  sim::FiringRule rule_;
  sim::HostCodes host_;
  std::unique_ptr<ChipPort> chip_;
  std::vector<std::optional<std::size_t>> tile_of_core_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<std::size_t> sends_ = std::vector<std::size_t>(tile_of_core_.size());
  std::int64_t cycles_ = 0;
};

RtlChip::RtlChip(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, ModelBuild build)
    : parts_(std::make_unique<Parts>(problem, mapping, build)) {}
RtlChip::~RtlChip() = default;
ChipImage RtlChip::run(const std::vector<std::int32_t>& codes) { return parts_->run(codes); }
std::int64_t RtlChip::cycles() const { return parts_->cycles(); }

}  // namespace ranvier::rtl
