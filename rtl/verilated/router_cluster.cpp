// SPDX-License-Identifier: Apache-2.0
// The router of several cores.
#include "Vrouter_cluster.h"
#include "rtl/noc/router_models.h"
#include "rtl/verilated/router_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr RouterParameters kParameters{RANVIER_ROUTER_PARAMETERS};

}  // namespace

RouterParameters router_cluster_parameters() { return kParameters; }

std::unique_ptr<RouterPort> make_router_cluster() {
  return std::make_unique<RouterOfModel<Vrouter_cluster, kParameters>>();
}

}  // namespace ranvier::rtl
