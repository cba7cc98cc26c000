// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a layer table.
#pragma once

#include <span>
#include <string>

#include "base/error.h"

namespace ranvier::workloads {

struct LayerTableError : Error {
  LayerTableError(const FilePlace& place_, const std::string& what_is_wrong);
  FilePlace place;
};

/// The first line is not the header of a layer table.
struct BadLayerHeader : LayerTableError {
  BadLayerHeader(const FilePlace& place, const std::string& got, const std::string& expected);
};

struct NoLayers : LayerTableError {
  explicit NoLayers(const FilePlace& place);
};

/// Too few or too many cells in a row.
struct WrongCellCount : LayerTableError {
  WrongCellCount(const FilePlace& place, std::size_t got_, std::size_t expected_);
  std::size_t got;
  std::size_t expected;
};

struct BadLayerValue : LayerTableError {
  BadLayerValue(const FilePlace& place, const std::string& column_, const std::string& got,
                const std::string& expected);
  std::string column;
};

/// A layer reads one that does not stand before it, or two have one name.
struct BadLayerName : LayerTableError {
  BadLayerName(const FilePlace& place, const std::string& name_, const std::string& problem);
  std::string name;
};

/// The shape that a layer says it reads is not the one that its input has.
struct LayerShapeMismatch : LayerTableError {
  LayerShapeMismatch(const FilePlace& place, const std::string& layer_, const std::string& says,
                     const std::string& input_, const std::string& has);
  std::string layer;
  std::string input;
};

struct UnknownLayerTable : Error {
  UnknownLayerTable(const std::string& name_, std::span<const std::string> bundled);
  std::string name;
};

}  // namespace ranvier::workloads
