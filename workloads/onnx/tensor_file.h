// SPDX-License-Identifier: Apache-2.0
// Tensors as ONNX files hold them: raw bytes, typed fields, or another file beside the model.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/onnx/tensor.h"

namespace onnx {
class TensorProto;
}

namespace ranvier::workloads {

/// Where a model lies, and what the reading of it has to say.
struct OnnxSource {
  std::string file;                // for messages
  std::filesystem::path folder;    // of external data; empty where there can be none
  std::vector<std::string> notes;  // conversions that are not exact, one line each
};

/// Floats, float16, bfloat16 and double become reals, integers and booleans integers. A double that no float equals
/// is rounded, with a note. `name` is for messages. Throws BadOnnxTensor, ExternalDataRefused, ExternalDataMissing.
TensorPtr read_tensor(OnnxSource& source, const onnx::TensorProto& proto, const std::string& name);

}  // namespace ranvier::workloads
