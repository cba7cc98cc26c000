// SPDX-License-Identifier: Apache-2.0
// What ranvier convert prints: the loss table for people, and as one JSON object.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workloads/convert_report.h"
#include "workloads/methods/spiking_loss.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::cli {

struct ConvertResult {
  std::string model_name;
  std::string method;
  std::string schedule;  // spikezip only
  std::string file;      // written; empty: none
  int bits = 0;
  workloads::VitModel model;
  workloads::Program integer;  // network to hold the spiking one against; of the same shape only, unless:
  bool has_integer = true;
  std::optional<workloads::ConversionReport> report;  // none for a network file, which holds no float weights
  workloads::SpikingLoss loss;
  std::int64_t dense_macs = 0;  // an image
};

void print_convert_json(const ConvertResult& result);
void print_convert_table(const ConvertResult& result);

/// Steps of the accuracy ladder: powers of two and the last one; empty where a readout before the end means nothing.
std::vector<std::int64_t> ladder_steps(const ConvertResult& result);

}  // namespace ranvier::cli
