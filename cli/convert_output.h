// SPDX-License-Identifier: Apache-2.0
// What ranvier convert prints: the loss table for people, and as one JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/convert_report.h"
#include "workloads/methods/spiking_loss.h"

namespace ranvier::cli {

struct ConvertResult {
  std::string model_name;
  std::string method;
  std::string schedule;  // spikezip only
  std::string file;      // written; empty: none
  int bits = 0;
  std::vector<std::string> class_names;
  std::string weights_note;
  bool has_integer = true;  // there is an integer network that the spiking one was held against
  bool has_float = true;
  std::optional<workloads::ConversionReport> report;  // of many images; none where there is no integer or float network
  workloads::SpikingLoss loss;
  std::vector<std::int64_t> macs;  // by stage, of one dense evaluation
};

void print_convert_json(const ConvertResult& result);
void print_convert_table(const ConvertResult& result);

/// Steps of the accuracy ladder: powers of two and the last one; empty where a readout before the end means nothing.
std::vector<std::int64_t> ladder_steps(const ConvertResult& result);

}  // namespace ranvier::cli
