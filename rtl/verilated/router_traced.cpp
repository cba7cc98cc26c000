// SPDX-License-Identifier: Apache-2.0
// The model of rv_router alone, with assertions and waveforms; both cost so small a module little while they are idle.
#include <verilated_fst_c.h>

#include "Vrouter_traced.h"
#include "rtl/noc/router_port.h"
#include "rtl/verilated/verilated_model.h"

namespace ranvier::rtl {
namespace {

constexpr RouterParameters kParameters{RANVIER_ROUTER_PARAMETERS};
constexpr std::size_t kVcBits = kParameters.vcs > 1 ? std::bit_width(static_cast<unsigned>(kParameters.vcs - 1)) : 1;
constexpr std::size_t kCoord = static_cast<std::size_t>(kParameters.coordinate_bits), kData = 32;
constexpr std::size_t kFlit = 2 + 2 * kCoord + kData;

class RouterOfModel final : public RouterPort {
 public:
  RouterOfModel() : model_(1, "router") {}
  ~RouterOfModel() override {
    const std::lock_guard lock(verilator_globals());
    if (fst_) fst_->close();
  }

  void cycle() override {
    Vrouter_traced& m = model_.pins();
    m.rst_ni = !reset;
    m.x_i = x;
    m.y_i = y;
    for (std::size_t p = 0; p < kPorts; ++p) {
      put_bits(m.in_valid_i, p, 1, in.flits[p].valid);
      if (in.flits[p].valid) put_flit(p, in.flits[p]);
      put_bits(m.out_credit_i, p, 1, in.credits[p].valid);
      put_bits(m.out_credit_vc_i, p * kVcBits, kVcBits, in.credits[p].vc);
    }
    model_.settle();
    dump();
    for (std::size_t p = 0; p < kPorts; ++p) {
      out.flits[p] = {};
      if (get_bits(m.out_valid_o, p, 1) != 0) out.flits[p] = flit(p);
      out.credits[p] = {};
      if (get_bits(m.in_credit_o, p, 1) != 0)
        out.credits[p] = {true, static_cast<std::uint8_t>(get_bits(m.in_credit_vc_o, p * kVcBits, kVcBits))};
    }
    overflow = m.overflow_o;
    model_.clock();
    dump();
    ++cycles_;
  }
  std::int64_t cycles() const override { return cycles_; }
  bool take_assertion_failure() override { return model_.take_assertion_failure(); }
  void open_wave(const std::filesystem::path& path) override {
    model_.context().traceEverOn(true);
    fst_ = std::make_unique<VerilatedFstC>();
    model_.pins().trace(fst_.get(), 99);
    fst_->open(path.c_str());
  }

 private:
  void put_flit(std::size_t p, const FlitPin& pin) {
    Vrouter_traced& m = model_.pins();
    put_bits(m.in_vc_i, p * kVcBits, kVcBits, pin.vc);
    const std::size_t at = p * kFlit;
    put_bits(m.in_flit_i, at, kData, pin.flit.data);
    put_bits(m.in_flit_i, at + kData, kCoord, pin.flit.x);
    put_bits(m.in_flit_i, at + kData + kCoord, kCoord, pin.flit.y);
    put_bits(m.in_flit_i, at + kFlit - 2, 1, pin.flit.tail);
    put_bits(m.in_flit_i, at + kFlit - 1, 1, pin.flit.head);
  }
  FlitPin flit(std::size_t p) {
    const Vrouter_traced& m = model_.pins();
    const auto bits = [&](std::size_t from, std::size_t width) {
      return get_bits(m.out_flit_o, p * kFlit + from, width);
    };
    return {true,
            static_cast<std::uint8_t>(get_bits(m.out_vc_o, p * kVcBits, kVcBits)),
            {bits(kFlit - 1, 1) != 0, bits(kFlit - 2, 1) != 0, static_cast<std::uint8_t>(bits(kData, kCoord)),
             static_cast<std::uint8_t>(bits(kData + kCoord, kCoord)), static_cast<std::uint32_t>(bits(0, kData))}};
  }
  void dump() {
    if (fst_) fst_->dump(model_.context().time());
  }

  VerilatedModel<Vrouter_traced> model_;
  std::unique_ptr<VerilatedFstC> fst_;  // gone before the model
  std::int64_t cycles_ = 0;
};

}  // namespace

RouterParameters router_parameters() { return kParameters; }

std::unique_ptr<RouterPort> make_router_port(std::uint8_t x, std::uint8_t y) {
  auto port = std::make_unique<RouterOfModel>();
  port->x = x;
  port->y = y;
  port->reset = true;
  for (int cycle = 0; cycle < 2; ++cycle) port->cycle();
  port->reset = false;
  return port;
}

}  // namespace ranvier::rtl
