// SPDX-License-Identifier: Apache-2.0
// ONNX models put together by hand, imported from their bytes, and run.
#pragma once

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

#include <span>
#include <string>
#include <vector>

#include "workloads/graph/run_graph.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {

class OnnxBuilder {
 public:
  using Dims = std::vector<std::int64_t>;
  using Names = std::vector<std::string>;

  explicit OnnxBuilder(std::int64_t opset = 17) {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("made");
  }

  /// An extent of -1 is symbolic.
  OnnxBuilder& input(const std::string& name, const Dims& dims, int type = onnx::TensorProto::FLOAT) {
    auto* value = model.mutable_graph()->add_input();
    value->set_name(name);
    auto* tensor = value->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape();
    for (const std::int64_t dim : dims)
      if (dim < 0)
        tensor->mutable_shape()->add_dim()->set_dim_param("batch");
      else
        tensor->mutable_shape()->add_dim()->set_dim_value(dim);
    return *this;
  }
  OnnxBuilder& output(const std::string& name) {
    model.mutable_graph()->add_output()->set_name(name);
    return *this;
  }
  onnx::TensorProto& tensor(const std::string& name, const Dims& dims, int type) {
    auto* proto = model.mutable_graph()->add_initializer();
    proto->set_name(name);
    proto->set_data_type(type);
    for (const std::int64_t dim : dims) proto->add_dims(dim);
    return *proto;
  }
  OnnxBuilder& floats(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    auto& proto = tensor(name, dims, onnx::TensorProto::FLOAT);
    for (const float value : values) proto.add_float_data(value);
    return *this;
  }
  OnnxBuilder& ints(const std::string& name, const Dims& dims, const std::vector<std::int64_t>& values) {
    auto& proto = tensor(name, dims, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) proto.add_int64_data(value);
    return *this;
  }
  OnnxBuilder& ints(const std::string& name, const std::vector<std::int64_t>& values) {
    return ints(name, {static_cast<std::int64_t>(values.size())}, values);
  }
  OnnxBuilder& node(const std::string& type, const Names& inputs, const Names& outputs) {
    last_ = model.mutable_graph()->add_node();
    last_->set_op_type(type);
    last_->set_name("the " + type);
    for (const std::string& name : inputs) last_->add_input(name);
    for (const std::string& name : outputs) last_->add_output(name);
    return *this;
  }
  // Attributes of the node made last.
  OnnxBuilder& with(const std::string& name, std::int64_t value) {
    auto& a = attribute(name, onnx::AttributeProto::INT);
    a.set_i(value);
    return *this;
  }
  OnnxBuilder& with(const std::string& name, const Dims& values) {
    auto& a = attribute(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) a.add_ints(value);
    return *this;
  }
  OnnxBuilder& with_real(const std::string& name, float value) {
    attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  OnnxBuilder& with_text(const std::string& name, const std::string& value) {
    attribute(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  onnx::AttributeProto& attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
    auto* a = last_->add_attribute();
    a->set_name(name);
    a->set_type(type);
    return *a;
  }

  OnnxImport import(const std::filesystem::path& folder = {}) const {
    const std::string bytes = model.SerializeAsString();
    OnnxImport result =
        read_onnx(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), folder, "made.onnx");
    check_graph(result.graph);
    return result;
  }
  Graph graph() const { return import().graph; }
  std::string text() const { return canonical_text(graph()); }
  /// The first output for one input.
  GraphTensor run(std::vector<float> values) const {
    const Graph made = graph();
    const std::vector<GraphTensor> inputs{{made.node(made.inputs[0]).shape, std::move(values)}};
    return run_graph(made, inputs)[0];
  }

  onnx::ModelProto model;

 private:
  onnx::NodeProto* last_ = nullptr;
};

inline std::vector<Op> ops_of(const Graph& graph) {
  std::vector<Op> ops;
  for (const GraphNode& node : graph.nodes) ops.push_back(node.op);
  return ops;
}

/// 0, 1, 2, ...
inline std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
  return values;
}

}  // namespace ranvier::workloads
