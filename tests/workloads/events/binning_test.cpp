// SPDX-License-Identifier: Apache-2.0
// From recordings to input spikes, and the keys of spiking.yaml that say how.
#include "workloads/events/binning.h"

#include <gmock/gmock.h>

#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"
#include "workloads/errors.h"
#include "workloads/spiking_description.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

std::vector<Spike> bin(const EventList& events, const EventBinning& binning) {
  return bin_recording({"far.bs2", 0, 0, events, {}, -1}, binning);
}

TEST(Binning, KeepsOneSpikeAPixelPolarityAndStep) {
  const EventList events{{1, 2, 0, 999},  {1, 2, 0, 0},    {1, 2, 1, 500},
                         {1, 2, 0, 1000}, {4, 3, 1, 2999}, {0, 0, 0, 3000}};
  EXPECT_EQ(bin(events, {{4, 5, 2}, 1000, 3}),
            (std::vector<Spike>{{0, 22}, {0, 23}, {1, 22}, {2, 39}}));  // the last event comes after step 2
}

TEST(Binning, FromTheEarliestEventWhereverItStands) {
  const std::int64_t epoch = 1'700'000'000'000'000;
  const EventList events{{0, 0, 0, epoch + 1000}, {1, 0, 0, epoch}, {2, 0, 0, epoch + 999}};
  EXPECT_EQ(bin(events, {{1, 3, 1}, 1000, 2, true}), (std::vector<Spike>{{0, 1}, {0, 2}, {1, 0}}));
  EXPECT_EQ(bin({{0, 0, 0, -5}, {1, 0, 0, 5}}, {{1, 2, 1}, 10, 2, true}), (std::vector<Spike>{{0, 0}, {1, 1}}));
}

TEST(Binning, UnitsKeepTheirNumbers) {
  const Recording r{"f", 0, 0, {}, {{1500, 5}, {0, 3}, {1600, 5}}, -1};
  EXPECT_EQ(bin_recording(r, {{1, 3, 2}, 1000, 2}), (std::vector<Spike>{{0, 3}, {1, 5}}));
  try {
    bin_recording(r, {{1, 5, 1}, 1000, 2});
    FAIL() << "no error";
  } catch (const EventOutOfRange& e) {
    EXPECT_EQ(e.quantity, "unit");
    EXPECT_EQ(e.got, 5);
    EXPECT_EQ(e.most, 4);
  }
}

TEST(Binning, RefusesEventsOutsideOfTheInput) {
  const auto refused = [](CameraEvent event) {
    try {
      bin({{0, 0, 0, 0}, event}, {{4, 5, 1}, 1000, 3});
    } catch (const EventOutOfRange& e) {
      EXPECT_EQ(e.event, 1U);
      EXPECT_THAT(e.what(), HasSubstr("far.bs2: event 1: " + e.quantity));
      return e.quantity + " " + std::to_string(e.got) + " most " + std::to_string(e.most);
    }
    return std::string("none");
  };
  EXPECT_EQ(refused({5, 0, 0, 0}), "x 5 most 4");
  EXPECT_EQ(refused({0, 4, 0, 0}), "y 4 most 3");
  EXPECT_EQ(refused({0, 0, 1, 0}), "polarity 1 most 0");
  EXPECT_THAT(refused({0, 0, 0, -1}), HasSubstr("time in us -1"));
  EXPECT_EQ(refused({4, 3, 0, 0}), "none");
}

TEST(Binning, RefusesARecordingThatComesAfterTheLastStep) {
  try {
    bin({{0, 0, 0, 3000}, {0, 0, 0, 3001}}, {{1, 1, 1}, 1000, 3});
    FAIL() << "no error";
  } catch (const NoEventInTime& e) {
    EXPECT_EQ(e.earliest_microseconds, 3000);
    EXPECT_EQ(e.end_microseconds, 3000);
    EXPECT_THAT(e.what(), HasSubstr("set input.time_from: first-event"));
  }
}

SpikingDescription described(const std::string& input) {
  return load_description(
      "name: n\ntimesteps: 5\nneuron: {current_decay: 0, voltage_decay: 0, threshold_mantissa: 1}\n"
      "input: {channels: 2, samples: [s], " +
          input + "}\nlayers:\n  - {name: o, type: dense, weights: w.txt}\n",
      "d.yaml", ".");
}

TEST(InputCoding, EveryFormatByName) {
  const std::pair<const char*, EventFormat> formats[] = {{"bs2", EventFormat::kBs2},
                                                         {"nmnist", EventFormat::kNmnist},
                                                         {"aedat", EventFormat::kAedat},
                                                         {"csv", EventFormat::kCsv},
                                                         {"hdf5", EventFormat::kHdf5}};
  for (const auto& [name, format] : formats) {
    const EventInput input = described(std::string("step_microseconds: 500, coding: ") + name).input;
    EXPECT_EQ(input.format, format);
    EXPECT_EQ(input.binning.step_microseconds, 500);
    EXPECT_EQ(input.binning.from_first_event, format == EventFormat::kAedat);
  }
  EXPECT_FALSE(described("coding: time-neuron-text, step_time: 0.1").input.format);
}

TEST(InputCoding, TimeAndCamera) {
  const EventInput csv = described("step_microseconds: 1, coding: csv, time_unit: ns, time_from: first-event").input;
  EXPECT_EQ(csv.reading.time_unit, TimeUnit::kNanoseconds);
  EXPECT_TRUE(csv.binning.from_first_event);
  const EventInput aedat = described("step_microseconds: 1, coding: aedat, camera: davis346, time_from: zero").input;
  EXPECT_EQ(aedat.reading.camera, "davis346");
  EXPECT_FALSE(aedat.binning.from_first_event);
}

TEST(InputCoding, RefusesOtherValuesAndKeysOfOtherCodings) {
  const auto wrong = [](const std::string& input) {
    try {
      described(input);
    } catch (const ConfigError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  const std::string step = "step_microseconds: 1, coding: ";
  EXPECT_THAT(wrong(step + "aedat5"), HasSubstr("expected bs2, nmnist, aedat, csv, hdf5 or time-neuron-text"));
  EXPECT_THAT(wrong(step + "csv, time_unit: h"), HasSubstr("got 'h', expected s or ms or us or ns"));
  EXPECT_THAT(wrong(step + "csv, time_from: now"), HasSubstr("expected zero or first-event"));
  EXPECT_THAT(wrong(step + "aedat, camera: kodak"), HasSubstr("expected one of dvs128, davis128"));
  EXPECT_THAT(wrong(step + "bs2, time_unit: s"), HasSubstr("key 'input.time_unit'"));
  EXPECT_THAT(wrong(step + "csv, camera: dvs128"), HasSubstr("key 'input.camera'"));
  EXPECT_THAT(wrong(step + "bs2, step_time: 1"), HasSubstr("key 'input.step_time'"));
  EXPECT_THAT(wrong("coding: time-neuron-text, step_time: 1, time_from: zero"), HasSubstr("key 'input.time_from'"));
  EXPECT_THAT(wrong("coding: csv"), HasSubstr("step_microseconds"));
}

}  // namespace
}  // namespace ranvier::workloads
