// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a NIR file, with the HDF5 file that it is, and with what is asked of its network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

/// `place`: path within the file, e.g. /node/nodes/lif1/tau.
struct NirError : Error {
  NirError(const std::string& file_, const std::string& place_, const std::string& what_is_wrong);
  std::string file;
  std::string place;
};

/// No HDF5 file, or one that is cut short or damaged.
struct Hdf5Unreadable : NirError {
  Hdf5Unreadable(const std::string& file, const std::string& place, const std::string& detail_);
  std::string detail;
};

/// A kind of data that NIR has no use for: compound types, references, links out of the file.
struct Hdf5Unsupported : NirError {
  Hdf5Unsupported(const std::string& file, const std::string& place, const std::string& what_);
  std::string what_it_is;
};

/// More elements, objects or depth than a file of this size can hold in earnest.
struct Hdf5TooLarge : NirError {
  Hdf5TooLarge(const std::string& file, const std::string& place, const std::string& quantity_, std::uint64_t got_,
               std::uint64_t most_);
  std::string quantity;
  std::uint64_t got = 0;
  std::uint64_t most = 0;
};

struct NirMissing : NirError {
  NirMissing(const std::string& file, const std::string& place, const std::string& missing_,
             std::span<const std::string> there);
  std::string missing;
};

/// A node type that is neither NIR's nor an extension of Ranvier.
struct NirUnknownType : NirError {
  NirUnknownType(const std::string& file, const std::string& place, const std::string& type_,
                 std::span<const std::string> known);
  std::string type;
};

struct NirUnknownParameter : NirError {
  NirUnknownParameter(const std::string& file, const std::string& place, const std::string& type,
                      const std::string& parameter_, std::span<const std::string> known);
  std::string parameter;
};

/// A parameter of another type, rank, extent or value than its node needs.
struct NirBadParameter : NirError {
  NirBadParameter(const std::string& file, const std::string& place, const std::string& expected_,
                  const std::string& got_);
  std::string expected;
  std::string got;
};

/// An edge that names a node which is not there.
struct NirDanglingEdge : NirError {
  NirDanglingEdge(const std::string& file, const std::string& place, std::size_t edge_, const std::string& from,
                  const std::string& to, const std::string& missing_, std::span<const std::string> nodes);
  std::size_t edge = 0;
  std::string missing;
};

/// Two shapes meet that do not fit; no shape can be found where none is written.
struct NirShapeMismatch : NirError {
  NirShapeMismatch(const std::string& file, const std::string& place, const std::string& detail);
};

/// The graph is in order, but what was asked for cannot be done with it.
struct NirCannotSimulate : NirError {
  NirCannotSimulate(const std::string& file, const std::string& place, const std::string& why);
};
struct NirCannotLower : NirError {
  NirCannotLower(const std::string& file, const std::string& place, const std::string& why);
};
/// A NIR file that does not hold a canonical graph of Ranvier.
struct NirNoCanonicalGraph : NirError {
  NirNoCanonicalGraph(const std::string& file, const std::string& place, const std::string& why);
};

/// Input of another length than the network's.
struct NirInputDiffers : NirError {
  NirInputDiffers(const std::string& file, const std::string& place, std::uint64_t expected_, std::uint64_t got_);
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

struct UnknownNirPreset : Error {
  UnknownNirPreset(const std::string& preset_, std::span<const std::string> known);
  std::string preset;
};

}  // namespace ranvier::workloads
