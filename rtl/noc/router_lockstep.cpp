// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/router_lockstep.h"

#include <fmt/format.h>

#include <charconv>

#include "rtl/noc/errors.h"
#include "rtl/noc/watched_router.h"
#include "sim/network_timing.h"

namespace ranvier::rtl {
namespace {

constexpr std::string_view kAll = "routers", kOne = "router:";

class RouterLockstep final : public sim::RouterWatch {
 public:
  RouterLockstep(const chips::Board& board, const std::vector<std::size_t>& routers, const std::filesystem::path& wave)
      : router_of_(board.cores()) {
    for (const std::size_t r : routers) {
      if (router_of_[r] != nullptr) continue;
      const auto width = static_cast<std::size_t>(board.width());
      routers_.push_back(std::make_unique<WatchedRouter>(r, static_cast<std::uint8_t>(r % width),
                                                         static_cast<std::uint8_t>(r / width), wave));
      router_of_[r] = routers_.back().get();
    }
  }

  void arrives(std::size_t router, std::uint32_t port, std::uint32_t vc, const sim::WatchedFlit& flit,
               std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->arrives(port, vc, told(flit), at);
  }
  void credited(std::size_t router, std::uint32_t port, std::uint32_t vc, std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->credited(port, vc, at);
  }
  void sends(std::size_t router, Way from, Way to, const sim::WatchedFlit& flit, std::int64_t at) override {
    if (WatchedRouter* r = router_of_[router]) r->sends(from, to, told(flit), at);
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
  static RouterPort::Flit told(const sim::WatchedFlit& flit) {
    return {flit.head, flit.tail, static_cast<std::uint8_t>(flit.x), static_cast<std::uint8_t>(flit.y), flit.id};
  }
  std::vector<std::unique_ptr<WatchedRouter>> routers_;
  std::vector<WatchedRouter*> router_of_;  // by number; null: not watched
};

/// What rv_router does not do, or not with these numbers.
std::string why_no_rtl_network(const chips::Board& board, const sim::MeshSpec& mesh) {
  const RouterParameters rtl = router_parameters();
  const RouterParameters here{mesh.virtual_channels, mesh.buffer_flits, mesh.timing.hop(), mesh.timing.credit,
                              rtl.coordinate_bits};
  if (mesh.cores_per_router != 1) return "routers of several cores are not in RTL";
  if (board.chip.noc.multicast == chips::Multicast::kTree) return "routers that fork packets are not in RTL";
  if (mesh.timing.hop() != mesh.timing.vertical_hop()) return "its vertical links are slower";
  if (mesh.timing.link_cycles_per_flit != 1) return "its links take a flit in several cycles";
  if (mesh.width > 1 << rtl.coordinate_bits || mesh.height > 1 << rtl.coordinate_bits)
    return fmt::format("{} x {} routers exceed its {} bits of a coordinate", mesh.width, mesh.height,
                       rtl.coordinate_bits);
  if (here != rtl)
    return fmt::format(
        "the RTL router has {} VCs of {} flits, {} cycles a hop, {} for a credit; the chip file says {}, "
        "{}, {}, {}",
        rtl.vcs, rtl.depth, rtl.hop, rtl.credit, here.vcs, here.depth, here.hop, here.credit);
  return {};
}

}  // namespace

bool names_routers(std::string_view selection) { return selection == kAll || selection.substr(0, kOne.size()) == kOne; }

std::string why_no_rtl_router(const chips::Board& board, std::size_t number) {
  const sim::MeshSpec mesh = sim::mesh_of(board);
  if (std::string why = why_no_rtl_network(board, mesh); !why.empty()) return why;
  const auto at = static_cast<std::int32_t>(number);
  const std::int32_t x = at % mesh.width, y = at / mesh.width;
  const auto leaves_chip = [](std::int32_t from, std::int32_t step, std::int32_t side, std::int32_t chip_side) {
    const std::int32_t to = from + step;
    return to >= 0 && to < side && to / chip_side != from / chip_side;
  };
  for (const std::int32_t step : {-1, 1}) {
    if (leaves_chip(x, step, mesh.width, mesh.chip_width) || leaves_chip(y, step, mesh.height, mesh.chip_height))
      return "a link of it leaves the chip, and links between chips are not in RTL";
  }
  return {};
}

std::vector<std::size_t> select_routers(const chips::Board& board, std::string_view selection) {
  const std::string text(selection);
  std::vector<std::size_t> routers;
  if (selection == kAll) {
    std::string first_reason;
    for (std::size_t r = 0; r < board.cores(); ++r) {
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
  if (number >= board.cores())
    throw RouterNotInRtl(text, fmt::format("the board has routers 0 to {}", board.cores() - 1));
  if (const std::string why = why_no_rtl_router(board, number); !why.empty()) throw RouterNotInRtl(text, why);
  return {number};
}

std::unique_ptr<sim::RouterWatch> make_router_lockstep(const chips::Board& board,
                                                       const std::vector<std::size_t>& routers,
                                                       const std::filesystem::path& wave) {
  return std::make_unique<RouterLockstep>(board, routers, wave);
}

}  // namespace ranvier::rtl
