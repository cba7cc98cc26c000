// SPDX-License-Identifier: Apache-2.0
// --ranks from the command line: threads, MPI processes and a dry run write the same folder; what ranks cannot do is
// refused.
#include <gtest/gtest.h>

#include "command.h"
#include "sim/communicator.h"

namespace ranvier::cli_test {
namespace {

class RanksCommand : public CommandTest {
 protected:
  // Three chips of the board are used.
  static constexpr const char* kRun =
      "run fashion-vit --target tianjic-like:3x3 --images 1 --accuracy-images 1 --fidelity fast -q";

  std::string bytes_of(const std::string& folder) {
    std::string all;
    for (const char* file : {"layers.csv", "links.csv", "ledger.csv", "trace.json"})
      all += text_of(folder_ / folder / file);
    return all;
  }
};

TEST_F(RanksCommand, ThreadsAndDryRunsWriteTheSameFolder) {
  ASSERT_EQ(ranvier(std::string(kRun) + " -o one").exit_code, 0);
  for (const char* ranks : {"1", "2", "4", "dry-run:3"}) {
    const auto o = ranvier(std::string(kRun) + " --force -o many --ranks " + ranks);
    ASSERT_EQ(o.exit_code, 0) << o.err;
    EXPECT_EQ(bytes_of("many"), bytes_of("one")) << ranks;
  }
}

TEST_F(RanksCommand, MpiProcessesWriteTheSameFolder) {
  if (!sim::has_mpi()) GTEST_SKIP() << "built without MPI";
  const bool both = shell("mpiexec.mpich --version").exit_code == 0;  // beside another MPI's
  const std::string mpiexec = both ? "mpiexec.mpich" : "mpiexec";
  if (shell(mpiexec + " --version").exit_code != 0) GTEST_SKIP() << "mpiexec is not installed";
  ASSERT_EQ(ranvier(std::string(kRun) + " -o one").exit_code, 0);
  for (const char* processes : {"1", "2", "4"}) {
    const auto o = shell(mpiexec + " -n " + processes + " " + RANVIER_BINARY + " " + kRun +
                         " --threads 1 --force -o many --ranks mpi");
    ASSERT_EQ(o.exit_code, 0) << o.err;
    EXPECT_EQ(bytes_of("many"), bytes_of("one")) << processes;
  }
}

TEST_F(RanksCommand, WhatRanksCannotDoIsRefused) {
  const std::string run = "run fashion-vit-small --target tianjic-like -q --images 1 -o r ";
  expect_refusal(ranvier(run + "--fidelity fast --ranks none"), 4, "--ranks: 'none'");
  expect_refusal(ranvier(run + "--fidelity fast --ranks 0"), 4, "--ranks: '0'");
  expect_refusal(ranvier(run + "--fidelity fast --ranks dry-run:"), 4, "--ranks: 'dry-run:'");
  expect_refusal(ranvier(run + "--fidelity cycle --ranks 2"), 4, "cycle");
  expect_refusal(ranvier(run + "--fidelity fast --ranks 2 --checkpoint every=1"), 4, "--checkpoint");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(RanksCommand, AnImageStoppedEarlyIsComparedWhereItStopped) {
  const std::string run =
      "run fashion-vit-small --images 1 --accuracy-images 1 --fidelity fast -q --json --force -o r ";
  for (const char* schedule : {"staged-graded", "staged-unary", "async-unary"}) {
    const auto o = ranvier(run + "--target tianjic-like --max-steps 7 --schedule " + schedule);
    ASSERT_EQ(o.exit_code, 0) << o.err;
    EXPECT_TRUE(o.json()["exact"].get<bool>()) << schedule;
    EXPECT_EQ(o.json()["steps"], 7) << schedule;
  }
  expect_refusal(ranvier(run + "--target loihi-fitted:2x2 --max-steps 7 --schedule async-unary"), 4, "--max-steps");
}

}  // namespace
}  // namespace ranvier::cli_test
