// SPDX-License-Identifier: Apache-2.0
// Vision Transformer checkpoints as the common libraries write them: a safetensors file under their tensor names, with
// their config.json and preprocessor_config.json beside it where there are any (docs/reference/model-files.md).
#pragma once

#include <filesystem>
#include <string>

#include "workloads/model.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {

/// Name of the layout that the tensors' names tell: "timm", "transformers ViT", "transformers CLIP", "OpenAI CLIP";
/// empty where it is none of them.
std::string checkpoint_layout(const SafetensorsFile& file);

/// Throws UnsupportedCheckpoint, SafetensorsError's and ConfigError's kinds.
VitModel import_checkpoint(const SafetensorsFile& file, const std::filesystem::path& folder);

/// A known layout with a part that conversion has no form for.
struct UnsupportedCheckpoint : SafetensorsError {
  UnsupportedCheckpoint(const std::string& file, const std::string& tensor, const std::string& what);
};

}  // namespace ranvier::workloads
