// SPDX-License-Identifier: Apache-2.0
// Sizes and structure of a Vision Transformer, and of other encoders of that form: a sequence of feature vectors takes
// the place of patches.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ranvier::workloads {

/// Code range of a quantiser site.
struct CodeBounds {
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  friend bool operator==(const CodeBounds&, const CodeBounds&) = default;
};

/// kPre: x += f(norm(x)). kPost: x = norm(x + f(x)).
enum class NormPlacement : std::uint8_t { kPre, kPost };
/// kBatch: running statistics, so that a norm is one multiply and add a channel; gamma and beta hold them folded.
enum class NormKind : std::uint8_t { kLayer, kBatch };
enum class Activation : std::uint8_t { kGelu, kGeluTanh, kQuickGelu, kRelu };
/// What the head sees: the first token (the class token), or the mean of all tokens.
enum class Pooling : std::uint8_t { kFirstToken, kMean };

struct VitConfig {
  std::string name;
  std::string dataset;
  std::int32_t patch = 0;  // pixels along a patch
  std::int32_t width = 0;  // channels of the residual stream
  std::int32_t heads = 0;
  std::int32_t attention_width = 0;  // channels of q, of k and of v, all heads together; 0: width
  std::int32_t blocks = 0;
  std::int32_t hidden = 0;  // channels between fc1 and fc2
  std::int32_t classes = 0;
  std::int32_t image = 0;    // pixels along the image
  std::int32_t colours = 1;  // planes of the image
  std::int32_t steps = 0;    // > 0: no image, but so many tokens of `features` values each
  std::int32_t features = 0;
  std::int32_t pixel_shift = 0;  // input code = pixel >> pixel_shift
  double input_zero = 0;         // network input = (code - input_zero) * input_scale; VitModel::input_zeros goes before
  double input_scale = 1;
  std::int32_t activation_bits = 0;
  NormPlacement placement = NormPlacement::kPre;
  NormKind norm = NormKind::kLayer;
  Activation activation = Activation::kGelu;
  Pooling pooling = Pooling::kFirstToken;
  bool class_token = true;
  bool pre_norm = false;          // a norm between embedding and first block, on the stream itself (CLIP)
  bool final_norm = true;         // a norm before the head; needed where tokens are averaged
  double epsilon = 1e-5;          // of LayerNorm
  double accuracy_float_10k = 0;  // percent, as measured in training
  double accuracy_quantised_10k = 0;
  std::map<std::string, CodeBounds> bounds;  // by kind of site ("ln1", "gelu", "embed", ...)

  std::int32_t patches_along() const { return image / patch; }
  std::int32_t patches() const { return steps > 0 ? steps : patches_along() * patches_along(); }
  std::int32_t tokens() const { return patches() + (class_token ? 1 : 0); }
  std::int32_t in_channels() const { return steps > 0 ? features : colours * patch * patch; }
  std::int32_t attention_channels() const { return attention_width > 0 ? attention_width : width; }
  std::int32_t head_width() const { return attention_channels() / heads; }
  std::int32_t input_code_max() const { return 255 >> pixel_shift; }
};

/// Stages of the network in the order of the program that conversion makes: "input", "embed" ("pre_norm"), the blocks,
/// ("norm") ("pool_row" "pool") "head". A block is "blockB.ln1" q k v attn av proj add1 ln2 fc1 gelu fc2 add2 or, with
/// the norms behind, q k v attn av proj ln1 fc1 gelu fc2 ln2. ReLU is the lower bound of fc1 and no stage.
std::vector<std::string> stage_names(const VitConfig& config);
/// The part of a stage name after the dot ("block3.fc1" -> "fc1"); the name itself where there is none.
std::string site_kind(const std::string& stage_name);
/// Whether a quantiser stands behind this stage: not for the input, the residual sums, the row of ones and the head.
bool has_quantiser(const std::string& stage_name);
/// Kinds of sites of any network.
const std::vector<std::string>& site_kinds();
/// Code range of a kind of site at a number of bits: attn is never negative, gelu hardly, all else is symmetric.
CodeBounds default_bounds(const std::string& kind, int bits);
/// The same for one network: what goes through a ReLU is never negative.
CodeBounds default_bounds(const VitConfig& config, const std::string& kind, int bits);
inline constexpr int kMinActivationBits = 3;  // a gelu site needs a negative code
inline constexpr int kMaxActivationBits = 8;

/// Throws ConfigError's kinds.
VitConfig parse_config(const std::string& text, const std::string& file_name);
/// The text that parse_config() makes the same configuration of.
std::string config_text(const VitConfig& config);

}  // namespace ranvier::workloads
