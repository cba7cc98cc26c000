// SPDX-License-Identifier: Apache-2.0
// Every way to cut the product over the cores, every tile that fits the double-buffered L0 memories, three ways to use
// L1. Tile sizes that only make the last tile smaller are skipped.
#include "mapper/dense_tiling.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace ranvier::mapper {
namespace {

/// The busiest core's share.
struct Share {
  std::int64_t products, rows, depth, columns;  // the last three in blocks
  std::int64_t cores;                           // that have work
};

struct Tile {
  std::int64_t rows, depth, columns;
};

/// Equal pieces of `whole` and a smaller last one.
struct Pieces {
  std::int64_t size, full, rest;
  Pieces(std::int64_t whole, std::int64_t size_) : size(size_), full(whole / size_), rest(whole % size_) {}
  template <class Visit>
  void each(Visit&& visit) const {
    if (full > 0) visit(size, full);
    if (rest > 0) visit(rest, std::int64_t{1});
  }
};

/// Sizes that cut `whole` into 1, 2, 3, ... pieces as equal as can be.
std::vector<std::int64_t> piece_sizes(std::int64_t whole, std::int64_t most) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = std::min(whole, most); size > 0;) {
    const std::int64_t pieces = ceil_div(whole, size);
    sizes.push_back(ceil_div(whole, pieces));
    if (sizes.back() == 1) break;
    size = ceil_div(whole, pieces + 1) < sizes.back() ? ceil_div(whole, pieces + 1) : sizes.back() - 1;
  }
  return sizes;
}

std::vector<Share> shares(const MatrixJob& job, std::int64_t cores) {
  std::vector<Share> all;
  for (std::int64_t p = 1; p <= cores; ++p) {
    if (cores % p != 0) continue;
    for (std::int64_t r = 1; r <= cores / p; ++r) {
      if (cores / p % r != 0) continue;
      const std::int64_t c = cores / p / r;
      const Share s{ceil_div(job.products, p), ceil_div(job.row_blocks, r), job.depth_blocks,
                    ceil_div(job.column_blocks, c), 0};
      const std::int64_t used = ceil_div(job.products, s.products) * ceil_div(job.row_blocks, s.rows) *
                                ceil_div(job.column_blocks, s.columns);
      all.push_back({s.products, s.rows, s.depth, s.columns, used});
    }
  }
  return all;
}

/// Cycles of one product's tiles: each step waits for the slowest of the matrix unit and the two loads of the next.
struct Pipeline {
  std::int64_t cycles = 0;
  std::int64_t left_loads = 0, right_loads = 0, drains = 0;
  std::int64_t moved_bytes = 0;  // once each
};

class Search {
 public:
  Search(const chips::Device& device, const MatrixJob& job, std::int64_t vector_cycles)
      : d_(device), job_(job), vector_cycles_(vector_cycles) {}

  MatrixCost best() {
    for (const Share& share : shares(job_, d_.cores.value)) try_share(share);
    if (!found_) throw std::logic_error("no tile fits the buffers of " + d_.name);
    return best_;
  }

 private:
  void try_share(const Share& share) {
    const std::int64_t left = d_.left_buffer.value.count() / 2 / job_.block_bytes_left;
    const std::int64_t right = d_.right_buffer.value.count() / 2 / job_.block_bytes_right;
    const std::int64_t sums =
        std::min(d_.result_buffer.value, d_.unified_buffer.value).count() / 2 / job_.block_bytes_sums;
    for (const std::int64_t depth : piece_sizes(share.depth, std::min(left, right)))
      for (const std::int64_t rows : piece_sizes(share.rows, std::min(left / depth, sums)))
        for (const std::int64_t columns : piece_sizes(share.columns, std::min(right / depth, sums / rows)))
          try_tile(share, {rows, depth, columns});
  }

  Pipeline pipeline(const Share& share, const Tile& tile) const {
    Pipeline p;
    Pieces(share.rows, tile.rows).each([&](std::int64_t rows, std::int64_t n_rows) {
      Pieces(share.columns, tile.columns).each([&](std::int64_t columns, std::int64_t n_columns) {
        std::int64_t steps = 0, left_loads = 0, right_loads = 0;
        Pieces(share.depth, tile.depth).each([&](std::int64_t depth, std::int64_t n) {
          const std::int64_t left = ceil_div(rows * depth * job_.block_bytes_left, d_.left_bytes_per_cycle.value);
          const std::int64_t right = ceil_div(depth * columns * job_.block_bytes_right, d_.right_bytes_per_cycle.value);
          steps += n * std::max({rows * depth * columns, left, right});
          left_loads += n * left;
          right_loads += n * right;
        });
        const std::int64_t tiles = n_rows * n_columns;
        const std::int64_t drain = ceil_div(rows * columns * job_.block_bytes_sums, d_.result_bytes_per_cycle.value);
        p.cycles += tiles * std::max(steps, drain);
        p.left_loads += tiles * left_loads;
        p.right_loads += tiles * right_loads;
        p.drains += tiles * drain;
      });
    });
    const std::int64_t row_tiles = ceil_div(share.rows, tile.rows),
                       column_tiles = ceil_div(share.columns, tile.columns);
    p.moved_bytes = share.rows * share.depth * job_.block_bytes_left * column_tiles +
                    share.depth * share.columns * job_.block_bytes_right * row_tiles +
                    share.rows * share.columns * job_.block_bytes_sums;
    return p;
  }

  /// How often L1 takes in the core's left and right bytes of a product.
  struct Passes {
    std::int64_t left, right;
    bool right_stays = false;  // over all products of a group
  };

  void try_tile(const Share& share, const Tile& tile) {
    const Pipeline pipe = pipeline(share, tile);
    if (found_ && pipe.cycles * share.products > best_.total_cycles) return;
    const std::int64_t memory = d_.core_buffer.value.count();
    const std::int64_t left_raw = ceil_div(job_.left_bytes * share.rows, job_.row_blocks);
    // A block of rows holds at most the positions spelt out, at least what lies in memory under it.
    const auto left_part = [&](std::int64_t rows, std::int64_t depth) {
      const std::int64_t raw = ceil_div(left_raw * rows, share.rows) + job_.halo_bytes;
      return std::min(rows * depth * job_.block_bytes_left, ceil_div(raw * depth, share.depth));
    };
    const std::int64_t left_chunk = left_part(tile.rows, tile.depth);
    const std::int64_t right_chunk = tile.depth * tile.columns * job_.block_bytes_right;
    if (2 * (left_chunk + right_chunk) > memory) return;
    const std::int64_t column_tiles = ceil_div(share.columns, tile.columns);
    const std::int64_t row_tiles = ceil_div(share.rows, tile.rows);

    finish(share, tile, pipe, left_chunk + right_chunk, {column_tiles, row_tiles});
    const std::int64_t right_column = tile.columns * share.depth * job_.block_bytes_right;
    if (const std::int64_t n = panels(column_tiles, right_column, memory - 2 * left_chunk); n > 0)
      finish(share, tile, pipe, left_chunk + right_chunk, {n, 1, true});
    const std::int64_t left_row = left_part(tile.rows, share.depth);
    if (const std::int64_t n = panels(row_tiles, left_row, memory - 2 * right_chunk); n > 0)
      finish(share, tile, pipe, left_chunk + right_chunk, {1, n});
  }

  /// Panels of whole tiles that L1 holds one after the other, two at a time if there is more than one; 0: too large.
  static std::int64_t panels(std::int64_t tiles, std::int64_t tile_bytes, std::int64_t room) {
    if (tiles * tile_bytes <= room) return 1;
    const std::int64_t held = room / 2 / tile_bytes;
    return held > 0 ? ceil_div(tiles, held) : 0;
  }

  /// `part` of the busiest core, of `whole` of all products.
  std::int64_t share_of(const Share& share, std::int64_t whole) const {
    __extension__ using Wide = __int128;
    const Wide all = static_cast<Wide>(job_.products) * job_.row_blocks * job_.column_blocks;
    return static_cast<std::int64_t>(
        (static_cast<Wide>(whole) * share.products * share.rows * share.columns + all - 1) / all);
  }

  void finish(const Share& share, const Tile& tile, const Pipeline& pipe, std::int64_t first_chunk,
              const Passes& passes) {
    const std::int64_t half_shared = d_.shared_buffer.value.count() / 2;
    const std::int64_t rights = job_.shared_right ? job_.groups : job_.products;
    const std::int64_t all_left = job_.products * job_.left_bytes, all_right = rights * job_.right_bytes;

    // Memory, cores in step: what comes again comes from there too, unless half of L2 holds a block of one matrix
    // while the other streams past it; the better of the two.
    const std::int64_t right_again =
        passes.right_stays ? 1 : passes.right * (job_.shared_right ? job_.products / rights : 1);
    const std::int64_t right_reads = std::min(right_again, std::max<std::int64_t>(1, ceil_div(all_left, half_shared)));
    const std::int64_t left_reads = std::min(passes.left, std::max<std::int64_t>(1, ceil_div(all_right, half_shared)));
    const std::int64_t left_once = job_.left_resident ? 0 : all_left, right_once = job_.right_resident ? 0 : all_right;
    const std::int64_t halo = (passes.right - 1) * job_.halo_bytes * (job_.left_resident ? 0 : job_.products);
    const std::int64_t memory_bytes =
        std::min(left_once + right_once * right_reads, left_once * left_reads + right_once) + halo +
        (job_.residual_resident ? 0 : job_.residual_bytes) + (job_.output_resident ? 0 : job_.output_bytes);

    // Between L2 and the busiest core: everything that L1 takes in.
    const std::int64_t left_fill =
        share.products *
        (ceil_div(job_.left_bytes * share.rows, job_.row_blocks) * passes.left + (passes.right - 1) * job_.halo_bytes);
    const std::int64_t right_times = passes.right_stays && job_.shared_right
                                         ? ceil_div(share.products * rights, job_.products)
                                         : share.products * passes.right;
    const std::int64_t right_fill = ceil_div(job_.right_bytes * share.columns, job_.column_blocks) * right_times;
    const std::int64_t fill = left_fill + right_fill + share_of(share, job_.residual_bytes);
    const std::int64_t output = share_of(share, job_.output_bytes);
    const std::int64_t output_rate =
        job_.output_resident ? d_.shared_write_bytes_per_cycle.value : d_.output_bytes_per_cycle.value;

    MatrixCost c;
    c.cube_cycles = share.products * share.rows * share.depth * share.columns;
    c.move_cycles = share.products * std::max({pipe.left_loads, pipe.right_loads, pipe.drains});
    c.memory_cycles = std::max({ceil_div(memory_bytes, d_.memory_bytes_per_cycle.value),
                                ceil_div(fill, d_.shared_read_bytes_per_cycle.value), ceil_div(output, output_rate)});
    c.memory_bytes = memory_bytes;
    c.shared_bytes = share.cores * (fill + output);
    c.buffer_bytes = share.cores * (fill + 2 * share.products * pipe.moved_bytes + output);

    const std::int64_t sums = tile.rows * tile.columns * job_.block_bytes_sums;
    const std::int64_t last_output =
        ceil_div(output * tile.rows * tile.columns, share.products * share.rows * share.columns);
    const std::int64_t fill_first =
        ceil_div(first_chunk, std::min(d_.memory_bytes_per_cycle.value, d_.shared_read_bytes_per_cycle.value)) +
        std::max(ceil_div(tile.rows * tile.depth * job_.block_bytes_left, d_.left_bytes_per_cycle.value),
                 ceil_div(tile.depth * tile.columns * job_.block_bytes_right, d_.right_bytes_per_cycle.value));
    const std::int64_t drain_last =
        ceil_div(sums, d_.result_bytes_per_cycle.value) + ceil_div(last_output, output_rate);
    c.total_cycles =
        std::max({share.products * pipe.cycles, c.memory_cycles, vector_cycles_}) + fill_first + drain_last;

    const auto rank = [](const MatrixCost& m) { return std::pair(m.total_cycles, m.memory_bytes); };
    if (found_ && rank(c) >= rank(best_)) return;
    best_ = c;
    found_ = true;
  }

  const chips::Device& d_;
  const MatrixJob& job_;
  std::int64_t vector_cycles_;
  bool found_ = false;
  MatrixCost best_;
};

}  // namespace

MatrixCost best_tiling(const chips::Device& device, const MatrixJob& job, std::int64_t vector_cycles) {
  return Search(device, job, vector_cycles).best();
}

}  // namespace ranvier::mapper
