// SPDX-License-Identifier: Apache-2.0
// Child processes of a fuzz program are none: that they die is what they are for, and no finding.
#pragma once

#include <pthread.h>
#include <sys/resource.h>

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace ranvier::fuzz {

/// Once a process, before the first fork. Children get a second of processor time.
inline void let_children_die_quietly() {
  static const int done = pthread_atfork(nullptr, nullptr, [] {
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
    const rlimit limit{1, 1};
    setrlimit(RLIMIT_CPU, &limit);
  });
  static_cast<void>(done);
}

}  // namespace ranvier::fuzz
