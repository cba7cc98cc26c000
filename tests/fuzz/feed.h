// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets and the test that replays their corpus share: one function a reader, which takes any bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

#include "base/error.h"

namespace ranvier::fuzz {

/// True: the bytes were read. False: they were refused as users are to see it, with a ranvier::Error of one line.
/// Whatever else a reader does is a bug and leaves as another exception.
bool feed_config(std::span<const std::uint8_t> bytes);
bool feed_constraints(std::span<const std::uint8_t> bytes);
bool feed_edges(std::span<const std::uint8_t> bytes);
bool feed_events(std::span<const std::uint8_t> bytes);
bool feed_events_hdf5(std::span<const std::uint8_t> bytes);
bool feed_hypergraph(std::span<const std::uint8_t> bytes);
bool feed_mapping(std::span<const std::uint8_t> bytes);
bool feed_network(std::span<const std::uint8_t> bytes);
bool feed_nir(std::span<const std::uint8_t> bytes);
bool feed_nir_tree(std::span<const std::uint8_t> bytes);
bool feed_npz(std::span<const std::uint8_t> bytes);
bool feed_onnx(std::span<const std::uint8_t> bytes);
bool feed_safetensors(std::span<const std::uint8_t> bytes);
bool feed_trace(std::span<const std::uint8_t> bytes);
bool feed_wiring(std::span<const std::uint8_t> bytes);
bool feed_yaml(std::span<const std::uint8_t> bytes);

template <class Read>
bool read_or_refused(Read&& read) {
  try {
    read();
    return true;
  } catch (const Error& e) {
    if (e.exit_code == ExitCode::kInternal) throw std::logic_error(std::string("refused as internal: ") + e.what());
    if (std::strchr(e.what(), '\n') != nullptr) throw std::logic_error(std::string("two lines: ") + e.what());
    return false;
  }
}

}  // namespace ranvier::fuzz
