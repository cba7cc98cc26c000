// SPDX-License-Identifier: Apache-2.0
// vit-b32-shape: the vision transformer of CLIP ViT-B/32 (Radford et al., ICML 2021; openai/CLIP, clip/model.py).
#include "workloads/seeded_model.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace ranvier::workloads {
namespace {

constexpr const char* kVitB32 = "vit-b32-shape";

/// Sum of four uniform 16-bit numbers of one draw, shifted and scaled to variance 1: never beyond 3.5, so that no
/// outlier sets the scale of a row of 8-bit weights.
double near_normal(std::uint64_t seed, std::uint64_t entity, std::uint64_t index) {
  std::uint64_t bits = random_u64(seed, entity, index);
  double sum = 0;
  for (int i = 0; i < 4; ++i, bits >>= 16) sum += static_cast<double>(bits & 0xffff) / 65535.0 - 0.5;
  return sum * std::sqrt(3.0);
}

class Weights {
 public:
  void draw(std::vector<float>& values, std::int64_t count, double deviation, double centre = 0) {
    const std::uint64_t tensor = next_++;
    values.resize(static_cast<std::size_t>(count));
    tbb::parallel_for(std::size_t{0}, values.size(), [&](std::size_t i) {
      values[i] = static_cast<float>(centre + deviation * near_normal(kSeededWeightSeed, tensor, i));
    });
  }
  void linear(LinearWeights& w, bool bias = true) {
    draw(w.weight, std::int64_t{w.in} * w.out, 1 / std::sqrt(static_cast<double>(w.in)));
    draw(w.bias, w.out, bias ? 0.02 : 0.0);
  }
  void norm(NormWeights& w, std::int32_t width) {
    draw(w.gamma, width, 0.1, 1);
    draw(w.beta, width, 0.05);
  }

 private:
  std::uint64_t next_ = 0;
};

}  // namespace

std::vector<std::string> seeded_models() { return {kVitB32}; }

bool is_seeded_model(const std::string& name) {
  const std::vector<std::string> all = seeded_models();
  return std::find(all.begin(), all.end(), name) != all.end();
}

VitConfig seeded_config(const std::string& name) {
  if (!is_seeded_model(name)) throw UnknownWorkload(name, seeded_models());
  VitConfig c;
  c.name = name;
  c.dataset = kSeededImages;
  c.image = 224, c.patch = 32, c.colours = 3;
  c.width = 768, c.heads = 12, c.blocks = 12, c.hidden = 3072;
  c.classes = 512;  // the projection into the space shared with text
  c.activation = Activation::kQuickGelu;
  c.pre_norm = true;
  c.activation_bits = kMaxActivationBits;
  for (const std::string& kind : site_kinds()) c.bounds[kind] = default_bounds(c, kind, c.activation_bits);
  // 64 grey levels: 3072 inputs of 255 codes would leave too few of the 24 bits of a potential to the weights.
  c.pixel_shift = 2;
  c.input_zero = 31.5;
  c.input_scale = 1 / 18.0;  // about unit variance, as CLIP's normalisation gives
  return c;
}

VitModel seeded_model(const std::string& name) {
  VitModel m;
  m.config = seeded_config(name);
  m.weights_note = kSeededWeightsNote;
  m.data.kind = DataKind::kSeeded;
  set_sizes(m);
  const VitConfig& c = m.config;
  Weights weights;
  weights.linear(m.embed, false);
  weights.draw(m.cls, c.width, 0.5);
  weights.draw(m.pos, std::int64_t{c.tokens()} * c.width, 0.2);
  weights.norm(m.pre_norm, c.width);
  for (BlockWeights& b : m.blocks) {
    weights.norm(b.norm1, c.width);
    for (LinearWeights* w : {&b.q, &b.k, &b.v, &b.proj}) weights.linear(*w);
    weights.norm(b.norm2, c.width);
    weights.linear(b.fc1);
    weights.linear(b.fc2);
  }
  weights.norm(m.norm, c.width);
  weights.linear(m.head, false);
  return m;
}

}  // namespace ranvier::workloads
