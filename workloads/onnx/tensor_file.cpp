// SPDX-License-Identifier: Apache-2.0
// TensorProto to tensors. Sizes are compared with what the file holds before anything is allocated.
#include "workloads/onnx/tensor_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

#include "workloads/onnx/onnx_errors.h"

namespace ranvier::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX's raw bytes are little-endian");

// IEEE 754 binary16; every value is a float.
float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  float magnitude = 0;
  if (exponent == 0x1f)
    magnitude = fraction == 0 ? INFINITY : NAN;
  else if (exponent == 0)
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  else
    magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

float bfloat_to_float(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

std::size_t bytes_of(int type) {
  switch (type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::UINT32:
      return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::UINT64:
      return 8;
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
      return 2;
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return 1;
    default:
      return 0;
  }
}

template <class Stored, class Out, class Convert>
std::vector<Out> from_bytes(const std::string& raw, Convert convert) {
  std::vector<Out> out(raw.size() / sizeof(Stored));
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
    out[i] = convert(stored);
  }
  return out;
}

template <class Stored>
std::vector<std::int64_t> integers_from_bytes(const std::string& raw) {
  return from_bytes<Stored, std::int64_t>(raw, [](Stored s) { return static_cast<std::int64_t>(s); });
}

std::uint64_t number_of(const OnnxSource& source, const std::string& name, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw BadOnnxTensor(source.file, name, "offset or length of external data is no number");
  return number;
}

std::string read_external(const OnnxSource& source, const onnx::TensorProto& proto, const std::string& name,
                          std::uint64_t expected) {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = expected;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = number_of(source, name, entry.value());
    if (entry.key() == "length") length = number_of(source, name, entry.value());
  }
  const std::filesystem::path relative(location);
  bool leaves = location.empty() || relative.is_absolute() || source.folder.empty() ||
                location.find('\0') != std::string::npos || location.find('\\') != std::string::npos;
  for (const auto& part : relative) leaves = leaves || part == "..";
  if (leaves) throw ExternalDataRefused(source.file, name, location);
  // A symbolic link may point out of the folder, too.
  std::error_code failed;
  const auto folder = std::filesystem::weakly_canonical(source.folder, failed);
  const auto path = std::filesystem::weakly_canonical(source.folder / relative, failed);
  if (failed) throw ExternalDataMissing(source.file, name, location, failed.message());
  const auto inside = path.lexically_relative(folder);
  if (inside.empty() || *inside.begin() == "..") throw ExternalDataRefused(source.file, name, location);
  if (length != expected)
    throw BadOnnxTensor(source.file, name, fmt::format("{} bytes of external data where {} belong", length, expected));
  if (!std::filesystem::is_regular_file(path, failed))
    throw ExternalDataMissing(source.file, name, location, "no such file");
  const std::uintmax_t there = std::filesystem::file_size(path, failed);
  if (failed || offset > there || length > there - offset)
    throw ExternalDataMissing(source.file, name, location,
                              fmt::format("{} bytes at {} are needed, the file has {}", length, offset, there));
  std::string raw(length, '\0');
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  if (!in.read(raw.data(), static_cast<std::streamsize>(length)))
    throw ExternalDataMissing(source.file, name, location, "cannot be read");
  return raw;
}

std::vector<float> rounded(OnnxSource& source, const std::string& name, const std::vector<double>& wide) {
  std::size_t inexact = 0;
  std::vector<float> out(wide.size());
  for (std::size_t i = 0; i < wide.size(); ++i) {
    out[i] = static_cast<float>(wide[i]);
    if (static_cast<double>(out[i]) != wide[i] && !std::isnan(wide[i])) ++inexact;
  }
  if (inexact > 0)
    source.notes.push_back(
        fmt::format("tensor {}: {} of {} doubles rounded to the nearest float", name, inexact, wide.size()));
  return out;
}

std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>> from_raw(OnnxSource& source,
                                                                                          const std::string& name,
                                                                                          int type,
                                                                                          const std::string& raw) {
  using P = onnx::TensorProto;
  const auto same = [](auto x) { return x; };
  switch (type) {
    case P::FLOAT:
      return from_bytes<float, float>(raw, same);
    case P::DOUBLE:
      return rounded(source, name, from_bytes<double, double>(raw, same));
    case P::FLOAT16:
      return from_bytes<std::uint16_t, float>(raw, half_to_float);
    case P::BFLOAT16:
      return from_bytes<std::uint16_t, float>(raw, bfloat_to_float);
    case P::INT64:
      return from_bytes<std::int64_t, std::int64_t>(raw, same);
    case P::UINT64:
      return integers_from_bytes<std::uint64_t>(raw);
    case P::INT32:
      return integers_from_bytes<std::int32_t>(raw);
    case P::UINT32:
      return integers_from_bytes<std::uint32_t>(raw);
    case P::INT16:
      return integers_from_bytes<std::int16_t>(raw);
    case P::UINT16:
      return integers_from_bytes<std::uint16_t>(raw);
    case P::INT8:
      return integers_from_bytes<std::int8_t>(raw);
    case P::UINT8:
      return integers_from_bytes<std::uint8_t>(raw);
    default:
      return from_bytes<std::uint8_t, std::int64_t>(raw, [](std::uint8_t b) { return std::int64_t{b != 0}; });
  }
}

std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>> from_fields(
    OnnxSource& source, const std::string& name, const onnx::TensorProto& proto) {
  using P = onnx::TensorProto;
  const auto& narrow = proto.int32_data();
  switch (proto.data_type()) {
    case P::FLOAT:
      return std::vector<float>(proto.float_data().begin(), proto.float_data().end());
    case P::DOUBLE:
      return rounded(source, name, {proto.double_data().begin(), proto.double_data().end()});
    case P::INT64:
      return std::vector<std::int64_t>(proto.int64_data().begin(), proto.int64_data().end());
    case P::UINT32:
    case P::UINT64:
      return std::vector<std::int64_t>(proto.uint64_data().begin(), proto.uint64_data().end());
    case P::FLOAT16:
    case P::BFLOAT16: {
      std::vector<float> out;
      for (const std::int32_t bits : narrow)
        out.push_back(proto.data_type() == P::FLOAT16 ? half_to_float(static_cast<std::uint16_t>(bits))
                                                      : bfloat_to_float(static_cast<std::uint16_t>(bits)));
      return out;
    }
    case P::BOOL: {
      std::vector<std::int64_t> out;
      for (const std::int32_t bit : narrow) out.push_back(bit != 0 ? 1 : 0);
      return out;
    }
    default:
      return std::vector<std::int64_t>(narrow.begin(), narrow.end());
  }
}

}  // namespace

TensorPtr read_tensor(OnnxSource& source, const onnx::TensorProto& proto, const std::string& name) {
  const std::size_t width = bytes_of(proto.data_type());
  if (width == 0)
    throw BadOnnxTensor(
        source.file, name,
        fmt::format("element type {} is not supported; use float, integer or boolean tensors", proto.data_type()));
  if (proto.has_segment()) throw BadOnnxTensor(source.file, name, "is stored in segments");
  const Shape shape(proto.dims().begin(), proto.dims().end());
  std::int64_t count = 0;
  try {
    count = checked_count(shape);
  } catch (const std::runtime_error& wrong) {
    throw BadOnnxTensor(source.file, name, wrong.what());
  }
  auto tensor = std::make_shared<Tensor>();
  tensor->shape = shape;
  const auto expected = static_cast<std::uint64_t>(count) * width;
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    tensor->values = from_raw(source, name, proto.data_type(), read_external(source, proto, name, expected));
  } else if (proto.has_raw_data()) {
    if (proto.raw_data().size() != expected)
      throw BadOnnxTensor(
          source.file, name,
          fmt::format("{} bytes where shape {} needs {}", proto.raw_data().size(), shape_text(shape), expected));
    tensor->values = from_raw(source, name, proto.data_type(), proto.raw_data());
  } else {
    tensor->values = from_fields(source, name, proto);
  }
  if (tensor->size() != static_cast<std::size_t>(count))
    throw BadOnnxTensor(source.file, name,
                        fmt::format("{} elements where shape {} needs {}", tensor->size(), shape_text(shape), count));
  return tensor;
}

}  // namespace ranvier::workloads
