// SPDX-License-Identifier: Apache-2.0
// The router of one core.
#include "Vrouter_traced.h"
#include "rtl/noc/router_models.h"
#include "rtl/verilated/router_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr RouterParameters kParameters{RANVIER_ROUTER_PARAMETERS};

}  // namespace

RouterParameters router_traced_parameters() { return kParameters; }

std::unique_ptr<RouterPort> make_router_traced() {
  return std::make_unique<RouterOfModel<Vrouter_traced, kParameters>>();
}

}  // namespace ranvier::rtl
