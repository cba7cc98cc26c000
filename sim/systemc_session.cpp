// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc_session.h"

#include <cstdlib>

/// The SystemC library has a main() that calls this; ours wins, but the linker wants the symbol.
int sc_main(int, char*[]) { return 1; }

namespace ranvier::sim {
namespace {

std::mutex& kernel_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

SystemCSession::SystemCSession() : turn_(kernel_mutex()) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  // SystemC elaborates once per kernel object; a process that simulates again needs another one (as DRAMSys does in its
  // SystemCTest fixture).
  sc_core::sc_curr_simcontext = new sc_core::sc_simcontext;
  sc_core::sc_default_global_context = sc_core::sc_curr_simcontext;
  sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
}

SystemCSession::~SystemCSession() {
  delete sc_core::sc_curr_simcontext;
  sc_core::sc_curr_simcontext = nullptr;
  sc_core::sc_default_global_context = nullptr;
}

}  // namespace ranvier::sim
