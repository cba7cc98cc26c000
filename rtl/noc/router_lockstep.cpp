// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/router_lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "rtl/noc/errors.h"
#include "rtl/noc/watched_router.h"
#include "sim/network_timing.h"

namespace ranvier::rtl {
namespace {

constexpr std::string_view kAll = "routers", kOne = "router:";

/// Where router `number` is, and which of its links (by port) leaves its chip.
struct Place {
  std::int32_t x, y;
  std::array<bool, 4> edge;
};

Place place_of(const sim::MeshSpec& mesh, std::size_t number) {
  const auto at = static_cast<std::int32_t>(number);
  const std::int32_t x = at % mesh.width, y = at / mesh.width;
  const auto leaves = [](std::int32_t from, std::int32_t step, std::int32_t side, std::int32_t chip_side) {
    const std::int32_t to = from + step;
    return to >= 0 && to < side && to / chip_side != from / chip_side;
  };
  return {x,
          y,
          {leaves(x, 1, mesh.width, mesh.chip_width), leaves(x, -1, mesh.width, mesh.chip_width),
           leaves(y, 1, mesh.height, mesh.chip_height), leaves(y, -1, mesh.height, mesh.chip_height)}};
}

bool forks_packets(const chips::Board& board) { return board.chip.noc.multicast == chips::Multicast::kTree; }

/// Of the model with the buffers and cores of this board, one that forks packets where its routers do; its links and
/// delays are not the router's. Null: none is built.
const RouterParameters* model_for(const chips::Board& board) {
  const sim::MeshSpec mesh = sim::mesh_of(board);
  for (const RouterParameters& model : router_models()) {
    if (model.vcs == mesh.virtual_channels && model.depth == mesh.buffer_flits &&
        model.cores == mesh.cores_per_router && (model.label_bits > 0 || !forks_packets(board)))
      return &model;
  }
  return nullptr;
}

/// Cycles that a flit keeps the link of each port busy.
std::vector<std::int32_t> busy_cycles(const sim::MeshSpec& mesh, const Place& place) {
  std::vector<std::int32_t> busy;
  for (const bool edge : place.edge)
    busy.push_back(edge ? mesh.edge.cycles_per_flit : mesh.timing.link_cycles_per_flit);
  busy.resize(busy.size() + static_cast<std::size_t>(mesh.cores_per_router), mesh.timing.local_cycles_per_flit);
  return busy;
}

class RouterLockstep final : public sim::RouterWatch {
 public:
  RouterLockstep(const chips::Board& board, const std::vector<std::size_t>& routers,
                 const std::filesystem::path& wave) {
    const sim::MeshSpec mesh = sim::mesh_of(board);
    const RouterParameters& model = *model_for(board);
    most_labels_ = std::size_t{1} << model.label_bits;
    tables_.resize(static_cast<std::size_t>(mesh.routers()));
    router_of_.resize(tables_.size());
    for (const std::size_t r : routers) {
      if (router_of_[r] != nullptr) continue;
      const Place place = place_of(mesh, r);
      routers_.push_back(std::make_unique<WatchedRouter>(model, r, static_cast<std::uint8_t>(place.x),
                                                         static_cast<std::uint8_t>(place.y), busy_cycles(mesh, place),
                                                         wave));
      router_of_[r] = routers_.back().get();
    }
  }

  /// Trees that go on from a router in the same way have one label there. Each label has an entry.
  void grows(std::size_t router, const sim::WatchedNode& node) override {
    RouterPort::Entry entry{0, node.outputs, {}};
    for (std::size_t link = 0; link < entry.next.size(); ++link)
      if ((node.outputs >> link & 1) != 0) entry.next[link] = labels_[node.next[link]];
    auto& table = tables_[router];
    const auto [known, added] =
        table.try_emplace({entry.outputs, entry.next}, static_cast<std::uint16_t>(table.size()));
    if (table.size() > most_labels_)
      throw RouterNotInRtl("routers", fmt::format("router {} sends packets on in more than {} ways, more than its "
                                                  "RTL's table holds",
                                                  router, most_labels_));
    if (labels_.size() <= node.node) labels_.resize(node.node + std::size_t{1});
    labels_[node.node] = entry.label = known->second;
    if (added && router_of_[router] != nullptr) router_of_[router]->load(entry);
  }
  void arrives(std::size_t router, std::uint32_t port, std::uint32_t vc, const sim::WatchedFlit& flit,
               std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->arrives(port, vc, told(flit), at);
  }
  void credited(std::size_t router, std::uint32_t port, std::uint32_t vc, std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->credited(port, vc, at);
  }
  void sends(std::size_t router, Way /*from*/, Way to, const sim::WatchedFlit& flit, std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->sends(to, told(flit), at);
  }
  void frees(std::size_t router, Way from, std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->frees(from, at);
  }
  void settle() override {
    for (const auto& router : routers_) router->settle();
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& router : routers_) names.push_back(fmt::format("router {}", router->number()));
    return names;
  }
  std::int64_t flits_compared() const override {
    std::int64_t sum = 0;
    for (const auto& router : routers_) sum += router->flits_compared();
    return sum;
  }
  std::int64_t clock_cycles() const override {
    std::int64_t sum = 0;
    for (const auto& router : routers_) sum += router->clock_cycles();
    return sum;
  }

 private:
  RouterPort::Flit told(const sim::WatchedFlit& flit) const {
    return {flit.head,
            flit.tail,
            static_cast<std::uint8_t>(flit.x),
            static_cast<std::uint8_t>(flit.y),
            static_cast<std::uint8_t>(flit.core),
            flit.id,
            flit.on_tree,
            flit.on_tree ? labels_[flit.node] : std::uint16_t{0}};
  }
  std::vector<std::unique_ptr<WatchedRouter>> routers_;
  std::vector<WatchedRouter*> router_of_;  // by number; null: not watched
  std::size_t most_labels_;                // of a router
  /// By router: labels by outputs and labels over links.
  std::vector<std::map<std::pair<std::uint32_t, std::array<std::uint16_t, 4>>, std::uint16_t>> tables_;
  std::vector<std::uint16_t> labels_;  // by node of a tree
};

/// What the RTL routers do not do, or not with these numbers.
std::string why_no_rtl_network(const chips::Board& board, const sim::MeshSpec& mesh) {
  const RouterParameters* model = model_for(board);
  if (model == nullptr) {
    std::string built;
    for (const RouterParameters& m : router_models()) {
      if (m.label_bits == 0 && forks_packets(board)) continue;
      built += fmt::format("{}{} VCs of {} flits and {} cores", built.empty() ? "" : ", or ", m.vcs, m.depth, m.cores);
    }
    return fmt::format("the RTL router{} has {}; the chip file says {}, {}, {}",
                       forks_packets(board) ? " that forks packets" : "", built, mesh.virtual_channels,
                       mesh.buffer_flits, mesh.cores_per_router);
  }
  if (mesh.width > 1 << model->coordinate_bits || mesh.height > 1 << model->coordinate_bits)
    return fmt::format("{} x {} routers exceed its {} bits of a coordinate", mesh.width, mesh.height,
                       model->coordinate_bits);
  return {};
}

}  // namespace

bool names_routers(std::string_view selection) { return selection == kAll || selection.substr(0, kOne.size()) == kOne; }

std::string why_no_rtl_router(const chips::Board& board, std::size_t number) {
  const sim::MeshSpec mesh = sim::mesh_of(board);
  if (std::string why = why_no_rtl_network(board, mesh); !why.empty()) return why;
  const std::array<bool, 4> edge = place_of(mesh, number).edge;
  if (mesh.edge_buffer_flits() > mesh.buffer_flits && std::find(edge.begin(), edge.end(), true) != edge.end())
    return "a link of it leaves the chip, and buffers there are deeper";
  return {};
}

std::vector<std::size_t> select_routers(const chips::Board& board, std::string_view selection) {
  const std::string text(selection);
  std::vector<std::size_t> routers;
  const auto count = static_cast<std::size_t>(sim::mesh_of(board).routers());
  if (selection == kAll) {
    std::string first_reason;
    for (std::size_t r = 0; r < count; ++r) {
      const std::string why = why_no_rtl_router(board, r);
      if (why.empty()) routers.push_back(r);
      if (first_reason.empty()) first_reason = why;
    }
    if (routers.empty()) throw RouterNotInRtl(text, first_reason);
    return routers;
  }
  const std::string_view digits = selection.substr(kOne.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) throw RouterNotInRtl(text, "not a router's number");
  if (number >= count) throw RouterNotInRtl(text, fmt::format("the board has routers 0 to {}", count - 1));
  if (const std::string why = why_no_rtl_router(board, number); !why.empty()) throw RouterNotInRtl(text, why);
  return {number};
}

std::unique_ptr<sim::RouterWatch> make_router_lockstep(const chips::Board& board,
                                                       const std::vector<std::size_t>& routers,
                                                       const std::filesystem::path& wave) {
  return std::make_unique<RouterLockstep>(board, routers, wave);
}

}  // namespace ranvier::rtl
