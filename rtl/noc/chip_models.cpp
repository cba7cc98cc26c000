// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/chip_models.h"

#include <array>

namespace ranvier::rtl {

std::span<const ChipModel> chip_models() {
  static const std::array<ChipModel, 2> kModels{{{chip_2x2_parameters(), &make_chip_2x2_fast, &make_chip_2x2_check},
                                                 {chip_4x4_parameters(), &make_chip_4x4_fast, nullptr}}};
  return kModels;
}

}  // namespace ranvier::rtl
