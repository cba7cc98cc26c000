// SPDX-License-Identifier: Apache-2.0
// Libraries that are right are loaded; every way to be wrong is refused with its own error, in one line.
#include "rtl/adapter/core_library.h"

#include <gmock/gmock.h>

#include <fstream>

#include "rtl/adapter/errors.h"

namespace ranvier::rtl {
namespace {

using testing::HasSubstr;

std::string soft_core(const std::string& defect) { return RANVIER_SOFT_CORES "/soft_core_" + defect + ".so"; }

/// The error that `act` throws, which must be of this kind and one line.
template <class E, class Act>
E error_of(Act act) {
  try {
    act();
  } catch (const E& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    return e;
  }
  throw std::logic_error("no such error");
}

const std::int8_t kWeight[] = {1};
const std::int32_t kThreshold[] = {2};
const std::int32_t kPotential[] = {1};
constexpr ranvier_core_tile kTile{1, 1, 1, 1, -8, 7, kWeight, kThreshold, kPotential};
constexpr ranvier_core_event kEvent{0, 0, 1, 0};

TEST(CoreLibrary, SaysWhatItsCoreCanDo) {
  const auto library = open_core_library(soft_core("none"));
  EXPECT_EQ(library->name(), "soft_core");
  EXPECT_EQ(library->info().neurons, 48);
  EXPECT_TRUE(library->graded());
  EXPECT_TRUE(library->direct());
}

TEST(CoreLibrary, CoresOfOneLibraryAreApart) {
  const auto library = open_core_library(soft_core("none"));
  CoreInstance first(library), second(library);
  first.load(kTile);
  second.load(kTile);
  first.send(std::vector<ranvier_core_event>{kEvent, kEvent, kEvent});  // V = 4
  std::vector<std::int32_t> potential, code;
  second.read_state(potential, code);
  EXPECT_EQ(potential, std::vector<std::int32_t>{1});
  const auto spikes = first.step();
  ASSERT_EQ(spikes.size(), 1u);
  EXPECT_EQ(spikes[0].payload, 2);
  EXPECT_TRUE(second.step().empty());
  EXPECT_EQ(first.counts().events_in, 3u);
  EXPECT_EQ(first.counts().busy_cycles, 4u);
  EXPECT_EQ(second.counts().events_in, 0u);
}

TEST(CoreLibrary, WithoutWavesAndHiddenState) {
  CoreInstance core(open_core_library(soft_core("none")));
  EXPECT_FALSE(core.open_wave("wave.fst"));
  EXPECT_TRUE(core.save_hidden().empty());
}

TEST(CoreLibrary, MissingFile) {
  const auto e = error_of<CoreLibraryNotLoaded>([] { open_core_library("no/such/core.so"); });
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  EXPECT_EQ(e.library, "no/such/core.so");
  EXPECT_THAT(e.what(), HasSubstr("No such file"));
}

TEST(CoreLibrary, NotALibrary) {
  const std::string file = testing::TempDir() + "/not_a_core.so";
  std::ofstream(file) << "text\n";
  const auto e = error_of<CoreLibraryNotLoaded>([&] { open_core_library(file); });
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
}

TEST(CoreLibrary, BuiltWithAnotherHeader) {
  const auto e = error_of<CoreAbiMismatch>([] { open_core_library(soft_core("other_abi")); });
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  EXPECT_EQ(e.version, RANVIER_CORE_ABI + 1u);
  EXPECT_THAT(e.what(), HasSubstr("version 2"));
}

TEST(CoreLibrary, MissingFunction) {
  const auto e = error_of<CoreSymbolMissing>([] { open_core_library(soft_core("no_step")); });
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  EXPECT_EQ(e.symbol, "ranvier_core_step");
}

TEST(CoreLibrary, ImpossibleDescription) {
  const auto e = error_of<CoreDescriptionInvalid>([] { open_core_library(soft_core("no_name")); });
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  EXPECT_EQ(e.field, "name[0]");
}

TEST(CoreLibrary, NumbersOfSynapsesAndContextsThatOverflow) {
  const auto synapses = error_of<CoreDescriptionInvalid>([] { open_core_library(soft_core("many_synapses")); });
  EXPECT_EQ(synapses.field, "neurons * axons");
  EXPECT_THAT(synapses.what(), HasSubstr("17179869184"));
  const auto contexts = error_of<CoreDescriptionInvalid>([] { open_core_library(soft_core("many_contexts")); });
  EXPECT_EQ(contexts.field, "neurons * tokens");
}

TEST(CoreLibrary, GivesNoCore) {
  const auto library = open_core_library(soft_core("no_core"));
  const auto e = error_of<CoreCallFailed>([&] { CoreInstance core(library); });
  EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  EXPECT_EQ(e.call, "ranvier_core_create");
}

TEST(CoreLibrary, NeverReadyForAnEvent) {
  CoreInstance core(open_core_library(soft_core("never_ready")));
  core.load(kTile);
  const auto e = error_of<CoreNotReady>([&] { core.send({&kEvent, 1}); });
  EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  EXPECT_EQ(e.call, "ranvier_core_send");
  EXPECT_EQ(e.cycles, 100'000u);  // what the library says
  EXPECT_THAT(e.what(), HasSubstr("not ready after 100000 cycles"));
}

TEST(CoreLibrary, ACallThatFailsNamesTheWorkItIsFor) {
  CoreInstance core(open_core_library(soft_core("never_ready")));
  core.set_work("'block1.fc1', tokens 3 to 5, neurons 0 to 31");
  core.load(kTile);
  const auto e = error_of<CoreNotReady>([&] { core.send({&kEvent, 1}); });
  EXPECT_THAT(e.what(), HasSubstr("ranvier_core_send for 'block1.fc1', tokens 3 to 5, neurons 0 to 31: not ready"));
}

TEST(CoreLibrary, TheUsersTimeoutGoesFirst) {
  CoreInstance core(open_core_library(soft_core("never_loads")), 700);
  const auto e = error_of<CoreNotReady>([&] { core.load(kTile); });
  EXPECT_EQ(e.cycles, 700u);
  EXPECT_EQ(core.counts().cycles, 700u);
}

TEST(CoreLibrary, MoreEventsThanNeurons) {
  CoreInstance core(open_core_library(soft_core("too_many")));
  core.load(kTile);
  const auto e = error_of<CoreCallFailed>([&] { core.step(); });
  EXPECT_THAT(e.what(), HasSubstr("2 events out of 1 neurons"));
}

}  // namespace
}  // namespace ranvier::rtl
