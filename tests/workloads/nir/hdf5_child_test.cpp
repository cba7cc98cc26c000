// SPDX-License-Identifier: Apache-2.0
// Work done in a child process: what comes back, and what becomes of a child that dies.
#include "workloads/nir/hdf5_child.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "workloads/nir/hdf5_tree_wire.h"
#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

using ByteList = std::vector<std::uint8_t>;

TEST(Hdf5Child, ResultsComeBackWhateverTheirSize) {
  EXPECT_EQ(work_in_child([] { return ByteList{1, 2, 3}; }), (ByteList{1, 2, 3}));
  EXPECT_TRUE(work_in_child([] { return ByteList{}; }).empty());
  EXPECT_EQ(work_in_child([] { return ByteList(3'000'000, 7); }), ByteList(3'000'000, 7));
}

TEST(Hdf5Child, WhatHappensToTheChildStaysThere) {
  int here = 1;
  EXPECT_EQ(work_in_child([&] { return ByteList{static_cast<std::uint8_t>(++here)}; }), ByteList{2});
  EXPECT_EQ(here, 1);
  EXPECT_THROW(work_in_child([]() -> ByteList {
                 std::raise(SIGSEGV);
                 return {};
               }),
               Hdf5ChildDied);
  EXPECT_THROW(work_in_child([]() -> ByteList { std::abort(); }), Hdf5ChildDied);
  EXPECT_THROW(work_in_child([]() -> ByteList { std::_Exit(0); }), Hdf5ChildDied);
  EXPECT_THROW(work_in_child([]() -> ByteList { throw std::runtime_error("bug"); }), std::logic_error);
  EXPECT_THROW(work_in_child([]() -> ByteList { throw std::bad_alloc(); }), std::bad_alloc);
}

TEST(Hdf5Child, TreesAndRefusalsComeBackAsTheyWere) {
  Hdf5Group tree;
  tree.attributes["a"] = Hdf5Value::text("one\0two");
  tree.datasets["d"] = {Hdf5Value::integers({1, -2}), {{"b", {kFloat32, false, {1}, std::vector<double>{0.5}}}}};
  tree.groups.push_back({"g", {}, {{"n", {{kText, true, {}, std::vector<std::string>{}}, {}}}}, {}});
  EXPECT_EQ(get_tree_or_refusal(tree_or_refusal([&] { return tree; })), tree);
  const auto thrown = [](const auto& e) { return tree_or_refusal([&]() -> Hdf5Group { throw e; }); };
  try {
    get_tree_or_refusal(thrown(Hdf5TooLarge("f", "/p", "elements", 9, 4)));
    FAIL() << "no error";
  } catch (const Hdf5TooLarge& e) {
    EXPECT_STREQ(e.what(), Hdf5TooLarge("f", "/p", "elements", 9, 4).what());
    EXPECT_EQ(e.most, 4U);
  }
  EXPECT_THROW(get_tree_or_refusal(thrown(Hdf5Unreadable("f", "/p", "x"))), Hdf5Unreadable);
  EXPECT_THROW(get_tree_or_refusal(thrown(Hdf5Unsupported("f", "/p", "x"))), Hdf5Unsupported);
}

TEST(Hdf5Child, EveryTruncationOfATreeIsAChildThatDied) {
  Hdf5Group tree;
  tree.attributes["a"] = Hdf5Value::text("one");
  tree.datasets["d"] = {Hdf5Value::integers({1, -2}), {}};
  const ByteList whole = tree_or_refusal([&] { return tree; });
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(get_tree_or_refusal({whole.data(), size}), Hdf5ChildDied) << size;
  }
}

}  // namespace
}  // namespace ranvier::workloads
