// SPDX-License-Identifier: Apache-2.0
// Programs that conversion makes pass the check; each way to break one is told apart.
#include "workloads/check_program.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "workloads/convert.h"
#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

RC_GTEST_PROP(CheckProgram, TakesRandomTransformers, ()) {
  check_program(random_vit_program(*rc::gen::inRange<std::uint64_t>(0, 1000), 5, 8, 2, 2, 12));
}

TEST(CheckProgram, TakesWhatConversionMakes) {
  check_program(convert(load_model("fashion-vit-small")));
  ConvertOptions eight;
  eight.bits = 8;
  check_program(convert(load_model("fashion-vit"), eight));
}

struct Damage {
  const char* what;
  std::function<void(Program&)> damage;
  const char* stage;
};

Stage& named(Program& program, const std::string& name) {
  for (Stage& stage : program.stages)
    if (stage.name == name) return stage;
  throw std::logic_error(name);
}

TEST(CheckProgram, TellsEachDamage) {
  const Program whole = convert(load_model("fashion-vit-small"));
  const std::vector<Damage> damages = {
      {"own input", [](Program& p) { named(p, "block0.q").inputs[0].stage = StageId(90); }, "block0.q"},
      {"odd threshold", [](Program& p) { named(p, "block0.k").encoder.threshold[3] = 7; }, "block0.k"},
      {"few thresholds", [](Program& p) { named(p, "block0.k").encoder.threshold.pop_back(); }, "block0.k"},
      {"few weights", [](Program& p) { named(p, "block1.fc1").linear.weight.pop_back(); }, "block1.fc1"},
      {"few biases", [](Program& p) { named(p, "embed").linear.bias.pop_back(); }, "embed"},
      {"huge bias", [](Program& p) { named(p, "block0.v").linear.bias[0] = 1 << 23; }, "block0.v"},
      {"huge gain", [](Program& p) { named(p, "block0.add1").inputs[0].gain = 30'000; }, "block0.add1"},
      {"norm gain", [](Program& p) { named(p, "block0.ln1").layer_norm.gain[0] = 1 << 21; }, "block0.ln1"},
      {"epsilon", [](Program& p) { named(p, "block0.ln2").layer_norm.epsilon = 0; }, "block0.ln2"},
      {"softmax", [](Program& p) { named(p, "block0.attn").softmax.scale = -1; }, "block0.attn"},
      {"heads", [](Program& p) { named(p, "block0.attn").heads = 3; }, "block0.attn"},
      {"short table", [](Program& p) { named(p, "block0.gelu").gelu.table.pop_back(); }, "block0.gelu"},
      {"no encoder", [](Program& p) { named(p, "block0.av").encoder.present = false; }, "block0.av"},
      {"head encoder", [](Program& p) { named(p, "head").encoder = named(p, "norm").encoder; }, "head"},
      {"tokens", [](Program& p) { named(p, "block0.q").tokens = 18; }, "block0.q"},
      {"scale", [](Program& p) { named(p, "norm").code_scale = 0; }, "norm"},
      {"codes", [](Program& p) { named(p, "norm").encoder.lo = 1; }, "norm"},
      {"input", [](Program& p) { p.input_code_max = 300; }, ""},
      {"time", [](Program& p) { p.timesteps = 4; }, ""},
  };
  for (const Damage& d : damages) {
    Program program = whole;
    d.damage(program);
    try {
      check_program(program);
      ADD_FAILURE() << d.what << " went unnoticed";
    } catch (const BadProgram& e) {
      EXPECT_EQ(e.stage, d.stage) << d.what << ": " << e.what();
    }
  }
}

}  // namespace
}  // namespace ranvier::workloads
