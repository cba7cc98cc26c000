// SPDX-License-Identifier: Apache-2.0
// The .npy header is a Python literal; only the three keys that numpy writes are understood, in any order.
#include "workloads/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/file.h"

namespace ranvier::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 32;  // of one array; no network here comes near it

std::size_t item_bytes(const std::string& dtype) {
  if (dtype == "<f4") return 4;
  return dtype == "|u1" ? 1 : 0;
}

/// What stands between `'key':` and the next comma outside brackets.
std::string_view header_value(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) return {};
  std::size_t begin = header.find(':', at);
  if (begin == std::string_view::npos) return {};
  begin = header.find_first_not_of(' ', begin + 1);
  if (begin == std::string_view::npos) return {};
  const bool bracket = header[begin] == '(';
  const std::size_t end = header.find_first_of(bracket ? ")" : ",}", begin);
  return end == std::string_view::npos ? std::string_view{} : header.substr(begin, end - begin + (bracket ? 1 : 0));
}

/// "(600, 98, 40)", "(4,)", "()". False where it is none.
bool parse_shape(std::string_view text, std::vector<std::int64_t>& shape) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    std::int64_t extent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (error != std::errc{} || extent < 0) return false;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::size_t next = text.find_first_not_of(' ');
    if (next == std::string_view::npos) return true;
    if (text[next] != ',') return false;
    const std::size_t digit = text.find_first_not_of(' ', next + 1);
    text.remove_prefix(digit == std::string_view::npos ? text.size() : digit);
  }
  return true;
}

std::string_view header_of(std::span<const std::uint8_t> content, const std::string& file, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  if (!text.starts_with(kMagic) || content.size() < 10) throw MalformedNpy(file, name, "no numpy magic");
  const bool wide = content[6] >= 2;
  if (content[6] < 1 || content[6] > 3) throw MalformedNpy(file, name, fmt::format("format version {}", content[6]));
  const std::size_t start = wide ? 12 : 10;
  if (content.size() < start) throw TruncatedFile(file, name, start, content.size());
  std::size_t length = content[8] + 256U * content[9];
  if (wide) length += (std::size_t{content[10]} << 16) + (std::size_t{content[11]} << 24);
  if (content.size() - start < length) throw TruncatedFile(file, name, start + length, content.size());
  return text.substr(start, length);
}

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::vector<std::uint8_t> read_entry(zip_t* archive, zip_uint64_t index, const zip_stat_t& facts,
                                     const std::string& file) {
  if (facts.size > kMostBytes) throw ZipUnreadable(file, fmt::format("{}: {} bytes", facts.name, facts.size));
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
  if (entry == nullptr) throw ZipUnreadable(file, fmt::format("{}: {}", facts.name, zip_strerror(archive)));
  // Grown as it is read: the size that the directory states need not be true.
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> piece(1 << 16);
  while (true) {
    const zip_int64_t got = zip_fread(entry.get(), piece.data(), piece.size());
    if (got < 0) throw ZipUnreadable(file, fmt::format("{}: {}", facts.name, zip_file_strerror(entry.get())));
    if (got == 0) return bytes;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + got);
    if (bytes.size() > facts.size) throw ZipUnreadable(file, fmt::format("{}: longer than stated", facts.name));
  }
}

bool same_shape(const std::vector<std::int64_t>& there, const std::vector<std::int64_t>& asked) {
  const std::size_t more = there.size() < asked.size() ? 0 : there.size() - asked.size();
  if (there.size() != asked.size() + more) return false;
  if (std::any_of(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(more), [](auto n) { return n != 1; }))
    return false;
  return std::equal(asked.begin(), asked.end(), there.begin() + static_cast<std::ptrdiff_t>(more),
                    [](std::int64_t want, std::int64_t got) { return want == -1 || want == got; });
}

}  // namespace

NpyArray parse_npy(std::span<const std::uint8_t> content, const std::string& file, const std::string& name) {
  const std::string_view header = header_of(content, file, name);
  NpyArray array;
  const std::string_view dtype = header_value(header, "descr");
  if (dtype.size() < 3 || dtype.front() != '\'' || dtype.back() != '\'')
    throw MalformedNpy(file, name, "no element type in the header");
  array.dtype = dtype.substr(1, dtype.size() - 2);
  if (header_value(header, "fortran_order") != "False") throw MalformedNpy(file, name, "not in C order");
  if (!parse_shape(header_value(header, "shape"), array.shape))
    throw MalformedNpy(file, name, "no shape in the header");
  std::uint64_t bytes = std::max<std::size_t>(item_bytes(array.dtype), 1);
  for (const std::int64_t extent : array.shape) {
    if (extent > 0 && bytes > kMostBytes / static_cast<std::uint64_t>(extent))
      throw MalformedNpy(file, name, "more elements than any file holds");
    bytes *= static_cast<std::uint64_t>(extent);
  }
  const auto start =
      static_cast<std::size_t>(header.data() + header.size() - reinterpret_cast<const char*>(content.data()));
  if (item_bytes(array.dtype) == 0) return array;  // of no use, but other arrays of the file may be
  if (content.size() - start != bytes) throw TruncatedFile(file, name, start + bytes, content.size());
  array.bytes.assign(content.begin() + static_cast<std::ptrdiff_t>(start), content.end());
  return array;
}

NpzFile NpzFile::read(const std::filesystem::path& path) {
  NpzFile file;
  file.path_ = path.string();
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) throw FileMissing(path.string());
  int code = 0;
  const std::unique_ptr<zip_t, CloseArchive> archive(zip_open(file.path_.c_str(), ZIP_RDONLY, &code));
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw ZipUnreadable(file.path_, text);
  }
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    zip_stat_t facts;
    zip_stat_init(&facts);
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &facts) != 0)
      throw ZipUnreadable(file.path_, zip_strerror(archive.get()));
    std::string name = facts.name;
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    file.arrays_[name] =
        parse_npy(read_entry(archive.get(), static_cast<zip_uint64_t>(i), facts, file.path_), file.path_, name);
  }
  return file;
}

NpzFile NpzFile::read_npy(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  NpzFile file;
  file.path_ = path.string();
  file.arrays_["array"] =
      parse_npy({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}, file.path_, "array");
  return file;
}

std::vector<std::string> NpzFile::names() const {
  std::vector<std::string> all;
  for (const auto& [name, unused] : arrays_) all.push_back(name);
  return all;
}

const NpyArray& NpzFile::array(const std::string& name) const {
  const auto it = arrays_.find(name);
  if (it == arrays_.end()) throw TensorMissing(path_, name, names());
  return it->second;
}

const NpyArray& NpzFile::checked(const std::string& name, const char* dtype,
                                 const std::vector<std::int64_t>& shape) const {
  const NpyArray& found = array(name);
  if (found.dtype != dtype) throw WrongDtype(path_, name, dtype, found.dtype);
  if (!same_shape(found.shape, shape)) throw WrongShape(path_, name, shape, found.shape);
  return found;
}

std::vector<float> NpzFile::f32(const std::string& name, const std::vector<std::int64_t>& shape) const {
  const NpyArray& found = checked(name, "<f4", shape);
  std::vector<float> values(found.bytes.size() / sizeof(float));
  std::memcpy(values.data(), found.bytes.data(), found.bytes.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) throw NonFiniteValue(path_, name, i, values[i]);
  return values;
}

std::vector<std::uint8_t> NpzFile::u8(const std::string& name, const std::vector<std::int64_t>& shape) const {
  return checked(name, "|u1", shape).bytes;
}

}  // namespace ranvier::workloads
