// SPDX-License-Identifier: Apache-2.0
// Device files: what loads, what is refused and how, and that the shipped ones close to their published whole.
#include "chips/device.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "chip_text.h"
#include "chips/device_loader.h"
#include "chips/device_schema.h"
#include "chips/writer.h"
#include "tests/mutator.h"

namespace ranvier::chips {
namespace {

std::string ascend_path() { return std::string(RANVIER_SOURCE_DIR) + "/chips/ascend-310.yaml"; }
std::string ascend_text() { return read_file(ascend_path()); }

Device load_device_text(const std::string& text) {
  Findings findings;
  Device device = parse_device(text, "device.yaml", findings);
  findings.throw_first();
  return device;
}

/// Loads the 310's text with one line replaced, which must fail with an E, and returns it.
template <class E>
E failure_with(const std::string& start, const std::string& replacement) {
  try {
    load_device_text(with_line(ascend_text(), start, replacement));
  } catch (const E& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e;
  }
  throw std::logic_error("loaded");
}

TEST(Device, Ascend310HasTheNumbersOfItsPlatformFile) {
  const Device d = load_device("ascend-310");
  EXPECT_EQ(d.name, "ascend-310");
  EXPECT_EQ(d.clock_khz.value, 680'000);
  EXPECT_EQ(d.cores.value, 2);
  EXPECT_EQ(d.cube_rows.value * d.cube_columns.value * d.cube_depth_fp16.value, 4096);
  EXPECT_EQ(d.cube_rows.value * d.cube_columns.value * d.cube_depth_int8.value, 8192);
  EXPECT_EQ(d.left_buffer.value.count(), 64 << 10);
  EXPECT_EQ(d.right_buffer.value.count(), 64 << 10);
  EXPECT_EQ(d.result_buffer.value.count(), 256 << 10);
  EXPECT_EQ(d.core_buffer.value.count(), 1024 << 10);
  EXPECT_EQ(d.unified_buffer.value.count(), 248 << 10);
  EXPECT_EQ(d.shared_buffer.value.count(), 8 << 20);
  EXPECT_EQ(d.memory_bytes_per_cycle.value, 67);
  EXPECT_EQ(d.shared_read_bytes_per_cycle.value, 128);
  EXPECT_EQ(d.shared_write_bytes_per_cycle.value, 64);
  EXPECT_EQ(d.left_bytes_per_cycle.value, 512);
  EXPECT_EQ(d.right_bytes_per_cycle.value, 256);
  EXPECT_EQ(d.result_bytes_per_cycle.value, 128);
  EXPECT_EQ(d.unified_bytes_per_cycle.value, 512);
  EXPECT_EQ(d.input_bytes_per_cycle.value, 128);
  EXPECT_EQ(d.output_bytes_per_cycle.value, 32);
  EXPECT_EQ(d.vector_bytes.value, 256);
  EXPECT_EQ(d.memory_bytes_per_cycle.origin.tag, Tag::kPublished);
  EXPECT_EQ(d.memory_bytes_per_cycle.origin.key, "rates.memory");
  EXPECT_EQ(d.launch_cycles.origin.tag, Tag::kAssumed);
}

TEST(Device, EveryShippedNumberHasTagAndSource) {
  const std::vector<std::string> names = bundled_devices();
  EXPECT_EQ(names, (std::vector<std::string>{"ascend-310", "ascend-910"}));
  for (const std::string& name : names) {
    const Device device = load_device(name);
    int numbers = 0;
    for_each_device_number(device, [&](const Rule& rule, const auto& param) {
      ++numbers;
      EXPECT_FALSE(param.origin.source.empty()) << name << " " << rule.key;
      EXPECT_EQ(param.origin.key, rule.key);
      EXPECT_GT(param.origin.line, 0);
      EXPECT_EQ(param.origin.kind == EnergyKind::kMarginal, rule.dimension == Dimension::kEnergy) << rule.key;
    });
    EXPECT_EQ(numbers, 34);
  }
}

/// All-in energy of a multiply-add at peak: static, the way from L1 to L0 for blocks of 128 each way, the unit itself.
double closure_pj(const Device& d, double per_second, double element_bytes, const Param<Energy>& multiply_add) {
  const double static_pj = static_cast<double>(d.static_device.value.count()) * 1e-6 / per_second * 1e12;
  return static_pj + 2 * 2 * element_bytes / 128 * picojoules(d.buffer_byte.value) + picojoules(multiply_add.value);
}

TEST(Device, EnergiesCloseToThePublishedWhole) {
  const Device a = load_device("ascend-310");
  EXPECT_NEAR(closure_pj(a, 8e12, 1, a.multiply_add_int8), 8.0 / 8e12 * 1e12, 0.01);  // 8 W at 16 TOPS
  EXPECT_NEAR(closure_pj(a, 4e12, 2, a.multiply_add_fp16), 8.0 / 4e12 * 1e12, 0.01);
  const Device b = load_device("ascend-910");
  EXPECT_NEAR(closure_pj(b, 128e12, 2, b.multiply_add_fp16), 350 / 128e12 * 1e12, 0.01);  // 350 W at 256 TFLOPS
  EXPECT_NEAR(closure_pj(b, 256e12, 1, b.multiply_add_int8), 350 / 256e12 * 1e12, 0.01);
}

TEST(Device, TimeOfCyclesRoundsUp) {
  Device d;
  d.clock_khz.value = 680'000;
  EXPECT_EQ(device_time(d, 0).count(), 0);
  EXPECT_EQ(device_time(d, 1).count(), 1'470'589);  // 1 470 588.24 fs
  EXPECT_EQ(device_time(d, 680'000'000).count(), 1'000'000'000'000'000);
  EXPECT_THROW(device_time(d, INT64_MAX / 2), QuantityOverflow);
}

TEST(Device, RefusesWhatIsNotOne) {
  EXPECT_EQ(failure_with<UnknownWord>("kind:", "kind: chip").given, "chip");
  EXPECT_EQ(failure_with<MissingKey>("cores:", "").key, "cores");
  EXPECT_EQ(failure_with<UnknownKey>("rows:", "  rwos: 16 rows").nearest, "rows");
  EXPECT_EQ(failure_with<MissingTag>("cores:", "cores: {value: 2, unit: cores, source: S14}").key, "cores");
  EXPECT_EQ(failure_with<MissingSource>("cores:", "cores: {value: 2, unit: cores, tag: published}").key, "cores");
  EXPECT_EQ(failure_with<OutOfRange>("left: 64", "  left: 0 B").key, "buffers.left");
  EXPECT_EQ(failure_with<WrongUnit>("memory: 67", "  memory: 67 GB").unit, "GB");
  EXPECT_EQ(failure_with<Contradiction>("left: 64", "  left: 1023 B").key, "buffers.left");
  EXPECT_EQ(failure_with<Contradiction>("result: 256", "  result: 2047 B").key, "buffers.result");
  EXPECT_EQ(failure_with<Contradiction>("core: 1024", "  core: 2047 B").key, "buffers.core");
  EXPECT_NO_THROW(load_device_text(with_line(ascend_text(), "core: 1024", "  core: 2048 B")));
  EXPECT_THROW(load_device_text("- a list"), YamlSyntaxError);
  try {
    load_device("ascend-301");
    FAIL();
  } catch (const UnknownTarget& e) {
    EXPECT_EQ(e.nearest, "ascend-310");
  }
}

TEST(Device, KindLineTellsDevicesFromChips) {
  EXPECT_TRUE(is_device_text(ascend_text()));
  EXPECT_TRUE(is_device_text("name: x\nkind: device"));
  EXPECT_FALSE(is_device_text("name: x\nenergy:\n  kind: device\n"));
  EXPECT_FALSE(is_device_text("board:\n  chip: x\n"));
  EXPECT_FALSE(is_device_text(""));
}

TEST(Device, CheckTakesDeviceFiles) {
  EXPECT_TRUE(check_target_file(ascend_path()).empty());
  for (const std::string& name : bundled_targets()) EXPECT_FALSE(name.starts_with("ascend"));
}

TEST(Device, WrittenFileLoadsAsTheSameDevice) {
  for (const std::string& name : bundled_devices()) {
    const Device device = load_device(name);
    const std::string text = resolved_yaml(device);
    const Device again = load_device_text(text);
    EXPECT_EQ(resolved_yaml(again), text);
    EXPECT_EQ(again.memory_byte.value, device.memory_byte.value);
    EXPECT_EQ(again.static_device.origin.source, device.static_device.origin.source);
  }
  Device plain = load_device("ascend-310");
  plain.description.clear();
  EXPECT_EQ(load_device_text(resolved_yaml(plain)).description, "");
}

TEST(Device, SpoiltTextIsRefusedInOneLine) {
  const std::string text = ascend_text();
  int loaded = 0;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    try {
      load_device_text(Mutator(3, i).spoil(text));
      ++loaded;
    } catch (const Error& e) {
      ASSERT_EQ(std::string(e.what()).find('\n'), std::string::npos) << "mutation " << i << ": " << e.what();
    }
  }
  EXPECT_GT(loaded, 30);
  EXPECT_LT(loaded, 1200);
}

}  // namespace
}  // namespace ranvier::chips
