// SPDX-License-Identifier: Apache-2.0
// Models made for tests: random ones of any size, and a folder to put their files in.
#pragma once

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "workloads/model.h"

namespace ranvier::workloads {

/// A folder of its own, removed at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("ranvier-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline VitConfig small_config(int bits = 5) {
  VitConfig c;
  c.name = "made";
  c.dataset = "made-up";
  c.patch = 2;
  c.width = 8;
  c.heads = 2;
  c.blocks = 2;
  c.hidden = 12;
  c.classes = 3;
  c.image = 4;
  c.pixel_shift = 3;
  c.input_zero = 9;
  c.input_scale = 1.0 / 11;
  c.activation_bits = bits;
  for (const std::string& kind : site_kinds()) c.bounds[kind] = default_bounds(kind, c.activation_bits);
  return c;
}

/// Weights uniform with the variance of 1/in, norms near one, and a plausible step at every site.
inline VitModel random_model(std::uint64_t seed, const VitConfig& config = small_config()) {
  VitModel m;
  m.config = config;
  std::uint64_t entity = 0;
  const auto draw = [&](std::vector<float>& values, std::int64_t n, double spread, double centre) {
    values.resize(static_cast<std::size_t>(n));
    for (float& v : values) v = static_cast<float>(centre + spread * (2 * random_unit(seed, entity++, 0) - 1));
  };
  const auto linear = [&](LinearWeights& w, std::int32_t in, std::int32_t out) {
    w.in = in;
    w.out = out;
    draw(w.weight, std::int64_t{in} * out, std::sqrt(3.0 / in), 0);
    draw(w.bias, out, 0.1, 0);
  };
  const auto norm = [&](NormWeights& w) {
    draw(w.gamma, config.width, 0.2, 1);
    draw(w.beta, config.width, 0.1, 0);
  };
  linear(m.embed, config.in_channels(), config.width);
  if (config.class_token) draw(m.cls, config.width, 0.5, 0);
  draw(m.pos, std::int64_t{config.tokens()} * config.width, 0.2, 0);
  m.blocks.resize(static_cast<std::size_t>(config.blocks));
  for (BlockWeights& b : m.blocks) {
    norm(b.norm1);
    for (LinearWeights* w : {&b.q, &b.k, &b.v}) linear(*w, config.width, config.attention_channels());
    linear(b.proj, config.attention_channels(), config.width);
    norm(b.norm2);
    linear(b.fc1, config.width, config.hidden);
    linear(b.fc2, config.hidden, config.width);
  }
  if (config.final_norm) norm(m.norm);
  if (config.pre_norm) norm(m.pre_norm);
  linear(m.head, config.width, config.classes);
  for (const std::string& stage : stage_names(config))
    if (has_quantiser(stage))
      m.site_scale[stage] = static_cast<float>(3.0 / (config.bounds.at(site_kind(stage)).hi + 1));
  for (std::int32_t b = 0; b < config.blocks; ++b) m.site_scale["block" + std::to_string(b) + ".attn"] = 1.0F / 32;
  return m;
}

inline std::vector<std::uint8_t> random_pixels(std::uint64_t seed, std::uint64_t image, std::int32_t side,
                                               std::int32_t colours = 1) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                                   static_cast<std::size_t>(colours));
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(random_below(256, seed, 1000 + image, i));
  return pixels;
}

}  // namespace ranvier::workloads
