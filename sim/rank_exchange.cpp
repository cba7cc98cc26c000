// SPDX-License-Identifier: Apache-2.0
#include "sim/rank_exchange.h"

#include "sim/rank_errors.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

RankExchange::RankExchange(Communicator* ranks, const RankSplit& split, CoreBank& bank)
    : ranks_(ranks), split_(split), bank_(bank), bytes_(static_cast<std::size_t>(split.ranks())) {}

void RankExchange::swap(const Pack& pack, const Unpack& unpack) {
  if (ranks_ == nullptr) return;
  if (ranks_->dry_run()) {
    for (int r = 0; r < split_.ranks(); ++r) {
      StateWriter w;
      pack(r, w);
      bytes_[static_cast<std::size_t>(r)] += static_cast<std::int64_t>(w.take().size());
    }
    return;
  }
  StateWriter w;
  pack(split_.rank(), w);
  const std::vector<RankBytes> all = ranks_->all_gather(w.take());
  for (int r = 0; r < split_.ranks(); ++r) {
    bytes_[static_cast<std::size_t>(r)] += static_cast<std::int64_t>(all[static_cast<std::size_t>(r)].size());
    if (r == split_.rank()) continue;
    StateReader reader(all[static_cast<std::size_t>(r)]);
    unpack(r, reader);
    reader.finish();
  }
}

void RankExchange::fired(std::span<FiredTile* const> tiles) {
  bool failed = false;
  for (const FiredTile* f : tiles) failed = failed || f->error != nullptr;
  swap(
      [&](int rank, StateWriter& w) {
        w.value(static_cast<std::uint8_t>(failed));
        if (failed) return;
        for (const FiredTile* f : tiles) {
          if (f->tile == TileId(0) || split_.owner(f->tile) != rank) continue;
          w.value(f->cycles.count());
          w(f->emissions);
        }
      },
      [&](int rank, StateReader& r) {
        std::uint8_t theirs = 0;
        r.value(theirs);
        if (theirs != 0 && !failed) throw RankLost(split_.rank());
        if (theirs != 0) return;
        for (FiredTile* f : tiles) {
          if (f->tile == TileId(0) || split_.owner(f->tile) != rank) continue;
          std::int64_t cycles = 0;
          r.value(cycles);
          f->cycles = Cycles(cycles);
          r(f->emissions);
        }
      });
}

void RankExchange::received(std::span<const TileId> reached, std::span<std::vector<Cycles>> cycles,
                            std::span<const TileId> moved, bool ask_restless) {
  swap(
      [&](int rank, StateWriter& w) {
        for (std::size_t i = 0; i < reached.size(); ++i) {
          if (split_.owner(reached[i]) != rank) continue;
          for (const Cycles c : cycles[i]) w.value(c.count());
        }
        for (const TileId tile : moved) {
          if (split_.owner(tile) != rank) continue;
          w.value(bank_[tile].counters());
          if (ask_restless) w.value(static_cast<std::uint8_t>(bank_[tile].restless()));
        }
      },
      [&](int rank, StateReader& r) {
        for (std::size_t i = 0; i < reached.size(); ++i) {
          if (split_.owner(reached[i]) != rank) continue;
          for (Cycles& c : cycles[i]) {
            std::int64_t n = 0;
            r.value(n);
            c = Cycles(n);
          }
        }
        for (const TileId tile : moved) {
          if (split_.owner(tile) != rank) continue;
          CoreCounters counters;
          std::uint8_t restless = 0;
          r.value(counters);
          if (ask_restless) r.value(restless);
          remote(tile).tell(counters, restless != 0);
        }
      });
}

void RankExchange::codes(std::size_t tiles) {
  swap(
      [&](int rank, StateWriter& w) {
        for (std::size_t t = 1; t < tiles; ++t) {
          if (split_.owner(TileId(t)) == rank) w(bank_[TileId(t)].codes());
        }
      },
      [&](int rank, StateReader& r) {
        for (std::size_t t = 1; t < tiles; ++t) {
          if (split_.owner(TileId(t)) != rank) continue;
          std::vector<std::int32_t> codes;
          r(codes);
          remote(TileId(t)).tell_codes(std::move(codes));
        }
      });
}

}  // namespace ranvier::sim
