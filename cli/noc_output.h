// SPDX-License-Identifier: Apache-2.0
// What `ranvier noc` prints.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/traffic.h"
#include "sim/traffic_sweep.h"

namespace ranvier::cli {

void print_noc(const sim::TrafficOptions& options, const sim::TrafficResult& result);
nlohmann::ordered_json noc_json(const sim::TrafficOptions& options, const sim::TrafficResult& result);

void print_noc_sweep(const sim::TrafficOptions& options, const sim::Sweep& sweep);
nlohmann::ordered_json noc_sweep_json(const sim::TrafficOptions& options, const sim::Sweep& sweep);

/// CSV: each packet of a trace with the cycles in which it entered and was delivered; -1: never.
std::string packets_csv(const sim::TrafficOptions& options, const sim::TrafficResult& result);

}  // namespace ranvier::cli
