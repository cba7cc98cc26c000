// SPDX-License-Identifier: Apache-2.0
// Tensor names of the checkpoint layouts, and what each library leaves unsaid in its files.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "workloads/vit_config.h"

namespace ranvier::workloads {

/// Names end where ".weight" and ".bias" follow; "" where the layout has no such part. `block` is followed by the
/// number and a dot.
struct CheckpointLayout {
  const char* name;
  const char* patches;
  bool patches_have_bias;
  const char* class_token;
  const char* positions;
  const char* block;
  const char* norm1;
  const char* stacked;  // q, k and v in one matrix; `stacked_suffix` in place of ".weight", ".bias": '.' or '_'
  char stacked_suffix;
  std::array<const char*, 3> qkv;
  const char* proj;
  const char* norm2;
  const char* fc1;
  const char* fc2;
  const char* pre_norm;
  const char* final_norm;
  const char* head;
  bool head_has_bias;
  bool head_is_transposed;  // [width][classes], and no ".weight" behind its name
  Activation activation;
  double epsilon;
  std::array<double, 3> mean, deviation;  // of the pixels, where no preprocessor_config.json says otherwise
};

inline constexpr std::array<double, 3> kHalf = {0.5, 0.5, 0.5};
inline constexpr std::array<double, 3> kClipMean = {0.48145466, 0.4578275, 0.40821073};
inline constexpr std::array<double, 3> kClipDeviation = {0.26862954, 0.26130258, 0.27577711};

inline const std::vector<CheckpointLayout>& checkpoint_layouts() {
  static const std::vector<CheckpointLayout> layouts = {
      {"timm", "patch_embed.proj", true,    "cls_token", "pos_embed", "blocks.", "norm1", "attn.qkv", '.',
       {},     "attn.proj",        "norm2", "mlp.fc1",   "mlp.fc2",   "",        "norm",  "head",     true,
       false,  Activation::kGelu,  1e-6,    kHalf,       kHalf},
      {"transformers ViT",
       "vit.embeddings.patch_embeddings.projection",
       true,
       "vit.embeddings.cls_token",
       "vit.embeddings.position_embeddings",
       "vit.encoder.layer.",
       "layernorm_before",
       "",
       '.',
       {"attention.attention.query", "attention.attention.key", "attention.attention.value"},
       "attention.output.dense",
       "layernorm_after",
       "intermediate.dense",
       "output.dense",
       "",
       "vit.layernorm",
       "classifier",
       true,
       false,
       Activation::kGelu,
       1e-12,
       kHalf,
       kHalf},
      {"transformers CLIP",
       "vision_model.embeddings.patch_embedding",
       false,
       "vision_model.embeddings.class_embedding",
       "vision_model.embeddings.position_embedding.weight",
       "vision_model.encoder.layers.",
       "layer_norm1",
       "",
       '.',
       {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
       "self_attn.out_proj",
       "layer_norm2",
       "mlp.fc1",
       "mlp.fc2",
       "vision_model.pre_layrnorm",
       "vision_model.post_layernorm",
       "visual_projection",
       false,
       false,
       Activation::kQuickGelu,
       1e-5,
       kClipMean,
       kClipDeviation},
      {"OpenAI CLIP",
       "visual.conv1",
       false,
       "visual.class_embedding",
       "visual.positional_embedding",
       "visual.transformer.resblocks.",
       "ln_1",
       "attn.in_proj",
       '_',
       {},
       "attn.out_proj",
       "ln_2",
       "mlp.c_fc",
       "mlp.c_proj",
       "visual.ln_pre",
       "visual.ln_post",
       "visual.proj",
       false,
       true,
       Activation::kQuickGelu,
       1e-5,
       kClipMean,
       kClipDeviation},
  };
  return layouts;
}

}  // namespace ranvier::workloads
