// SPDX-License-Identifier: Apache-2.0
// A file driver of the HDF5 library that survives a full disk: the library's own ends the process when a write fails
// and the file is closed later. This one remembers the failure, drops what is written from then on, and lets the
// library close a file that the caller then deletes.
#pragma once

#include <hdf5.h>

namespace ranvier::report {

/// The driver, registered on the first call; use within a workloads::Hdf5Session.
hid_t failure_keeping_driver();

/// Makes `access` use it. `*system_errno` is set when a write fails and must outlive the file. False: refused.
bool use_failure_keeping_driver(hid_t access, int* system_errno);

}  // namespace ranvier::report
