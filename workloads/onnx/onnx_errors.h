// SPDX-License-Identifier: Apache-2.0
// What can be wrong with an ONNX file, or right but beyond what the importer takes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace ranvier::workloads {

/// Anything about an ONNX file. `place` is a node, a tensor or an input, as a message names it; empty for the file.
struct OnnxError : Error {
  OnnxError(const std::string& file_, const std::string& place_, const std::string& what_is_wrong);
  std::string file;
  std::string place;
};

/// Bytes that are no ONNX model, or one without a graph.
struct NotOnnx : OnnxError {
  NotOnnx(const std::string& file, const std::string& detail);
};

struct UnsupportedOpset : OnnxError {
  UnsupportedOpset(const std::string& file, std::int64_t opset_, std::int64_t least, std::int64_t most);
  std::int64_t opset = 0;
};

/// An operator that the importer does not have. `nearest` is what to write in its place.
struct UnsupportedOperator : OnnxError {
  UnsupportedOperator(const std::string& file, const std::string& node, const std::string& operator_,
                      const std::string& nearest_);
  std::string operator_name;
  std::string nearest;
};

/// An operator that the importer has, in a form that it does not take. `nearest` is the form that it takes.
struct UnsupportedForm : OnnxError {
  UnsupportedForm(const std::string& file, const std::string& node, const std::string& operator_,
                  const std::string& form, const std::string& nearest_);
  std::string operator_name;
  std::string nearest;
};

/// An attribute that is missing, of another type, or out of range.
struct BadOnnxAttribute : OnnxError {
  BadOnnxAttribute(const std::string& file, const std::string& node, const std::string& attribute_,
                   const std::string& expected);
  std::string attribute;
};

/// A tensor whose type, dimensions and bytes do not belong together.
struct BadOnnxTensor : OnnxError {
  BadOnnxTensor(const std::string& file, const std::string& tensor, const std::string& detail);
};

/// External data whose path leaves the model's folder.
struct ExternalDataRefused : OnnxError {
  ExternalDataRefused(const std::string& file, const std::string& tensor, const std::string& location_);
  std::string location;
};

/// External data that are not there, or end too early.
struct ExternalDataMissing : OnnxError {
  ExternalDataMissing(const std::string& file, const std::string& tensor, const std::string& location_,
                      const std::string& detail);
  std::string location;
};

/// A node reads, or the graph gives out, a value that nothing makes.
struct UndefinedValue : OnnxError {
  UndefinedValue(const std::string& file, const std::string& place, const std::string& value_);
  std::string value;
};

/// Two nodes, inputs or initialisers of one name.
struct DuplicateValue : OnnxError {
  DuplicateValue(const std::string& file, const std::string& value_);
  std::string value;
};

/// Nodes that wait for each other.
struct OnnxLoop : OnnxError {
  OnnxLoop(const std::string& file, const std::string& node);
};

/// A node with too few operands, or operands whose shapes or values do not fit it.
struct BadOnnxNode : OnnxError {
  BadOnnxNode(const std::string& file, const std::string& node, const std::string& operator_,
              const std::string& detail);
};

/// An input of the graph whose shape or type cannot be used.
struct BadOnnxInput : OnnxError {
  BadOnnxInput(const std::string& file, const std::string& input, const std::string& detail);
};

/// More elements than the importer is willing to make.
struct OnnxTooLarge : OnnxError {
  OnnxTooLarge(const std::string& file, const std::string& node, const std::string& what);
};

}  // namespace ranvier::workloads
