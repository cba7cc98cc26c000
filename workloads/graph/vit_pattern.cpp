// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/vit_pattern.h"

#include <algorithm>

#include "workloads/graph/graph_errors.h"

namespace ranvier::workloads {
namespace {

std::string words(TokenOp op) {
  switch (op) {
    case TokenOp::kInput:
      return "the input itself";
    case TokenOp::kPatches:
      return "a patch embedding";
    case TokenOp::kLinear:
      return "a linear map";
    case TokenOp::kNorm:
      return "a norm";
    case TokenOp::kUnary:
      return "an activation function";
    case TokenOp::kClassToken:
      return "a class token";
    case TokenOp::kConstantAdd:
      return "a constant sum";
    case TokenOp::kAdd:
      return "a residual sum";
    case TokenOp::kScores:
      return "a product of queries and keys";
    case TokenOp::kSoftmax:
      return "a softmax";
    case TokenOp::kMix:
      return "attention";
    case TokenOp::kMean:
      return "a mean over tokens";
  }
  return "something";
}

/// What a residual sum adds: attention or MLP, and the value that it starts from.
struct Branch {
  bool attention = false;
  std::size_t from = 0;
  VitBlockPattern parts;
};

class Matcher {
 public:
  Matcher(const Graph& graph, const TokenGraph& tokens) : graph_(graph), tokens_(tokens) {}

  VitPattern match() {
    std::size_t at = tokens_.output;
    if (is(at, TokenOp::kSoftmax)) at = input(at);
    match_head(at);
    match_blocks(at);
    match_embedding(at);
    return std::move(pattern_);
  }

 private:
  const TokenValue& value(std::size_t v) const { return tokens_.values[v]; }
  bool is(std::size_t v, TokenOp op) const { return value(v).op == op; }
  std::size_t input(std::size_t v, std::size_t i = 0) const { return value(v).inputs[i]; }
  [[noreturn]] void differs(std::size_t v, const std::string& found, const std::string& known) const {
    throw UnknownStructure(graph_.name, graph_.node(value(v).node).name, found, known);
  }
  std::size_t need(std::size_t v, TokenOp op, const std::string& where) const {
    if (!is(v, op)) differs(v, words(value(v).op) + " " + where, words(op) + " there");
    return v;
  }

  void match_head(std::size_t& at) {
    need(at, TokenOp::kLinear, "at the end");
    for (; is(at, TokenOp::kLinear); at = input(at)) pattern_.head.insert(pattern_.head.begin(), at);
    if (is(at, TokenOp::kUnary) && is(input(at), TokenOp::kLinear))
      differs(at, "an activation function in the head", "a head of linear maps alone");
    // A batch norm is affine and may change places with the mean; a layer norm may not.
    if (is(at, TokenOp::kNorm) && is(input(at), TokenOp::kMean)) {
      if (value(at).norm != NormKind::kBatch)
        differs(at, "a layer norm behind the mean over tokens", "one in front of the mean");
      pattern_.final_norm = at;
      at = input(at);
    }
    if (is(at, TokenOp::kMean)) {
      pattern_.pooling = Pooling::kMean;
      at = input(at);
    }
    if (is(at, TokenOp::kMix))
      differs(at, "attention that pools the tokens", "the first token or the mean of all tokens");
  }

  /// Norms stand behind where a branch starts at the sum's other operand, which is no branch of its own.
  void match_blocks(std::size_t& at) {
    std::vector<std::pair<Branch, std::size_t>> branches;  // with their norm, from the last one on
    std::optional<NormPlacement> placement;
    while (true) {
      const bool normed = is(at, TokenOp::kNorm) && is(input(at), TokenOp::kAdd);
      const std::size_t sum = normed ? input(at) : at;
      if (!is(sum, TokenOp::kAdd)) {
        // The last norm of a network whose blocks end in norms themselves.
        if (branches.empty() && is(at, TokenOp::kNorm) && is(input(at), TokenOp::kNorm) && !pattern_.final_norm) {
          pattern_.final_norm = at;
          at = input(at);
          continue;
        }
        break;
      }
      std::size_t skip = 0;
      const Branch branch = branch_of(sum, skip);
      const bool post = branch.from == skip;
      const NormPlacement here = post ? NormPlacement::kPost : NormPlacement::kPre;
      if (!post && (!is(branch.from, TokenOp::kNorm) || input(branch.from) != skip))
        differs(branch.from, words(value(branch.from).op) + " between the residual stream and a block's branch",
                "a norm of the stream, or the stream itself with the norm behind the sum");
      if (placement && *placement != here)
        differs(sum, "norms in front of some branches and behind others", "all in front or all behind");
      placement = here;
      if (normed && !post) {
        if (!branches.empty() || pattern_.final_norm)
          differs(at, "a norm behind a residual sum whose branch has a norm in front", "one of the two");
        pattern_.final_norm = at;
      }
      if (!normed && post) differs(sum, "a residual sum without a norm", "norms in front of the branches or behind");
      branches.emplace_back(branch, post ? at : branch.from);
      at = skip;
    }
    std::reverse(branches.begin(), branches.end());
    if (branches.empty())
      differs(at, words(value(at).op) + " where the last block should end", "a residual sum, or a norm of one");
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const auto& [branch, norm] = branches[i];
      if (branch.attention != (i % 2 == 0))
        differs(branch.attention ? branch.parts.proj : branch.parts.fc2,
                branch.attention ? "attention behind attention" : "an MLP without attention in front",
                "blocks of attention and MLP in turn");
      if (branch.attention) {
        pattern_.blocks.push_back(branch.parts);
        pattern_.blocks.back().norm1 = norm;
        continue;
      }
      VitBlockPattern& block = pattern_.blocks.back();
      block.norm2 = norm, block.fc1 = branch.parts.fc1, block.fc2 = branch.parts.fc2;
      block.activation = branch.parts.activation;
    }
    if (branches.size() % 2 != 0)
      differs(pattern_.blocks.back().proj, "a last block of attention alone", "blocks of attention and MLP in turn");
    pattern_.placement = *placement;
  }

  Branch branch_of(std::size_t sum, std::size_t& skip) const {
    for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
      const std::size_t end = input(sum, side);
      skip = input(sum, 1 - side);
      if (!is(end, TokenOp::kLinear)) continue;
      if (is(input(end), TokenOp::kMix)) return attention_branch(end);
      if (is(input(end), TokenOp::kUnary)) return mlp_branch(end);
    }
    const std::size_t second = input(sum, 1), first = input(sum, 0);
    const std::size_t odd = is(second, TokenOp::kLinear)  ? input(second)
                            : is(first, TokenOp::kLinear) ? input(first)
                                                          : second;
    differs(odd, words(value(odd).op) + " in a residual branch",
            "linear(attention(x)) or linear(activation(linear(x)))");
  }

  Branch attention_branch(std::size_t end) const {
    Branch branch;
    branch.attention = true;
    VitBlockPattern& p = branch.parts;
    p.proj = end, p.mix = input(end);
    p.v = need(input(p.mix, 1), TokenOp::kLinear, "as values of attention");
    p.scores = need(input(input(p.mix)), TokenOp::kScores, "under the softmax of attention");
    p.q = need(input(p.scores, 0), TokenOp::kLinear, "as queries of attention");
    p.k = need(input(p.scores, 1), TokenOp::kLinear, "as keys of attention");
    branch.from = input(p.q);
    for (const std::size_t other : {p.k, p.v})
      if (input(other) != branch.from)
        differs(other, "attention whose q, k and v come from different activations", "self-attention");
    return branch;
  }

  Branch mlp_branch(std::size_t end) const {
    Branch branch;
    branch.parts.fc2 = end, branch.parts.activation = input(end);
    branch.parts.fc1 = need(input(input(end)), TokenOp::kLinear, "in front of an MLP's activation");
    branch.from = input(branch.parts.fc1);
    return branch;
  }

  void match_embedding(std::size_t at) {
    if (is(at, TokenOp::kNorm)) {
      pattern_.pre_norm = at;
      at = input(at);
    }
    const auto width = static_cast<std::size_t>(value(at).channels);
    pattern_.positions.assign(static_cast<std::size_t>(value(at).tokens) * width, 0);
    while (!is(at, TokenOp::kPatches)) {
      const TokenValue& v = value(at);
      if (v.op == TokenOp::kConstantAdd) {
        // Positions added to the patches alone end where all of them end: the class token is in front.
        const std::size_t first = pattern_.positions.size() - v.constant.size();
        for (std::size_t i = 0; i < v.constant.size(); ++i) pattern_.positions[first + i] += v.constant[i];
      } else if (v.op == TokenOp::kClassToken && pattern_.class_token.empty()) {
        pattern_.class_token = v.constant;
      } else {
        differs(at, v.op == TokenOp::kClassToken ? "a second class token" : words(v.op) + " in the embedding",
                "patches, one class token, positions, a norm");
      }
      at = input(at);
    }
    pattern_.patches = at;
  }

  const Graph& graph_;
  const TokenGraph& tokens_;
  VitPattern pattern_;
};

}  // namespace

VitPattern match_vit(const Graph& graph, const TokenGraph& tokens) { return Matcher(graph, tokens).match(); }

}  // namespace ranvier::workloads
