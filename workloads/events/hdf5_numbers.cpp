// SPDX-License-Identifier: Apache-2.0
// Which element types are numbers that can be read.
#include <array>

#include "workloads/events/hdf5_columns.h"

namespace ranvier::workloads {
namespace {

/// numpy's float16; the library has no name for it.
bool is_half(hid_t type) {
  for (const hid_t order : {H5T_IEEE_F32LE, H5T_IEEE_F32BE}) {
    const Hdf5Handle half(H5Tcopy(order), H5Tclose);
    if (half.ok() && H5Tset_fields(half.get(), 15, 10, 5, 0, 10) >= 0 && H5Tset_size(half.get(), 2) >= 0 &&
        H5Tset_ebias(half.get(), 15) >= 0 && H5Tequal(half.get(), type) > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<NumberType> number_type(hid_t type) {
  const std::array integers{H5T_STD_I8LE,  H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_STD_U8LE,  H5T_STD_U16LE,
                            H5T_STD_U32LE, H5T_STD_U64LE, H5T_STD_I8BE,  H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE,
                            H5T_STD_U8BE,  H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE};
  const std::array reals{H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE};
  for (const hid_t known : integers) {
    if (H5Tequal(known, type) > 0) return NumberType{true, H5Tget_size(type)};
  }
  for (const hid_t known : reals) {
    if (H5Tequal(known, type) > 0) return NumberType{false, H5Tget_size(type)};
  }
  if (is_half(type)) return NumberType{false, 2};
  return std::nullopt;
}

}  // namespace ranvier::workloads
