// SPDX-License-Identifier: Apache-2.0
// Types of HDF5: IEEE numbers of 2, 4 and 8 bytes, two's complement integers, h5py's boolean, strings of both kinds.
#include "workloads/nir/hdf5_types.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace ranvier::workloads {
namespace {

using Class = Hdf5Type::Class;
using Padding = Hdf5Type::Padding;

void demand(bool done) {
  if (!done) throw std::logic_error("HDF5 type: the library refused");
}

/// Half precision has no name in this version of the library: 5 exponent bits at 10, bias 15.
void make_half(hid_t type) {
  demand(H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_precision(type, 16) >= 0 && H5Tset_size(type, 2) >= 0 &&
         H5Tset_ebias(type, 15) >= 0);
}

hid_t integer_base(const Hdf5Type& type) {
  const bool is_signed = type.kind != Class::kUnsigned;
  switch (type.bytes) {
    case 1:
      return is_signed ? H5T_STD_I8LE : H5T_STD_U8LE;
    case 2:
      return is_signed ? H5T_STD_I16LE : H5T_STD_U16LE;
    case 4:
      return is_signed ? H5T_STD_I32LE : H5T_STD_U32LE;
    default:
      return is_signed ? H5T_STD_I64LE : H5T_STD_U64LE;
  }
}

bool is_boolean(hid_t stored) {
  if (H5Tget_nmembers(stored) != 2 || H5Tget_size(stored) != 1) return false;
  const char* const names[2] = {"FALSE", "TRUE"};
  for (unsigned i = 0; i < 2; ++i) {
    std::int8_t value = -1;
    char* name = H5Tget_member_name(stored, i);
    const bool same = name != nullptr && std::string(name) == names[i];
    H5free_memory(name);
    if (!same || H5Tget_member_value(stored, i, &value) < 0 || value != static_cast<std::int8_t>(i)) return false;
  }
  return true;
}

std::optional<Hdf5Type> described_string(hid_t stored) {
  Hdf5Type type{Class::kString, 0, false, Padding::kNullTerminated, H5Tget_cset(stored) == H5T_CSET_UTF8};
  if (H5Tis_variable_str(stored) <= 0) type.bytes = static_cast<std::uint32_t>(H5Tget_size(stored));
  const H5T_str_t padding = H5Tget_strpad(stored);
  if (padding == H5T_STR_NULLPAD) type.padding = Padding::kNulls;
  if (padding == H5T_STR_SPACEPAD) type.padding = Padding::kSpaces;
  return type;
}

}  // namespace

std::optional<Hdf5Type> described(hid_t stored) {
  const H5T_class_t kind = H5Tget_class(stored);
  if (kind == H5T_STRING) return described_string(stored);
  const std::size_t bytes = H5Tget_size(stored);
  Hdf5Type type;
  type.bytes = static_cast<std::uint32_t>(bytes);
  type.big_endian = bytes > 1 && H5Tget_order(stored) == H5T_ORDER_BE;
  if (kind == H5T_ENUM && is_boolean(stored)) {
    type.kind = Class::kBoolean;
    type.big_endian = false;
  } else if (kind == H5T_INTEGER) {
    type.kind = H5Tget_sign(stored) == H5T_SGN_NONE ? Class::kUnsigned : Class::kSigned;
  } else if (kind == H5T_FLOAT) {
    type.kind = Class::kFloat;
  } else {
    return std::nullopt;
  }
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return std::nullopt;
  // Odd precisions and layouts of bits: only what made() makes is known.
  const Hdf5Handle again = made(type);
  if (H5Tequal(stored, again.get()) <= 0) return std::nullopt;
  return type;
}

Hdf5Handle made(const Hdf5Type& type) {
  if (type.kind == Class::kString) {
    Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
    const H5T_str_t padding = type.padding == Padding::kNulls    ? H5T_STR_NULLPAD
                              : type.padding == Padding::kSpaces ? H5T_STR_SPACEPAD
                                                                 : H5T_STR_NULLTERM;
    demand(text.ok() && H5Tset_size(text.get(), type.bytes == 0 ? H5T_VARIABLE : type.bytes) >= 0 &&
           H5Tset_strpad(text.get(), padding) >= 0 &&
           H5Tset_cset(text.get(), type.utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) >= 0);
    return text;
  }
  if (type.kind == Class::kBoolean) {
    Hdf5Handle boolean(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
    const std::int8_t values[2] = {0, 1};
    demand(boolean.ok() && H5Tenum_insert(boolean.get(), "FALSE", &values[0]) >= 0 &&
           H5Tenum_insert(boolean.get(), "TRUE", &values[1]) >= 0);
    return boolean;
  }
  const bool is_float = type.kind == Class::kFloat;
  Hdf5Handle number(H5Tcopy(is_float ? (type.bytes == 8 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE) : integer_base(type)),
                    H5Tclose);
  demand(number.ok());
  if (is_float && type.bytes == 2) make_half(number.get());
  if (type.big_endian) demand(H5Tset_order(number.get(), H5T_ORDER_BE) >= 0);
  return number;
}

}  // namespace ranvier::workloads
