// SPDX-License-Identifier: Apache-2.0
// The models of rv_router and rv_fork_router that are built: what each was Verilated with, and its maker.
#pragma once

#include "rtl/noc/router_port.h"

namespace ranvier::rtl {

RouterParameters router_traced_parameters();
std::unique_ptr<RouterPort> make_router_traced();
RouterParameters router_cluster_parameters();
std::unique_ptr<RouterPort> make_router_cluster();
RouterParameters router_fork_parameters();
std::unique_ptr<RouterPort> make_router_fork();

}  // namespace ranvier::rtl
