// SPDX-License-Identifier: Apache-2.0
// Messages of the ONNX importer's errors.
#include "workloads/onnx/onnx_errors.h"

#include <fmt/format.h>

namespace ranvier::workloads {
namespace {

// Names come from the file; a message is one line of printable text.
std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 120;
  std::string shown;
  for (const char c : text.substr(0, kLongest))
    shown += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
  return text.size() > kLongest ? shown + "..." : shown;
}

std::string line(const std::string& file, const std::string& place, const std::string& what) {
  const std::string start = place.empty() ? file : fmt::format("{}: {}", file, printable(place));
  return fmt::format("{}: {}; see docs/reference/onnx.md", start, what);
}

}  // namespace

OnnxError::OnnxError(const std::string& file_, const std::string& place_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, line(file_, place_, what_is_wrong)), file(file_), place(place_) {}

NotOnnx::NotOnnx(const std::string& file_, const std::string& detail)
    : OnnxError(file_, "", fmt::format("no ONNX model: {}; export the network again", detail)) {}

UnsupportedOpset::UnsupportedOpset(const std::string& file_, std::int64_t opset_, std::int64_t least, std::int64_t most)
    : OnnxError(file_, "",
                opset_ == 0 ? fmt::format("no operator set of ONNX is named; export with opset {} to {}", least, most)
                            : fmt::format("opset {}; export with opset {} to {}", opset_, least, most)),
      opset(opset_) {}

UnsupportedOperator::UnsupportedOperator(const std::string& file_, const std::string& node,
                                         const std::string& operator_, const std::string& nearest_)
    : OnnxError(file_, node,
                fmt::format("operator {} is not supported; nearest: {}", printable(operator_), printable(nearest_))),
      operator_name(operator_),
      nearest(nearest_) {}

UnsupportedForm::UnsupportedForm(const std::string& file_, const std::string& node, const std::string& operator_,
                                 const std::string& form, const std::string& nearest_)
    : OnnxError(file_, node,
                fmt::format("{} {} is not supported; nearest: {}", printable(operator_), printable(form), nearest_)),
      operator_name(operator_),
      nearest(nearest_) {}

BadOnnxAttribute::BadOnnxAttribute(const std::string& file_, const std::string& node, const std::string& attribute_,
                                   const std::string& expected)
    : OnnxError(file_, node, fmt::format("attribute {} must be {}", printable(attribute_), expected)),
      attribute(attribute_) {}

BadOnnxTensor::BadOnnxTensor(const std::string& file_, const std::string& tensor, const std::string& detail)
    : OnnxError(file_, "tensor " + tensor, fmt::format("{}; export the network again", detail)) {}

ExternalDataRefused::ExternalDataRefused(const std::string& file_, const std::string& tensor,
                                         const std::string& location_)
    : OnnxError(file_, "tensor " + tensor,
                fmt::format("external data at '{}' lie outside the model's folder; put the file beside the model",
                            printable(location_))),
      location(location_) {}

ExternalDataMissing::ExternalDataMissing(const std::string& file_, const std::string& tensor,
                                         const std::string& location_, const std::string& detail)
    : OnnxError(
          file_, "tensor " + tensor,
          fmt::format("external data '{}': {}; copy the whole file beside the model", printable(location_), detail)),
      location(location_) {}

UndefinedValue::UndefinedValue(const std::string& file_, const std::string& place_, const std::string& value_)
    : OnnxError(file_, place_, fmt::format("reads '{}', which no node, input or initialiser gives", printable(value_))),
      value(value_) {}

DuplicateValue::DuplicateValue(const std::string& file_, const std::string& value_)
    : OnnxError(file_, "value " + value_, "is given twice; every value needs a name of its own"), value(value_) {}

OnnxLoop::OnnxLoop(const std::string& file_, const std::string& node)
    : OnnxError(file_, node, "waits for its own output; a graph must have no loop") {}

BadOnnxNode::BadOnnxNode(const std::string& file_, const std::string& node, const std::string& operator_,
                         const std::string& detail)
    : OnnxError(file_, node, fmt::format("{}: {}", printable(operator_), printable(detail))) {}

BadOnnxInput::BadOnnxInput(const std::string& file_, const std::string& input, const std::string& detail)
    : OnnxError(file_, "input " + input, detail) {}

OnnxTooLarge::OnnxTooLarge(const std::string& file_, const std::string& node, const std::string& what)
    : OnnxError(file_, node, fmt::format("{}; a smaller network is needed", what)) {}

}  // namespace ranvier::workloads
