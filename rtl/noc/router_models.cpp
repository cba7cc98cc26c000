// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/router_models.h"

#include <stdexcept>

namespace ranvier::rtl {

const std::vector<RouterParameters>& router_models() {
  static const std::vector<RouterParameters> kModels{router_traced_parameters(), router_cluster_parameters(),
                                                     router_fork_parameters()};
  return kModels;
}

std::unique_ptr<RouterPort> make_router_port(const RouterParameters& parameters, std::uint8_t x, std::uint8_t y) {
  std::unique_ptr<RouterPort> port;
  if (parameters == router_traced_parameters()) port = make_router_traced();
  if (parameters == router_cluster_parameters()) port = make_router_cluster();
  if (parameters == router_fork_parameters()) port = make_router_fork();
  if (port == nullptr) throw std::logic_error("no model of rv_router has these parameters");
  port->x = x;
  port->y = y;
  port->reset = true;
  for (int cycle = 0; cycle < 2; ++cycle) port->cycle();
  port->reset = false;
  return port;
}

}  // namespace ranvier::rtl
