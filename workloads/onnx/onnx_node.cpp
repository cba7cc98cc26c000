// SPDX-License-Identifier: Apache-2.0
// Access to attributes and operands of a node.
#include "workloads/onnx/onnx_node.h"

#include <fmt/format.h>

#include <cmath>

#include "workloads/onnx/onnx_errors.h"

namespace ranvier::workloads {

std::string node_label(const onnx::NodeProto& proto) {
  if (!proto.name().empty()) return "node " + proto.name();
  return fmt::format("node {} -> {}", proto.op_type(), proto.output_size() > 0 ? proto.output(0) : "nothing");
}

OnnxNode::OnnxNode(OnnxSource& source, const onnx::NodeProto& proto, std::int64_t opset, std::vector<Operand> operands)
    : source_(source), proto_(proto), opset_(opset), operands_(std::move(operands)), label_(node_label(proto)) {}

bool OnnxNode::has(std::size_t i) const {
  return i < operands_.size() && (operands_[i].is_constant() || operands_[i].node.valid());
}

const Operand& OnnxNode::operand(std::size_t i) const {
  if (!has(i)) misfit(fmt::format("operand {} is missing", i + 1));
  return operands_[i];
}

const TensorPtr& OnnxNode::constant(std::size_t i, const std::string& what) const {
  const Operand& x = operand(i);
  if (!x.is_constant()) unsupported("with computed " + what, "a constant there");
  return x.constant;
}

std::vector<std::int64_t> OnnxNode::integers_of(std::size_t i, const std::string& what) const {
  const TensorPtr& t = constant(i, what);
  if (!t->is_integer()) misfit(what + " must be integers");
  return std::get<2>(t->values);
}

bool OnnxNode::all_constant() const {
  for (const Operand& x : operands_)
    if (x.node.valid()) return false;
  return true;
}

const onnx::AttributeProto* OnnxNode::find(const std::string& name, int type) const {
  for (const auto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    // Files of the first IR versions leave the type out.
    if (type >= 0 && attribute.type() != type && attribute.type() != onnx::AttributeProto::UNDEFINED)
      bad_attribute(name, "of ONNX's type " + onnx::AttributeProto::AttributeType_Name(
                                                  static_cast<onnx::AttributeProto::AttributeType>(type)));
    return &attribute;
  }
  return nullptr;
}

std::int64_t OnnxNode::integer(const std::string& name, std::int64_t otherwise) const {
  const auto* found = find(name, onnx::AttributeProto::INT);
  return found != nullptr ? found->i() : otherwise;
}

double OnnxNode::real(const std::string& name, double otherwise) const {
  const auto* found = find(name, onnx::AttributeProto::FLOAT);
  if (found == nullptr) return otherwise;
  if (!std::isfinite(found->f())) bad_attribute(name, "a finite number");
  return static_cast<double>(found->f());
}

std::string OnnxNode::text(const std::string& name, const std::string& otherwise) const {
  const auto* found = find(name, onnx::AttributeProto::STRING);
  return found != nullptr ? found->s() : otherwise;
}

std::optional<std::vector<std::int64_t>> OnnxNode::integer_list(const std::string& name) const {
  const auto* found = find(name, onnx::AttributeProto::INTS);
  if (found == nullptr) return std::nullopt;
  return std::vector<std::int64_t>(found->ints().begin(), found->ints().end());
}

std::optional<std::vector<double>> OnnxNode::real_list(const std::string& name) const {
  const auto* found = find(name, onnx::AttributeProto::FLOATS);
  if (found == nullptr) return std::nullopt;
  return std::vector<double>(found->floats().begin(), found->floats().end());
}

TensorPtr OnnxNode::tensor(const std::string& name) const {
  const auto* found = find(name, onnx::AttributeProto::TENSOR);
  if (found == nullptr) return nullptr;
  if (!found->has_t()) bad_attribute(name, "a tensor");
  return read_tensor(source_, found->t(), fmt::format("{} of {}", name, label_));
}

std::optional<std::vector<std::int64_t>> OnnxNode::attribute_or_operand(const std::string& name, std::size_t i) const {
  if (auto list = integer_list(name)) return list;
  if (has(i)) return integers_of(i, name);
  return std::nullopt;
}

void OnnxNode::unsupported(const std::string& form, const std::string& nearest) const {
  throw UnsupportedForm(source_.file, label_, type(), form, nearest);
}

void OnnxNode::misfit(const std::string& detail) const { throw BadOnnxNode(source_.file, label_, type(), detail); }

void OnnxNode::bad_attribute(const std::string& name, const std::string& expected) const {
  throw BadOnnxAttribute(source_.file, label_, name, expected);
}

}  // namespace ranvier::workloads
