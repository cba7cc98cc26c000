// SPDX-License-Identifier: Apache-2.0
// Bytes as what an HDF5 file holds, in the form that comes from the process that reads it, and that as a NIR graph:
// thousands of times as fast as by way of HDF5 files.
#include "tests/fuzz/small_nir.h"
#include "workloads/nir/hdf5_tree_wire.h"

namespace ranvier::fuzz {

bool feed_nir_tree(std::span<const std::uint8_t> bytes) {
  using namespace workloads;
  Hdf5Group tree;
  try {
    tree = get_tree_or_refusal(bytes);
  } catch (const Hdf5ChildDied&) {
    return false;
  } catch (const Error&) {
    return false;
  }
  return read_or_refused([&] { simulate_small(nir_of_tree(std::move(tree), "fuzzed.nir")); });
}

}  // namespace ranvier::fuzz
