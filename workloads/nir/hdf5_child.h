// SPDX-License-Identifier: Apache-2.0
// Reading of HDF5 files from anywhere, in a process of its own: version 1.10 of the library runs into damaged files
// (a random change of a byte or two is enough to make it read through null pointers, or keep memory for good), and no
// check in front of it short of another HDF5 reader finds all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

namespace ranvier::workloads {

/// The child was ended by a signal, or by its limit of processor time.
struct Hdf5ChildDied {};

/// What `work` returns, computed in a child process. The caller holds a Hdf5Session, the child has it with it. `work`
/// puts the failures that it expects into its result; any other exception comes back as a std::logic_error, or as
/// std::bad_alloc. Throws Hdf5ChildDied, std::system_error where there is no process to be had.
std::vector<std::uint8_t> work_in_child(const std::function<std::vector<std::uint8_t>()>& work);

}  // namespace ranvier::workloads
