// SPDX-License-Identifier: Apache-2.0
// A whole HDF5 file, or why it was refused, through a pipe.
#pragma once

#include "workloads/nir/hdf5_value.h"
#include "workloads/nir/hdf5_wire.h"

namespace ranvier::workloads {

void put_tree(WireWriter& wire, const Hdf5Group& group);
Hdf5Group get_tree(WireReader& wire);

/// The tree that `read` gives, or the Hdf5Unreadable, Hdf5Unsupported or Hdf5TooLarge that it throws, as bytes.
std::vector<std::uint8_t> tree_or_refusal(const std::function<Hdf5Group()>& read);
/// Inverse; throws what was thrown.
Hdf5Group get_tree_or_refusal(std::span<const std::uint8_t> bytes);

}  // namespace ranvier::workloads
