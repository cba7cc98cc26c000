// SPDX-License-Identifier: Apache-2.0
#include "sim/communicator.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "sim/rank_errors.h"

namespace ranvier::sim {
namespace {

/// Where the threads of run_local_ranks() meet: each puts its bytes down, the last one wakes the others.
class Meeting {
 public:
  explicit Meeting(int ranks) : brought_(static_cast<std::size_t>(ranks)) {}

  std::vector<RankBytes> all_gather(int rank, RankBytes mine) {
    std::unique_lock lock(mutex_);
    brought_[static_cast<std::size_t>(rank)] = std::move(mine);
    const std::uint64_t round = round_;
    if (++here_ == brought_.size()) {
      taken_ = std::move(brought_);
      brought_.assign(taken_.size(), {});
      here_ = 0;
      ++round_;
      changed_.notify_all();
    } else {
      changed_.wait(lock, [&] { return round_ != round || broken_; });
    }
    if (round_ == round) throw RankLost(rank);
    return taken_;
  }

  /// A rank is gone for good: nobody waits for it.
  void leave() {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RankBytes> brought_, taken_;
  std::size_t here_ = 0;
  std::uint64_t round_ = 0;
  bool broken_ = false;
};

class LocalRank final : public Communicator {
 public:
  LocalRank(Meeting& meeting, int rank, int size) : meeting_(meeting), rank_(rank), size_(size) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::vector<RankBytes> all_gather(RankBytes mine) override { return meeting_.all_gather(rank_, std::move(mine)); }

 private:
  Meeting& meeting_;
  int rank_, size_;
};

class DryRun final : public Communicator {
 public:
  explicit DryRun(int ranks) : ranks_(ranks) {}
  int rank() const override { return 0; }
  int size() const override { return ranks_; }
  std::vector<RankBytes> all_gather(RankBytes) override { throw std::logic_error("a dry run has nothing to gather"); }
  bool dry_run() const override { return true; }

 private:
  int ranks_;
};

}  // namespace

void run_local_ranks(int ranks, const std::function<void(Communicator&)>& work) {
  Meeting meeting(ranks);
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int r = 0; r < ranks; ++r) {
    threads.emplace_back([&, r] {
      try {
        LocalRank rank(meeting, r, ranks);
        work(rank);
      } catch (...) {
        errors[static_cast<std::size_t>(r)] = std::current_exception();
        meeting.leave();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Those that only missed a rank say less than the rank that failed.
  std::exception_ptr first;
  for (const std::exception_ptr& error : errors) {
    if (!error) continue;
    try {
      std::rethrow_exception(error);
    } catch (const RankLost&) {
      if (!first) first = error;
    } catch (...) {
      std::rethrow_exception(error);
    }
  }
  if (first) std::rethrow_exception(first);
}

std::unique_ptr<Communicator> make_dry_run(int ranks) { return std::make_unique<DryRun>(ranks); }

}  // namespace ranvier::sim
