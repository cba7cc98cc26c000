// SPDX-License-Identifier: Apache-2.0
// The router that forks packets.
#include "Vrouter_fork.h"
#include "rtl/noc/router_models.h"
#include "rtl/verilated/router_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr RouterParameters kParameters{RANVIER_ROUTER_PARAMETERS};

}  // namespace

RouterParameters router_fork_parameters() { return kParameters; }

std::unique_ptr<RouterPort> make_router_fork() { return std::make_unique<RouterOfModel<Vrouter_fork, kParameters>>(); }

}  // namespace ranvier::rtl
