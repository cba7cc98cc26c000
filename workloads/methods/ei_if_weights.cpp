// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_weights.h"

#include <stdexcept>

namespace ranvier::workloads {
namespace {

const BlockWeights* block_of(const VitModel& model, const std::string& stage) {
  const std::string prefix = "block";
  if (stage.compare(0, prefix.size(), prefix) != 0) return nullptr;
  return &model.blocks.at(static_cast<std::size_t>(std::stoi(stage.substr(prefix.size()))));
}

}  // namespace

const LinearWeights* linear_weights_of(const VitModel& model, const std::string& stage) {
  if (stage == "pool_row") return nullptr;
  if (stage == "embed") return &model.embed;
  if (stage == "head") return &model.head;
  if (const BlockWeights* block = block_of(model, stage)) {
    const std::string kind = site_kind(stage);
    if (kind == "q") return &block->q;
    if (kind == "k") return &block->k;
    if (kind == "v") return &block->v;
    if (kind == "proj") return &block->proj;
    if (kind == "fc1") return &block->fc1;
    if (kind == "fc2") return &block->fc2;
  }
  throw std::logic_error(stage + ": no linear stage of a transformer encoder");
}

const NormWeights& norm_weights_of(const VitModel& model, const std::string& stage) {
  if (stage == "norm") return model.norm;
  if (stage == "pre_norm") return model.pre_norm;
  if (const BlockWeights* block = block_of(model, stage)) {
    if (site_kind(stage) == "ln1") return block->norm1;
    if (site_kind(stage) == "ln2") return block->norm2;
  }
  throw std::logic_error(stage + ": no norm of a transformer encoder");
}

std::string approximator_name(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      return "gelu_tanh";
    case Activation::kQuickGelu:
      return "quick_gelu";
    case Activation::kRelu:
      break;
  }
  throw std::logic_error("ReLU is no stage");
}

}  // namespace ranvier::workloads
