// SPDX-License-Identifier: Apache-2.0
// One node of an ONNX file with its operands, as the operators see it: typed attributes, and errors that name the node.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/onnx/draft.h"
#include "workloads/onnx/tensor_file.h"

namespace ranvier::workloads {

class OnnxNode {
 public:
  /// An operand that the node leaves out has neither node nor constant.
  OnnxNode(OnnxSource& source, const onnx::NodeProto& proto, std::int64_t opset, std::vector<Operand> operands);

  const std::string& type() const { return proto_.op_type(); }
  const std::string& label() const { return label_; }
  std::int64_t opset() const { return opset_; }
  std::size_t outputs() const { return static_cast<std::size_t>(proto_.output_size()); }
  std::size_t operands() const { return operands_.size(); }
  OnnxSource& source() const { return source_; }

  bool has(std::size_t i) const;
  const Operand& operand(std::size_t i) const;  // throws BadOnnxNode where it is left out
  /// A constant operand; UnsupportedForm where it is computed.
  const TensorPtr& constant(std::size_t i, const std::string& what) const;
  std::vector<std::int64_t> integers_of(std::size_t i, const std::string& what) const;
  bool all_constant() const;

  bool has_attribute(const std::string& name) const { return find(name, -1) != nullptr; }
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  double real(const std::string& name, double otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::optional<std::vector<std::int64_t>> integer_list(const std::string& name) const;
  std::optional<std::vector<double>> real_list(const std::string& name) const;
  TensorPtr tensor(const std::string& name) const;  // null where there is none

  /// Axes, sizes and the like that were an attribute once and are operand `i` since some opset.
  std::optional<std::vector<std::int64_t>> attribute_or_operand(const std::string& name, std::size_t i) const;

  [[noreturn]] void unsupported(const std::string& form, const std::string& nearest) const;
  [[noreturn]] void misfit(const std::string& detail) const;
  [[noreturn]] void bad_attribute(const std::string& name, const std::string& expected) const;

 private:
  const onnx::AttributeProto* find(const std::string& name, int type) const;
  OnnxSource& source_;
  const onnx::NodeProto& proto_;
  std::int64_t opset_;
  std::vector<Operand> operands_;
  std::string label_;
};

/// How messages name a node: "node 'name'", or by its first output.
std::string node_label(const onnx::NodeProto& proto);

}  // namespace ranvier::workloads
