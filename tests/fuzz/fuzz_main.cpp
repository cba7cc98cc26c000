// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program around one feed function, RANVIER_FEED.
#include "tests/fuzz/feed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ranvier::fuzz::RANVIER_FEED({data, size});
  return 0;
}
