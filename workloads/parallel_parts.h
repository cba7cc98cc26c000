// SPDX-License-Identifier: Apache-2.0
// Threads over the parts of one piece of work. Parts write to places of their own, so the result does not depend on
// how many threads there are.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstddef>

namespace ranvier::workloads {

/// Runs `work` with at most `threads` threads; 0: as many as the caller has.
template <class Work>
void with_threads(int threads, const Work& work) {
  if (threads <= 0) return work();
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute(work);
}

/// Calls visit(i) for 0 <= i < count: in order on this thread, or on all threads of the caller's arena. A thread that
/// waits for the others takes nothing up from outside: else it would begin another image in the middle of one.
template <class Visit>
void for_each_part(std::size_t count, bool parallel, const Visit& visit) {
  if (!parallel || count < 2) {
    for (std::size_t i = 0; i < count; ++i) visit(i);
    return;
  }
  tbb::this_task_arena::isolate(
      [&] { tbb::parallel_for(std::size_t{0}, count, std::size_t{1}, visit, tbb::simple_partitioner{}); });
}

}  // namespace ranvier::workloads
