// SPDX-License-Identifier: Apache-2.0
// The MPI back end of the communicator, where the build found MPI (RANVIER_HAS_MPI).
#include <limits>
#include <stdexcept>

#include "sim/communicator.h"
#include "sim/rank_errors.h"

#ifdef RANVIER_HAS_MPI
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#endif

namespace ranvier::sim {

#ifdef RANVIER_HAS_MPI
namespace {

class MpiRanks final : public Communicator {
 public:
  MpiRanks() {
    int level = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~MpiRanks() override {
    // A rank that leaves on an error takes the others with it: they would wait for it.
    if (std::uncaught_exceptions() > 0) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Finalize();
  }
  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::vector<RankBytes> all_gather(RankBytes mine) override {
    if (mine.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      throw std::logic_error("more than 2 GiB for the other ranks in one exchange");
    const int bytes = static_cast<int>(mine.size());
    std::vector<int> sizes(static_cast<std::size_t>(size_)), starts(sizes.size());
    MPI_Allgather(&bytes, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
    int end = 0;
    for (std::size_t r = 0; r < sizes.size(); ++r) {
      starts[r] = end;
      if (sizes[r] > std::numeric_limits<int>::max() - end)
        throw std::logic_error("more than 2 GiB from all ranks in one exchange");
      end += sizes[r];
    }
    RankBytes all(static_cast<std::size_t>(end));
    MPI_Allgatherv(mine.data(), bytes, MPI_BYTE, all.data(), sizes.data(), starts.data(), MPI_BYTE, MPI_COMM_WORLD);
    std::vector<RankBytes> out;
    for (std::size_t r = 0; r < sizes.size(); ++r)
      out.emplace_back(all.begin() + starts[r], all.begin() + starts[r] + sizes[r]);
    return out;
  }

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace

bool has_mpi() { return true; }

Communicator& mpi_ranks() {
  static MpiRanks ranks;
  return ranks;
}
#else
bool has_mpi() { return false; }

Communicator& mpi_ranks() {
  throw RanksUnavailable(
      "--ranks mpi: this binary was built without MPI; install mpich, build again, or give a number");
}
#endif

}  // namespace ranvier::sim
