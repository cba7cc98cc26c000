// SPDX-License-Identifier: Apache-2.0
// Ranks that simulate one board together, each the cores of its chips. What they need of each other is one operation:
// everybody's bytes to everybody. Back ends: one rank, ranks as threads of this process, a dry run that only counts
// what ranks would send, and MPI where it was built in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace ranvier::sim {

using RankBytes = std::vector<std::uint8_t>;

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Every rank's bytes, by rank. All ranks call it, in the same order; throws RankLost where one is gone.
  virtual std::vector<RankBytes> all_gather(RankBytes mine) = 0;
  /// One process stands for all ranks: it does the work of each, and sends nothing.
  virtual bool dry_run() const { return false; }
};

/// Runs `work` in `ranks` threads, each a rank; returns when all are done. The first exception, by rank, is thrown.
void run_local_ranks(int ranks, const std::function<void(Communicator&)>& work);

/// One process that stands for `ranks` of them.
std::unique_ptr<Communicator> make_dry_run(int ranks);

/// False where this program was built without MPI.
bool has_mpi();
/// The ranks that mpiexec started; MPI is initialised by the first call and finalised at exit. Throws RanksUnavailable
/// without MPI.
Communicator& mpi_ranks();

}  // namespace ranvier::sim
