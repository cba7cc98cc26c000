// SPDX-License-Identifier: Apache-2.0
// The walk over a file's nodes: operands before their readers, each node through its operator, outputs at the end.
#include "workloads/onnx/onnx_import.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/errors.h"
#include "workloads/onnx/onnx_errors.h"
#include "workloads/onnx/onnx_node.h"
#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

// Beside what the file itself holds, constants may grow by so many elements.
constexpr std::int64_t kSpareElements = std::int64_t{1} << 24;
// Each weight may be transposed, folded and cut once or twice on its way.
constexpr std::int64_t kCopiesOfWeights = 6;

class Importer {
 public:
  Importer(onnx::ModelProto& model, OnnxSource source)
      : graph_(*model.mutable_graph()), source_(std::move(source)), draft_(kSpareElements) {
    opset_ = opset_of(model);
  }

  OnnxImport run() {
    read_initialisers();
    read_inputs();
    for (const auto& node : graph_.node())
      for (const std::string& input : node.input()) ++readers_[input];
    for (const auto& output : graph_.output()) ++readers_[output.name()];
    for (const int index : topological_order()) run_node(graph_.node(index));
    std::vector<NodeId> outputs;
    for (const auto& output : graph_.output()) outputs.push_back(output_node(output.name()));
    if (outputs.empty()) throw NotOnnx(source_.file, "the graph has no output");
    values_.clear();
    OnnxImport result;
    result.graph = draft_.finish(graph_.name(), outputs);
    result.opset = opset_;
    result.notes = std::move(source_.notes);
    return result;
  }

 private:
  std::int64_t opset_of(const onnx::ModelProto& model) const {
    std::int64_t opset = 0;
    for (const auto& import : model.opset_import())
      if (import.domain().empty() || import.domain() == "ai.onnx") opset = import.version();
    if (opset < kLeastOpset || opset > kMostOpset) throw UnsupportedOpset(source_.file, opset, kLeastOpset, kMostOpset);
    return opset;
  }

  void define(const std::string& name, Operand value) {
    if (name.empty()) return;
    if (!values_.try_emplace(name, std::move(value)).second) throw DuplicateValue(source_.file, name);
  }

  void read_initialisers() {
    if (graph_.sparse_initializer_size() > 0)
      throw BadOnnxTensor(source_.file, graph_.sparse_initializer(0).values().name(), "is sparse; store it densely");
    for (auto& proto : *graph_.mutable_initializer()) {
      const TensorPtr tensor = read_tensor(source_, proto, proto.name());
      draft_.budget().grant(kCopiesOfWeights * static_cast<std::int64_t>(tensor->size()));
      define(proto.name(), {NodeId(), tensor});
      onnx::TensorProto().Swap(&proto);  // its bytes may be most of the memory
    }
  }

  void read_inputs() {
    for (const auto& input : graph_.input()) {
      if (const auto there = values_.find(input.name()); there != values_.end()) {
        if (there->second.is_constant()) continue;  // before IR version 4 initialisers are listed here, too
        throw DuplicateValue(source_.file, input.name());
      }
      if (input.name().empty()) throw BadOnnxInput(source_.file, "", "has no name; export the network again");
      draft_.begin(input.name());
      define(input.name(), {draft_.input(input_shape(input)), nullptr});
      if (input.type().tensor_type().elem_type() != onnx::TensorProto::FLOAT)
        source_.notes.push_back(fmt::format("input {}: computed in float32, the file has element type {}", input.name(),
                                            input.type().tensor_type().elem_type()));
    }
  }

  Shape input_shape(const onnx::ValueInfoProto& input) const {
    using P = onnx::TensorProto;
    if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape())
      throw BadOnnxInput(source_.file, input.name(), "has no tensor shape; export with the shape of an example");
    const auto& type = input.type().tensor_type();
    if (type.elem_type() != P::FLOAT && type.elem_type() != P::DOUBLE && type.elem_type() != P::FLOAT16)
      throw BadOnnxInput(source_.file, input.name(), "is not of floats; only real-valued inputs are supported");
    Shape shape;
    for (const auto& dim : type.shape().dim()) {
      const bool fixed = dim.has_dim_value() && dim.dim_value() > 0;
      if (!fixed && !shape.empty())
        throw BadOnnxInput(source_.file, input.name(),
                           fmt::format("axis {} has no fixed extent; only the batch may be open", shape.size()));
      if (fixed && shape.empty() && dim.dim_value() != 1)
        throw BadOnnxInput(source_.file, input.name(),
                           fmt::format("has a batch of {}; export with a batch of 1, or an open one", dim.dim_value()));
      shape.push_back(fixed ? dim.dim_value() : 1);
    }
    if (shape.empty()) throw BadOnnxInput(source_.file, input.name(), "is a scalar; an input needs axes");
    try {
      checked_count(shape);
    } catch (const OperandExcess& excess) {
      throw OnnxTooLarge(source_.file, "input " + input.name(), excess.what());
    }
    return shape;
  }

  // Kahn's algorithm, first in the file first.
  std::vector<int> topological_order() const {
    std::unordered_map<std::string, int> maker;
    for (int i = 0; i < graph_.node_size(); ++i)
      for (const std::string& output : graph_.node(i).output())
        if (!output.empty() && (values_.contains(output) || !maker.try_emplace(output, i).second))
          throw DuplicateValue(source_.file, output);
    std::vector<std::vector<int>> readers(static_cast<std::size_t>(graph_.node_size()));
    std::vector<int> open(readers.size(), 0);
    for (int i = 0; i < graph_.node_size(); ++i)
      for (const std::string& input : graph_.node(i).input()) {
        if (input.empty() || values_.contains(input)) continue;
        const auto found = maker.find(input);
        if (found == maker.end()) throw UndefinedValue(source_.file, node_label(graph_.node(i)), input);
        readers[static_cast<std::size_t>(found->second)].push_back(i);
        ++open[static_cast<std::size_t>(i)];
      }
    std::vector<int> order;
    for (int i = 0; i < graph_.node_size(); ++i)
      if (open[static_cast<std::size_t>(i)] == 0) order.push_back(i);
    for (std::size_t next = 0; next < order.size(); ++next)
      for (const int reader : readers[static_cast<std::size_t>(order[next])])
        if (--open[static_cast<std::size_t>(reader)] == 0) order.push_back(reader);
    for (std::size_t i = 0; i < open.size(); ++i)
      if (open[i] > 0) throw OnnxLoop(source_.file, node_label(graph_.node(static_cast<int>(i))));
    return order;
  }

  const Operand& value(const std::string& name, const std::string& place) const {
    if (unread_.contains(name))
      throw UnsupportedForm(source_.file, place, unread_.at(name), "with its further outputs read",
                            "reading the first output only");
    const auto found = values_.find(name);
    if (found == values_.end()) throw UndefinedValue(source_.file, place, name);
    return found->second;
  }

  void run_node(const onnx::NodeProto& proto) {
    const std::string label = node_label(proto);
    std::vector<Operand> operands;
    for (const std::string& input : proto.input()) operands.push_back(input.empty() ? Operand{} : value(input, label));
    const OnnxNode node(source_, proto, opset_, std::move(operands));
    const auto found = operator_table().find(proto.op_type());
    const bool foreign = !proto.domain().empty() && proto.domain() != "ai.onnx";
    if (foreign || found == operator_table().end())
      throw UnsupportedOperator(source_.file, label, (foreign ? proto.domain() + "::" : "") + proto.op_type(),
                                nearest_form(proto.op_type()));
    draft_.begin(proto.name().empty() && proto.output_size() > 0 ? proto.output(0) : proto.name());
    std::vector<Operand> results;
    try {
      results = found->second(draft_, node);
    } catch (const OperandMisfit& wrong) {
      throw BadOnnxNode(source_.file, label, proto.op_type(), wrong.what());
    } catch (const OperandExcess& excess) {
      throw OnnxTooLarge(source_.file, label, excess.what());
    }
    for (int i = 0; i < proto.output_size(); ++i) {
      if (static_cast<std::size_t>(i) < results.size())
        define(proto.output(i), results[static_cast<std::size_t>(i)]);
      else
        unread_.try_emplace(proto.output(i), proto.op_type());
    }
    // Weights that a layer has taken in another form need not stay in the file's.
    for (const std::string& input : proto.input())
      if (--readers_[input] == 0) values_.erase(input);
  }

  NodeId output_node(const std::string& name) {
    const Operand& result = value(name, "output " + name);
    if (result.is_constant() && result.constant->is_integer())
      throw UnsupportedForm(source_.file, "output " + name, "the graph", "with an output of integers",
                            "outputs of reals");
    draft_.begin(name);
    return draft_.node(result);
  }

  onnx::GraphProto& graph_;
  OnnxSource source_;
  Draft draft_;
  std::int64_t opset_ = 0;
  std::unordered_map<std::string, Operand> values_;
  std::unordered_map<std::string, int> readers_;  // that are still to come
  std::map<std::string, std::string> unread_;     // outputs that the operator does not give, and its name
};

constexpr std::uintmax_t kMostBytes = std::numeric_limits<int>::max();
constexpr const char* kTooLong = "more than 2 GiB in one message; store the weights as external data";

OnnxImport import_from(google::protobuf::io::ZeroCopyInputStream& stream, const std::filesystem::path& folder,
                       const std::string& file) {
  onnx::ModelProto model;
  {
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
      throw NotOnnx(file, "the bytes do not parse");
  }
  if (!model.has_graph()) throw NotOnnx(file, "there is no graph");
  OnnxSource source;
  source.file = file;
  source.folder = folder;
  OnnxImport result = Importer(model, std::move(source)).run();
  result.producer = model.producer_name();
  if (!model.producer_version().empty()) result.producer += " " + model.producer_version();
  return result;
}

}  // namespace

OnnxImport read_onnx(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder,
                     const std::string& file) {
  if (bytes.size() > kMostBytes) throw NotOnnx(file, kTooLong);
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  return import_from(stream, folder, file);
}

// From the file itself, not from a copy of its bytes: weights may be most of a machine's memory.
OnnxImport read_onnx(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) throw FileUnreadable(path.string(), EISDIR);
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (errno == ENOENT || errno == ENOTDIR) throw FileMissing(path.string());
    throw FileUnreadable(path.string(), errno);
  }
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  if (!failed && size > kMostBytes) throw NotOnnx(path.string(), kTooLong);
  google::protobuf::io::IstreamInputStream stream(&in);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  return import_from(stream, folder, path.string());
}

Graph import_onnx(const std::filesystem::path& path) { return read_onnx(path).graph; }

}  // namespace ranvier::workloads
