// SPDX-License-Identifier: Apache-2.0
// Between Hdf5Type and the library's types. The caller holds a Hdf5Session.
#pragma once

#include <optional>

#include "workloads/nir/hdf5_handle.h"
#include "workloads/nir/hdf5_value.h"

namespace ranvier::workloads {

/// Nothing where the stored type is none of Hdf5Type's.
std::optional<Hdf5Type> described(hid_t stored);
/// The stored type; a failure of the library, which no input can cause, is a std::logic_error.
Hdf5Handle made(const Hdf5Type& type);

}  // namespace ranvier::workloads
