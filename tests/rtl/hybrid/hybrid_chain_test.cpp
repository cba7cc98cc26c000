// SPDX-License-Identifier: Apache-2.0
// A whole small transformer on hybrid cores, some stages by events and some dense, in chains from one mode to the other
// and back: the codes of every stage are those of the integer reference.
#include <gtest/gtest.h>

#include "rtl/hybrid/hybrid_core.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;
using workloads::StageKind;

/// All stages of a program, a core each, fired once in order: staged graded.
class Chain {
 public:
  Chain(const workloads::Program& program, std::int32_t dense_every) : program_(program) {
    cores_.resize(program.stages.size());
    std::int32_t products = 0;
    for (std::size_t s = 1; s < cores_.size(); ++s) {
      const Stage& stage = program.stages[s];
      sim::TileSpec spec;
      spec.program = &program;
      spec.core = &core_;
      spec.tile.stage = StageId(s);
      spec.tile.outputs = {0, stage.channels};
      spec.tile.inputs = {0, stage.in_channels};
      spec.tile.tokens = {0, stage.tokens};
      const bool linear = stage.kind == StageKind::kLinear && stage.encoder.present;
      if ((linear || stage.kind == StageKind::kMix) && ++products % dense_every == 0) {
        spec.tile.engine = mapper::Engine::kDense;
        ++dense_;
      }
      cores_[s] = make_hybrid_core(spec);
      cores_[s]->begin_image();
    }
  }
  std::int32_t dense() const { return dense_; }

  std::vector<std::vector<std::int32_t>> run(const std::vector<std::int32_t>& input) {
    const std::int32_t width = program_.stages[0].channels;
    std::vector<sim::Emission> sent;
    for (std::size_t i = 0; i < input.size(); ++i) {
      const auto at = static_cast<std::int32_t>(i);
      if (input[i] != 0) sent.push_back({at / width, at % width, input[i], Cycles(0)});
    }
    deliver(0, sent);
    std::vector<std::vector<std::int32_t>> codes;
    for (std::size_t s = 1; s < cores_.size(); ++s) {
      sent.clear();
      cores_[s]->fire(sent);
      EXPECT_FALSE(cores_[s]->restless());
      codes.push_back(cores_[s]->codes());
      deliver(s, sent);
    }
    return codes;
  }

 private:
  void deliver(std::size_t from, const std::vector<sim::Emission>& sent) {
    for (std::size_t s = from + 1; s < cores_.size(); ++s) {
      const Stage& stage = program_.stages[s];
      for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
        if (stage.inputs[port].stage.value() != from) continue;
        const bool keys = port == 1 && (stage.kind == StageKind::kScores || stage.kind == StageKind::kMix);
        for (const sim::Emission& e : sent) {
          if (!keys && e.token >= stage.tokens) continue;
          cores_[s]->receive({e.token, e.channel, e.value, static_cast<std::int32_t>(port)}, Cycles(0));
        }
      }
    }
  }

  const workloads::Program& program_;
  chips::CoreKind core_;
  std::vector<std::unique_ptr<sim::CoreModel>> cores_;
  std::int32_t dense_ = 0;
};

TEST(HybridChain, SpikingToDenseAndBackEqualsTheReference) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const workloads::Program program = workloads::random_vit_program(seed, 9, 24, 2, 2, 40);
    const std::vector<std::int32_t> input = workloads::random_input_codes(program, seed);
    const workloads::Activations expected = workloads::run_reference(program, input);
    for (const std::int32_t dense_every : {1, 2, 1000}) {
      Chain chain(program, dense_every);
      EXPECT_EQ(chain.dense() > 0, dense_every < 1000);
      const auto codes = chain.run(input);
      for (std::size_t s = 1; s + 1 < program.stages.size(); ++s)
        EXPECT_EQ(codes[s - 1], expected.codes[s]) << program.stages[s].name << ", seed " << seed;
      EXPECT_EQ(codes.back(), expected.logits);
    }
  }
}

}  // namespace
}  // namespace ranvier::rtl
