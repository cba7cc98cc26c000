// SPDX-License-Identifier: Apache-2.0
// safetensors (huggingface/safetensors, README "Format"): u64 header length, JSON {name: {dtype, shape, data_offsets}},
// data.
#include "workloads/safetensors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"

namespace ranvier::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie in the file");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // as the reference implementation limits it
constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;
using Json = nlohmann::json;

/// Bytes of an element, 0 for an unknown type.
std::uint64_t element_bytes(const std::string& dtype) {
  static const std::map<std::string, std::uint64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
      {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"F64", 8},     {"I64", 8}, {"U64", 8}};
  const auto it = sizes.find(dtype);
  return it == sizes.end() ? 0 : it->second;
}

/// Object keys come twice in no valid header, and the parser would silently take the last.
Json parse_header(const char* begin, const char* end, const std::string& file) {
  std::set<std::string> names;
  std::string twice;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names.insert(name).second) twice = name;
    }
    return true;
  };
  Json header;
  try {
    header = Json::parse(begin, end, watch);
  } catch (const Json::exception& e) {
    throw MalformedHeader(file, "", e.what());
  }
  if (!header.is_object()) throw MalformedHeader(file, "", "expected an object of tensors");
  if (!twice.empty()) throw MalformedHeader(file, twice, "named twice");
  return header;
}

std::int64_t non_negative(const Json& value, const std::string& file, const std::string& tensor, const char* what) {
  if (!value.is_number_unsigned()) throw MalformedHeader(file, tensor, std::string(what) + " is not a count");
  const auto n = value.get<std::uint64_t>();
  if (n > static_cast<std::uint64_t>(kMaxElements))
    throw MalformedHeader(file, tensor, std::string(what) + " is too large");
  return static_cast<std::int64_t>(n);
}

}  // namespace

SafetensorsFile SafetensorsFile::read(const std::filesystem::path& path) {
  return parse(read_bytes(path), path.string());
}

SafetensorsFile SafetensorsFile::parse(std::vector<std::uint8_t> bytes, const std::string& name) {
  SafetensorsFile file;
  file.path_ = name;
  file.bytes_ = std::move(bytes);
  const std::uint64_t size = file.bytes_.size();
  if (size < kLengthBytes) throw TruncatedFile(name, "", kLengthBytes, size);
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.bytes_.data(), kLengthBytes);
  if (header_bytes > kMaxHeaderBytes) throw MalformedHeader(name, "", "header length is not plausible");
  const std::uint64_t data_begin = kLengthBytes + header_bytes;
  if (data_begin > size) throw TruncatedFile(name, "", data_begin, size);

  const char* text = reinterpret_cast<const char*>(file.bytes_.data()) + kLengthBytes;
  const Json header = parse_header(text, text + header_bytes, name);
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") {
      if (!entry.is_object()) throw MalformedHeader(name, key, "is not an object");
      for (const auto& [field, text_of_field] : entry.items()) {
        if (!text_of_field.is_string()) throw MalformedHeader(name, key, field + " is not text");
        file.metadata_.emplace(field, text_of_field.get<std::string>());
      }
      continue;
    }
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
      throw MalformedHeader(name, key, "needs dtype, shape and data_offsets");
    const Json &dtype = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
    if (!dtype.is_string() || element_bytes(dtype.get<std::string>()) == 0)
      throw MalformedHeader(name, key, "dtype is no known type");
    if (!shape.is_array()) throw MalformedHeader(name, key, "shape is not a list");
    if (!offsets.is_array() || offsets.size() != 2) throw MalformedHeader(name, key, "data_offsets is not a pair");

    Tensor tensor;
    tensor.dtype = dtype.get<std::string>();
    std::int64_t elements = 1;
    for (const Json& extent : shape) {
      tensor.shape.push_back(non_negative(extent, name, key, "an extent"));
      if (tensor.shape.back() != 0 && elements > kMaxElements / tensor.shape.back())
        throw MalformedHeader(name, key, "shape is too large");
      elements *= tensor.shape.back();
    }
    const auto begin = static_cast<std::uint64_t>(non_negative(offsets[0], name, key, "an offset"));
    const auto end = static_cast<std::uint64_t>(non_negative(offsets[1], name, key, "an offset"));
    const std::uint64_t needed = static_cast<std::uint64_t>(elements) * element_bytes(tensor.dtype);
    if (end < begin || end - begin != needed)
      throw BadTensorLayout(name, key,
                            "shape and type need " + std::to_string(needed) + " bytes, offsets give " +
                                std::to_string(begin) + " to " + std::to_string(end));
    if (data_begin + end > size) throw TruncatedFile(name, key, data_begin + end, size);
    tensor.begin = data_begin + begin;
    tensor.end = data_begin + end;
    file.tensors_.emplace(key, std::move(tensor));
  }

  std::vector<std::pair<std::string, const Tensor*>> by_place;
  for (const auto& [key, tensor] : file.tensors_) by_place.emplace_back(key, &tensor);
  std::stable_sort(by_place.begin(), by_place.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
  });
  std::size_t expected = data_begin;
  for (const auto& [key, tensor] : by_place) {
    if (tensor->begin != expected)
      throw BadTensorLayout(name, key, tensor->begin < expected ? "overlaps the tensor before it" : "follows a hole");
    expected = tensor->end;
  }
  if (expected != size)
    throw BadTensorLayout(name, "", std::to_string(size - expected) + " bytes behind the last tensor");
  return file;
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> all;
  for (const auto& entry : tensors_) all.push_back(entry.first);
  return all;
}

const SafetensorsFile::Tensor& SafetensorsFile::find(const std::string& tensor) const {
  const auto it = tensors_.find(tensor);
  if (it == tensors_.end()) throw TensorMissing(path_, tensor, names());
  return it->second;
}

const SafetensorsFile::Tensor& SafetensorsFile::checked(const std::string& tensor, const std::string& dtype,
                                                        const std::vector<std::int64_t>& expected_shape) const {
  const Tensor& found = find(tensor);
  if (found.dtype != dtype) throw WrongDtype(path_, tensor, dtype, found.dtype);
  const bool fits = std::equal(found.shape.begin(), found.shape.end(), expected_shape.begin(), expected_shape.end(),
                               [](std::int64_t got, std::int64_t expected) { return expected < 0 || got == expected; });
  if (!fits) throw WrongShape(path_, tensor, expected_shape, found.shape);
  return found;
}

std::vector<float> SafetensorsFile::f32(const std::string& tensor,
                                        const std::vector<std::int64_t>& expected_shape) const {
  const Tensor& found = checked(tensor, "F32", expected_shape);
  std::vector<float> values((found.end - found.begin) / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes_.data() + found.begin, values.size() * sizeof(float));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) throw NonFiniteValue(path_, tensor, i, values[i]);
  return values;
}

template <class T>
std::vector<T> SafetensorsFile::numbers(const std::string& tensor, const char* dtype,
                                        const std::vector<std::int64_t>& expected_shape) const {
  const Tensor& found = checked(tensor, dtype, expected_shape);
  std::vector<T> values((found.end - found.begin) / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes_.data() + found.begin, values.size() * sizeof(T));
  return values;
}

namespace {

/// IEEE 754 half precision: 1, 5 and 10 bits.
float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) return fraction != 0 ? std::nanf("") : sign * std::numeric_limits<float>::infinity();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

}  // namespace

std::vector<float> SafetensorsFile::real(const std::string& tensor,
                                         const std::vector<std::int64_t>& expected_shape) const {
  const std::string& dtype = find(tensor).dtype;
  if (dtype != "F16" && dtype != "BF16" && dtype != "F64") return f32(tensor, expected_shape);
  std::vector<float> values;
  if (dtype == "F64") {
    for (const double value : numbers<double>(tensor, "F64", expected_shape))
      values.push_back(static_cast<float>(value));
  } else {
    for (const std::uint16_t bits : numbers<std::uint16_t>(tensor, dtype.c_str(), expected_shape))
      values.push_back(dtype == "F16" ? from_half(bits) : std::bit_cast<float>(std::uint32_t{bits} << 16));
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) throw NonFiniteValue(path_, tensor, i, values[i]);
  return values;
}

std::vector<std::uint8_t> SafetensorsFile::u8(const std::string& tensor,
                                              const std::vector<std::int64_t>& expected_shape) const {
  const Tensor& found = checked(tensor, "U8", expected_shape);
  return {bytes_.begin() + static_cast<std::ptrdiff_t>(found.begin),
          bytes_.begin() + static_cast<std::ptrdiff_t>(found.end)};
}

std::vector<std::int8_t> SafetensorsFile::i8(const std::string& tensor,
                                             const std::vector<std::int64_t>& expected_shape) const {
  return numbers<std::int8_t>(tensor, "I8", expected_shape);
}

std::vector<std::int32_t> SafetensorsFile::i32(const std::string& tensor,
                                               const std::vector<std::int64_t>& expected_shape) const {
  return numbers<std::int32_t>(tensor, "I32", expected_shape);
}

namespace {

template <class T>
NamedTensor tensor_of(std::string name, const char* dtype, std::vector<std::int64_t> shape, std::span<const T> values) {
  NamedTensor tensor{std::move(name), dtype, std::move(shape), std::vector<std::uint8_t>(values.size_bytes())};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  return tensor;
}

}  // namespace

NamedTensor f32_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values) {
  return tensor_of(std::move(name), "F32", std::move(shape), values);
}
NamedTensor u8_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::uint8_t> values) {
  return tensor_of(std::move(name), "U8", std::move(shape), values);
}
NamedTensor i8_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::int8_t> values) {
  return tensor_of(std::move(name), "I8", std::move(shape), values);
}
NamedTensor i32_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::int32_t> values) {
  return tensor_of(std::move(name), "I32", std::move(shape), values);
}

std::vector<std::uint8_t> safetensors_bytes(std::span<const NamedTensor> tensors, const Metadata& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // the format asks for 8-byte alignment
  const std::uint64_t length = text.size();
  std::vector<std::uint8_t> bytes(kLengthBytes + length);
  std::memcpy(bytes.data(), &length, kLengthBytes);
  std::memcpy(bytes.data() + kLengthBytes, text.data(), length);
  for (const NamedTensor& tensor : tensors) bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const Metadata& metadata) {
  write_file_atomically(path, std::span<const std::uint8_t>(safetensors_bytes(tensors, metadata)));
}

}  // namespace ranvier::workloads
