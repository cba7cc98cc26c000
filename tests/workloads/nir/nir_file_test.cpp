// SPDX-License-Identifier: Apache-2.0
// NIR files in and out: every node type, the oddities of published files, what must be refused and with which words.
#include "workloads/nir/nir_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/file.h"
#include "tests/shared_data.h"
#include "workloads/nir/hdf5_file.h"
#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "nir" / name;
}

std::string refusal(const std::string& name) {
  try {
    read_nir(fixture(name));
  } catch (const NirError& error) {
    return error.what();
  }
  return "read without complaint";
}

TEST(NirFile, ReadsEveryNodeType) {
  const NirFile file = read_nir(fixture("all_nodes.nir"));
  EXPECT_EQ(file.version, "1.0.7");
  std::vector<std::string> types;
  for (const NirNode& node : file.graph().nodes) types.push_back(node.type);
  EXPECT_THAT(types, ElementsAre("Affine", "AvgPool2d", "Conv2d", "CubaLIF", "CubaLI", "Delay", "Flatten", "I", "IF",
                                 "Input", "LI", "LIF", "Linear", "Output", "Scale", "SumPool2d", "Threshold"));
  EXPECT_EQ(file.graph().edges.size(), 16U);
  EXPECT_EQ(file.graph().edges.front(), (NirEdge{"input", "conv"}));
  EXPECT_EQ(file.graph().edges.back(), (NirEdge{"cubali", "output"}));
  const NirNode& affine = *file.graph().find("affine");
  EXPECT_THAT(affine.shape_of("weight"), ElementsAre(4, 16));
  EXPECT_EQ(affine.numbers("weight")[33], 33.0 / 32);
  EXPECT_THAT(affine.numbers("bias"), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(affine.storage.datasets.at("weight").value.type, kFloat32);
  EXPECT_EQ(file.graph().find("linear")->storage.datasets.at("weight").value.type, kFloat64);
  EXPECT_TRUE(file.graph().find("conv")->storage.datasets.at("groups").value.scalar());
  const NirNode& lif = *file.graph().find("lif");
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(lif.storage.attributes.at("observed").values),
            (std::vector<std::int64_t>{1, 2, 3}));
  const Hdf5Group* metadata = lif.storage.find_group("metadata");
  ASSERT_NE(metadata, nullptr);
  EXPECT_EQ(std::get<std::vector<double>>(metadata->find_group("note")->datasets.at("list").value.values),
            (std::vector<double>{1.5, 2.5}));
}

TEST(NirFile, WhatIsWrittenReadsBackTheSame) {
  for (const char* name :
       {"all_nodes.nir", "conv1d.nir", "nested.nir", "no_input_shape.nir", "no_version.nir", "odd_types.nir",
        "old_names.nir", "output_shape.nir", "recurrent.nir", "scalars.nir", "self_spiking.nir", "sum_of_edges.nir"}) {
    SCOPED_TRACE(name);
    const NirFile file = read_nir(fixture(name));
    const auto bytes = nir_bytes(file);
    const NirFile again = parse_nir(bytes, file.path);
    EXPECT_EQ(again.version, file.version);
    EXPECT_EQ(again.rest, file.rest);
    EXPECT_EQ(again.root, file.root);
    EXPECT_EQ(parse_hdf5(bytes, "again"), read_hdf5(fixture(name)));  // the whole tree, not only what NIR names
    EXPECT_EQ(nir_bytes(again), bytes);
  }
}

TEST(NirFile, RealFilesRoundTrip) {
  RANVIER_NEEDS_SHARED_DATA("nir");
  for (const char* name : {"nir/lif_norse.nir", "nir/cnn_sinabs.nir"}) {
    const auto path = shared_data(name);
    const auto bytes = nir_bytes(read_nir(path));
    EXPECT_EQ(parse_hdf5(bytes, "again"), read_hdf5(path)) << name;
  }
}

TEST(NirFile, KeepsOddTypes) {
  const NirFile file = read_nir(fixture("odd_types.nir"));
  EXPECT_EQ(file.version, "0.2.0");
  EXPECT_EQ(file.rest.datasets.at("version").value.type,
            (Hdf5Type{Hdf5Type::Class::kString, 9, false, Hdf5Type::Padding::kSpaces, false}));
  const NirNode& lif = *file.graph().find("lif");
  EXPECT_EQ(lif.type, "LIF");
  EXPECT_EQ(lif.storage.datasets.at("tau").value.type, (Hdf5Type{Hdf5Type::Class::kFloat, 8, true}));
  EXPECT_EQ(lif.storage.datasets.at("r").value.type, (Hdf5Type{Hdf5Type::Class::kFloat, 2}));
  EXPECT_EQ(lif.storage.datasets.at("v_leak").value.type, (Hdf5Type{Hdf5Type::Class::kUnsigned, 1}));
  EXPECT_EQ(lif.numbers("tau"), std::vector<double>{static_cast<double>(0.0025F)});
  EXPECT_EQ(lif.numbers("r"), std::vector<double>{1});
  const Hdf5Group& data = *file.root.storage.find_group("metadata");
  const auto value = [&](const char* name) { return data.datasets.at(name).value; };
  EXPECT_EQ(value("flag").type.kind, Hdf5Type::Class::kBoolean);
  EXPECT_TRUE(value("flag").scalar());
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(value("flags").values), (std::vector<std::int64_t>{1, 0}));
  EXPECT_TRUE(value("nothing").null);
  EXPECT_EQ(std::get<std::vector<std::string>>(value("bytes").values), (std::vector<std::string>{"ab", "abc"}));
  EXPECT_EQ(std::get<std::vector<std::uint64_t>>(value("big").values), std::vector<std::uint64_t>{~std::uint64_t{0}});
  EXPECT_THAT(value("none").shape, ElementsAre(0, 3));
  EXPECT_EQ(std::get<std::vector<std::string>>(value("umlaut").values).front(), "Z\xc3\xbcrich");
}

TEST(NirFile, KeepsOldNamesAndMissingVersion) {
  const NirFile old = read_nir(fixture("old_names.nir"));
  EXPECT_EQ(old.version, "0.1.1");
  EXPECT_NE(old.graph().find("0"), nullptr);
  EXPECT_FALSE(old.graph().find("lif1.lif")->has("v_reset"));
  EXPECT_EQ(read_nir(fixture("no_version.nir")).version, "");
  EXPECT_FALSE(read_nir(fixture("conv1d.nir")).graph().find("valid")->has("input_shape"));  // there, and null
}

TEST(NirFile, ExtensionNodesRoundTripWithTheirParameters) {
  NirNode norm = make_nir_node("norm", "ranvier.LayerNorm");
  norm.storage.datasets["inputs"] = {{kText, false, {1}, std::vector<std::string>{"input"}}, {}};
  norm.storage.datasets["weight"] = {{kFloat32, false, {2}, std::vector<double>{0.5, -0.1F}}, {}};
  norm.storage.datasets["epsilon"] = {{kFloat64, false, {}, std::vector<double>{1e-5}}, {}};
  NirNode input = make_nir_node("input", "Input");
  input.storage.datasets["shape"] = {Hdf5Value::integers({2}), {}};
  const NirFile file = make_nir_file("made", {{norm, input}, {{"input", "norm"}}});
  const NirFile again = parse_nir(nir_bytes(file), "made");
  EXPECT_EQ(again.graph().edges, file.graph().edges);
  ASSERT_EQ(again.graph().nodes.size(), 2U);
  EXPECT_EQ(again.graph().nodes[1], file.graph().nodes[1]);
}

struct Refusal {
  const char* fixture;
  const char* words;
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, NamesThePlaceAndTheFix) { EXPECT_THAT(refusal(GetParam().fixture), HasSubstr(GetParam().words)); }

INSTANTIATE_TEST_SUITE_P(
    NirFile, Refused,
    ::testing::Values(
        Refusal{"unknown_type.nir", "/node/nodes/lif/type: node type 'ALIF' is not known; did you mean 'LIF'?"},
        Refusal{"unknown_extension.nir", "'ranvier.LayerNorn' is not known; did you mean 'ranvier.LayerNorm'?"},
        Refusal{"unknown_parameter.nir", "lif/v_treshold: a LIF has no parameter 'v_treshold'; did you mean 'v_thres"},
        Refusal{"missing_parameter.nir", "/node/nodes/lif: 'v_threshold' is missing; there: r, tau, v_leak"},
        Refusal{"tau_zero.nir", "/node/nodes/lif/tau: value 0 is 0; expected numbers above 0"},
        Refusal{"not_finite.nir", "/node/nodes/lif/r: value 0 is nan; expected finite numbers"},
        Refusal{"text_for_number.nir", "/node/nodes/lif/r: text; expected numbers"},
        Refusal{"padding_word.nir", "lif/padding: 'full'; expected whole numbers, \"same\" or \"valid\""},
        Refusal{"rank.nir", "lif/weight: shape [3, 2, 3]; expected 4 dimensions"},
        Refusal{"dangling.nir", "/node/nodes/sub/edges: edge 0 (input -> lif): no node 'lif'; did you mean 'lif1'?"},
        Refusal{"no_edges.nir", "/node: 'edges' is missing"}, Refusal{"no_node.nir", "'node' is missing; did you mean"},
        Refusal{"not_a_graph.nir", "/node/type: 'LIF'; expected a NIRGraph"},
        Refusal{"edges_of_three.nir", "/node/edges: something else; expected pairs of strings"},
        Refusal{"soft_link.nir", "/node/nodes/lif/r: a soft or external link has no place"},
        Refusal{"external_link.nir", "/node/nodes/lif/r: a soft or external link has no place"},
        Refusal{"compound.nir", "/node/nodes/lif/r: an element type of another kind has no place"},
        Refusal{"huge.nir", "/node/nodes/lif/r: 1099511627776 elements"}, Refusal{"loop.nir", "levels of groups"}),
    [](const auto& one) {
      const std::string name = one.param.fixture;
      return name.substr(0, name.find('.'));
    });

TEST(NirFile, ErrorsCarryWhatTheyAreAbout) {
  EXPECT_THROW(read_nir(fixture("unknown_type.nir")), NirUnknownType);
  EXPECT_THROW(read_nir(fixture("unknown_parameter.nir")), NirUnknownParameter);
  EXPECT_THROW(read_nir(fixture("missing_parameter.nir")), NirMissing);
  EXPECT_THROW(read_nir(fixture("tau_zero.nir")), NirBadParameter);
  EXPECT_THROW(read_nir(fixture("compound.nir")), Hdf5Unsupported);
  EXPECT_THROW(read_nir(fixture("huge.nir")), Hdf5TooLarge);
  EXPECT_THROW(read_nir(fixture("no such file.nir")), FileMissing);
  EXPECT_THROW(parse_nir({}, "empty"), Hdf5Unreadable);
  try {
    read_nir(fixture("dangling.nir"));
    FAIL();
  } catch (const NirDanglingEdge& error) {
    EXPECT_EQ(error.edge, 0U);
    EXPECT_EQ(error.missing, "lif");
    EXPECT_EQ(error.exit_code, ExitCode::kBadInput);
  }
}

TEST(NirFile, RefusesEveryShorterFile) {
  const auto bytes = read_bytes(fixture("scalars.nir"));
  for (std::size_t length = 0; length < bytes.size(); length += 41) {
    EXPECT_THROW(parse_nir(std::span(bytes).first(length), "short"), NirError) << length;
  }
}

}  // namespace
}  // namespace ranvier::workloads
