// SPDX-License-Identifier: Apache-2.0
// A network of one's own from spiking.yaml: what is read, what follows from sizes, and what is refused with which
// place.
#include "workloads/slayer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/workloads/made_model.h"
#include "workloads/events/event_errors.h"
#include "workloads/spiking_description.h"
#include "workloads/temporal_errors.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

const char* const kDescription = R"(name: mine
note: made up
timesteps: 20
input: {height: 4, width: 6, channels: 2, coding: bs2, step_microseconds: 1000, samples: [events], labels: {b: 2}}
neuron: {current_decay: 1024, voltage_decay: 128, threshold_mantissa: 80}
layers:
  - {name: pool, type: pool, kernel: 2, weights: pool.txt}
  - {name: conv, type: conv, kernel: [2, 3], padding: 1, channels: 3, weights: conv.txt,
     neuron: {refractory_steps: 2, axon_delay_steps: 3, bias_mantissa: -5, bias_exponent: 2, weight_exponent: 1}}
  - {name: out, type: dense, weights: out.txt}
)";

std::string numbers(int count, const std::string& each = "1") {
  std::string text;
  for (int i = 0; i < count; ++i) text += each + "\n";
  return text;
}

/// The folder of the description above: 4x6x2 -> 2x3x2 -> 3x3x3 -> 4.
class SlayerFolder : public testing::Test {
 protected:
  SlayerFolder() {
    write("spiking.yaml", kDescription);
    write("pool.txt", "1\n2\n3\n4\n");
    write("conv.txt", numbers(3 * 2 * 6));
    write("out.txt", numbers(4 * 3 * 9, "-0"));
  }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((scratch_.path() / name).parent_path());
    write_file_atomically(scratch_.path() / name, text);
  }
  void describe(const std::string& from, const std::string& to) {
    std::string text = kDescription;
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write("spiking.yaml", text.replace(at, from.size(), to));
  }
  TemporalModel load() const { return load_temporal(scratch_.path()); }
  template <class Failure>
  Failure failure() const {
    try {
      load();
    } catch (const Failure& e) {
      return e;
    }
    throw std::runtime_error("another outcome than the error expected");
  }
  ScratchFolder scratch_;
};

TEST_F(SlayerFolder, ReadsOnesOwnNetwork) {
  ASSERT_TRUE(is_slayer_folder(scratch_.path()));
  const TemporalModel model = load();
  const Program& p = model.program;
  EXPECT_EQ(p.name, "mine");
  EXPECT_EQ(p.weights_note, "made up");
  EXPECT_EQ(p.timesteps, 20);
  ASSERT_EQ(p.stages.size(), 4U);
  EXPECT_EQ(p.stages[0].tokens, 24);
  const ConvParams& pool = p.stages[1].conv;
  EXPECT_TRUE(pool.depthwise);
  EXPECT_EQ(pool.stride, 2);
  EXPECT_EQ(p.stages[1].tokens, 6);
  EXPECT_EQ(pool.weight, (std::vector<std::int16_t>{1, 2, 3, 4, 1, 2, 3, 4}));
  const Stage& conv = p.stages[2];
  EXPECT_EQ(conv.conv.out_height, 3);
  EXPECT_EQ(conv.conv.out_width, 3);
  EXPECT_EQ(conv.cuba.current_decay, 1024);
  EXPECT_EQ(conv.cuba.threshold_mantissa, 80);
  EXPECT_EQ(conv.cuba.refractory_steps, 2);
  EXPECT_EQ(conv.cuba.axon_delay_steps, 3);
  EXPECT_EQ(conv.cuba.bias_mantissa, -5);
  EXPECT_EQ(conv.cuba.bias_exponent, 2);
  EXPECT_EQ(conv.cuba.weight_exponent, 1);
  EXPECT_EQ(p.stages[3].cuba.refractory_steps, 0);
  EXPECT_EQ(p.stages[3].channels, 4);  // from the number of weights
  EXPECT_EQ(p.stages[3].conv.kernel_width, 3);
}

TEST_F(SlayerFolder, FindsSamplesInOrderWithLabels) {
  for (const char* name : {"10", "9", "b", "100"}) write(std::string("events/") + name + ".bs2", "");
  write("events/2.txt", "no recording");
  const TemporalModel model = load();
  const SampleSet set = find_samples(model);
  EXPECT_EQ(set.names, (std::vector<std::string>{"9", "10", "100", "b"}));
  EXPECT_EQ(set.labels, (std::vector<std::int32_t>{-1, -1, -1, 2}));
  write("events_labels.txt", "# sample class\n10 7\n9 3\n");
  EXPECT_EQ(find_samples(model, scratch_.path() / "events/").labels, (std::vector<std::int32_t>{3, 7, -1, -1}));
  EXPECT_EQ(find_samples(model, scratch_.path() / "events" / "10.bs2").labels, (std::vector<std::int32_t>{7}));
  write("events/labels.txt", "10 x\n");
  EXPECT_THROW(find_samples(model), BadTextNumber);
}

TEST_F(SlayerFolder, ASampleBecomesSpikes) {
  write("events/1.bs2", std::string("\5\3\x80\x07\xd0", 5));
  const TemporalModel model = load();
  EXPECT_EQ(load_sample(model, find_samples(model).files[0]), (std::vector<std::int32_t>{2, (3 * 6 + 5) * 2 + 1}));
  write("events/1.bs2", std::string("\6\3\x80\x07\xd0", 5));
  EXPECT_THROW(load_sample(model, find_samples(model).files[0]), EventOutOfRange);
}

TEST_F(SlayerFolder, SaysWhereSamplesAreMissing) {
  const TemporalModel model = load();
  EXPECT_THROW(find_samples(model), NoSamples);
  std::filesystem::create_directories(scratch_.path() / "events");
  EXPECT_THROW(find_samples(model), NoSamples);
  EXPECT_THROW(find_samples(model, scratch_.path() / "nowhere"), FileMissing);
}

TEST_F(SlayerFolder, CountsWeights) {
  write("conv.txt", numbers(35));
  const auto e = failure<WrongWeightCount>();
  EXPECT_EQ(e.layer, "conv");
  EXPECT_EQ(e.expected, 36);
  EXPECT_EQ(e.got, 35);
  EXPECT_THAT(e.what(), HasSubstr("conv.txt: layer 'conv': 35 weights, 3 x 2 x 2 x 3 (out, in, y, x) needs 36"));
  write("conv.txt", numbers(36));
  write("out.txt", numbers(4 * 27 + 1));
  EXPECT_EQ(failure<WrongWeightCount>().expected, 108);
  write("pool.txt", numbers(3));
  EXPECT_EQ(failure<WrongWeightCount>().expected, 8);
}

TEST_F(SlayerFolder, NamesTheLineThatIsNoWeight) {
  write("pool.txt", "1\n2\n3.5\n4\n");
  EXPECT_EQ(failure<BadTextNumber>().place.line, 3);
  write("pool.txt", "1\n2\n3\n40000\n");
  EXPECT_EQ(failure<BadTextNumber>().got, "40000");
  std::filesystem::remove(scratch_.path() / "pool.txt");
  EXPECT_THROW(load(), FileMissing);
}

TEST_F(SlayerFolder, ScalesRealWeights) {
  describe("layers:", "weights: {scale: 4, step: 2}\nlayers:");
  write("pool.txt", "2.51629 -3.3295 0.26\n1e-3\n");
  EXPECT_EQ(load().program.stages[1].conv.weight, (std::vector<std::int16_t>{10, -14, 2, 0, 10, -14, 2, 0}));
  write("pool.txt", "2.5 -3.3 0.25 9000\n");
  EXPECT_EQ(failure<BadTextNumber>().got, "9000");
}

TEST_F(SlayerFolder, RefusesSumsBeyondThirtyTwoBitsAndLayersBeyondMemory) {
  const std::string wide =
      "name: wide\ntimesteps: 2\n"
      "input: {height: 2, channels: 32770, coding: time-neuron-text, step_time: 1}\n"
      "neuron: {current_decay: 0, voltage_decay: 0, threshold_mantissa: 1}\n"
      "layers: [{name: out, type: dense, channels: 1, weights: wide.txt}]\n";
  write("spiking.yaml", wide);
  write("wide.txt", numbers(2 * 32770, "-32767"));
  EXPECT_EQ(failure<DoesNotFitIntegers>().value, 65540.0 * 32767);
  write("wide.txt", numbers(2 * 32770, "32766"));
  EXPECT_EQ(load().program.stages[1].conv.weight.size(), 65540U);  // 65540 * 32766 < 2^31
  describe("height: 4, width: 6", "height: 4096, width: 4096");
  EXPECT_THAT(failure<BadConfigValue>().what(), HasSubstr("33554432"));
}

TEST_F(SlayerFolder, RefusesWrongKeysAndValuesByPlace) {
  describe("padding: 1", "pading: 1");
  const auto unknown = failure<UnknownConfigKey>();
  EXPECT_EQ(unknown.place.line, 8);
  EXPECT_THAT(unknown.what(), HasSubstr("key 'layers[1].pading': unknown; did you mean 'layers[1].padding'?"));
  describe("threshold_mantissa: 80", "threshold_mantissa: 8e1");
  EXPECT_EQ(failure<BadConfigValue>().key, "neuron.threshold_mantissa");
  describe(", threshold_mantissa: 80", "");
  EXPECT_EQ(failure<MissingConfigKey>().key, "neuron.threshold_mantissa");
  describe("timesteps: 20\n", "");
  EXPECT_EQ(failure<MissingConfigKey>().key, "timesteps");
  describe("axon_delay_steps: 3", "axon_delay_steps: 0");
  EXPECT_EQ(failure<BadConfigValue>().key, "layers[1].neuron.axon_delay_steps");
  describe("type: conv", "type: convolution");
  EXPECT_THAT(failure<BadConfigValue>().what(), HasSubstr("conv, pool or dense"));
  describe("type: dense", "type: dense, stride: 2");
  EXPECT_EQ(failure<UnknownConfigKey>().key, "layers[2].stride");
  describe("kernel: [2, 3]", "kernel: [9, 3]");
  EXPECT_THAT(failure<BadConfigValue>().what(), HasSubstr("a kernel of 9 over 4"));
  describe("padding: 1", "padding: 2");
  EXPECT_THAT(failure<BadConfigValue>().what(), HasSubstr("got padding 2, expected less than the kernel"));
  describe("coding: bs2", "coding: video");
  EXPECT_EQ(failure<BadConfigValue>().key, "input.coding");
  describe("  - {name: out, type: dense, weights: out.txt}\n", "");
  EXPECT_THAT(failure<BadConfigValue>().what(), HasSubstr("a last layer of 3 x 3 positions"));
}

TEST_F(SlayerFolder, RefusesWhatIsNoMap) {
  describe("note:", "name: again\nnote:");
  EXPECT_EQ(failure<DescriptionSyntax>().place.line, 2);
  for (const char* text : {"", "- a\n", "name: [", "a\tb", "{a: 1", "[[[[", "? {a: b}\n: c\n"}) {
    write("spiking.yaml", text);
    EXPECT_THROW(load(), DescriptionSyntax) << text;
  }
  write("spiking.yaml", std::string("name: a\0b\n", 10));
  EXPECT_THROW(load(), DescriptionSyntax);
}

const char* const kSlayerConfig = R"(simulation: {Ts: 0.5, tSample: 10, nSample: 12}
neuron: {type: LOIHI, vThMant: 40, vDecay: 64, iDecay: 512, refDelay: 3, wgtExp: 1, tauRho: 1, scaleRho: 1}
layer:
  - {dim: 48}
  - {dim: 12}
  - {dim: 27}
  - {dim: 4, wScale: 2}
training: {error: {type: NumSpikes}}
)";

TEST_F(SlayerFolder, TakesNeuronAndTimeFromSlayersOwnFile) {
  std::string text = kDescription;
  text.replace(text.find("timesteps: 20"), 13, "slayer_config: network.yaml");
  const std::string neuron = "neuron: {current_decay: 1024, voltage_decay: 128, threshold_mantissa: 80}\n";
  text.erase(text.find(neuron), neuron.size());
  write("spiking.yaml", text);
  write("network.yaml", kSlayerConfig);
  const Program p = load().program;
  EXPECT_EQ(p.timesteps, 20);
  EXPECT_EQ(p.stages[1].cuba.threshold_mantissa, 40);
  EXPECT_EQ(p.stages[1].cuba.voltage_decay, 64);
  EXPECT_EQ(p.stages[1].cuba.current_decay, 512);
  EXPECT_EQ(p.stages[1].cuba.refractory_steps, 2);  // refDelay counts the spike's own step
  EXPECT_EQ(p.stages[1].cuba.weight_exponent, 1);

  const auto config = [&](const std::string& from, const std::string& to) {
    std::string changed = kSlayerConfig;
    changed.replace(changed.find(from), from.size(), to);
    write("network.yaml", changed);
  };
  config("dim: 27", "dim: 28");
  EXPECT_EQ(failure<BadConfigValue>().key, "layer");
  config("dim: 27", "dim: 3x3x3");
  EXPECT_EQ(load().program.timesteps, 20);
  config("type: LOIHI", "type: SRMALPHA");
  EXPECT_EQ(failure<BadConfigValue>().key, "neuron.type");
  config("Ts: 0.5, ", "");
  EXPECT_EQ(failure<MissingConfigKey>().key, "simulation.Ts");
  config("Ts: 0.5", "Ts: 1e-9");
  EXPECT_EQ(failure<BadConfigValue>().key, "simulation.tSample");
}

TEST_F(SlayerFolder, MutatedFilesAreReadOrRefused) {
  write("network.yaml", kSlayerConfig);
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    std::string text = seed % 3 == 0 ? kSlayerConfig : kDescription;
    const std::uint32_t changes = 1 + random_below(4, seed, 0, 0);
    for (std::uint32_t c = 0; c < changes; ++c) {
      const std::size_t at = random_below(static_cast<std::uint32_t>(text.size()), seed, 1, c);
      const auto byte = static_cast<char>(random_below(256, seed, 2, c));
      const char syntax[] = "{}[]:,-&*#?|>'\"\n 09";
      switch (random_below(4, seed, 3, c)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.erase(at, 1 + random_below(6, seed, 4, c));
          break;
        case 2:
          text.insert(at, 1, syntax[random_below(sizeof(syntax) - 1, seed, 5, c)]);
          break;
        default:
          text.insert(at, text.substr(at / 2, random_below(30, seed, 6, c)));
      }
    }
    try {
      if (seed % 3 == 0) {
        parse_slayer_config(text, "fuzz.yaml");
      } else {
        load_description(text, "fuzz.yaml", scratch_.path());
        files_of_description(text, "fuzz.yaml");
      }
    } catch (const Error& e) {
      ++refused;
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    }
  }
  EXPECT_GT(refused, 700);
}

TEST_F(SlayerFolder, UnknownFolderNamesTheShippedNetworks) {
  ScratchFolder empty;
  EXPECT_FALSE(is_slayer_folder(empty.path()));
  EXPECT_FALSE(is_slayer_folder(empty.path() / "nowhere"));
  EXPECT_THROW(load_temporal(empty.path() / "nowhere"), FileMissing);
  try {
    load_temporal(empty.path());
    FAIL() << "no error";
  } catch (const UnknownTemporalModel& e) {
    EXPECT_EQ(e.path, empty.path().string());
    EXPECT_THAT(e.what(), HasSubstr("dvs-gesture-cnn, loihi-chip-recording, nmnist-cnn, nmnist-mlp"));
  }
}

}  // namespace
}  // namespace ranvier::workloads
