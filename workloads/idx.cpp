// SPDX-License-Identifier: Apache-2.0
// IDX (LeCun's MNIST page): two zero bytes, a type (8: bytes), the number of axes, big-endian extents, data.
#include "workloads/idx.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 31;
constexpr std::uint32_t kMaxSide = 4096;

struct GzClose {
  void operator()(gzFile file) const { gzclose(file); }
};

/// zlib reads plain files as they are.
class IdxReader {
 public:
  explicit IdxReader(const fs::path& path) : name_(path.string()) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) throw FileMissing(name_);
    file_.reset(gzopen(name_.c_str(), "rb"));
    if (!file_) throw FileUnreadable(name_, errno);
  }

  /// Extents of a file of bytes with so many axes.
  std::vector<std::uint32_t> header(std::size_t axes) {
    const std::vector<std::uint8_t> magic = bytes(4);
    if (magic != std::vector<std::uint8_t>{0, 0, 8, static_cast<std::uint8_t>(axes)})
      throw BadIdxFile(name_, fmt::format("the header is not that of bytes in {} axes", axes));
    std::vector<std::uint32_t> extents;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      std::uint32_t extent = 0;
      for (const std::uint8_t byte : bytes(4)) extent = extent << 8 | byte;
      extents.push_back(extent);
    }
    return extents;
  }

  /// In pieces, so that a header that promises more than there is costs no memory.
  std::vector<std::uint8_t> bytes(std::uint64_t count) {
    constexpr std::uint64_t kPiece = 1 << 20;
    std::vector<std::uint8_t> got;
    while (got.size() < count) {
      const std::size_t before = got.size();
      const auto wanted = static_cast<unsigned>(std::min(kPiece, count - before));
      got.resize(before + wanted);
      const int n = gzread(file_.get(), got.data() + before, wanted);
      if (n != static_cast<int>(wanted))
        throw BadIdxFile(name_, fmt::format("{} bytes expected, {} there", count,
                                            before + static_cast<std::size_t>(std::max(n, 0))));
    }
    return got;
  }

  void expect_end() {
    std::uint8_t byte = 0;
    if (gzread(file_.get(), &byte, 1) != 0) throw BadIdxFile(name_, "more bytes than the header says");
  }

 private:
  std::string name_;
  std::unique_ptr<gzFile_s, GzClose> file_;
};

fs::path labels_of(const fs::path& images) {
  std::string name = images.filename().string();
  for (const auto& [from, to] : {std::array{"images", "labels"}, std::array{"idx3", "idx1"}}) {
    const std::size_t at = name.find(from);
    if (at == std::string::npos) return {};
    name.replace(at, std::string_view(from).size(), to);
  }
  return images.parent_path() / name;
}

}  // namespace

BadIdxFile::BadIdxFile(const std::string& file_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}; copy or download it again", file_, what_is_wrong)), file(file_) {}

bool is_idx_name(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with("idx3-ubyte") || name.ends_with("idx3-ubyte.gz");
}

ImageSet load_idx(const fs::path& path) {
  IdxReader reader(path);
  const std::vector<std::uint32_t> extents = reader.header(3);
  if (extents[1] != extents[2] || extents[1] < 1 || extents[1] > kMaxSide)
    throw BadIdxFile(path.string(), fmt::format("images of {} x {}; square ones are read", extents[1], extents[2]));
  ImageSet images;
  images.file = path.string();
  images.side = static_cast<std::int32_t>(extents[1]);
  const std::uint64_t size = std::uint64_t{extents[0]} * extents[1] * extents[2];
  if (extents[0] == 0 || size > kMaxBytes)
    throw BadIdxFile(path.string(), fmt::format("{} images; 1 to 2 GiB of them are read", extents[0]));
  images.pixels = reader.bytes(size);
  reader.expect_end();

  const fs::path labels = labels_of(path);
  std::error_code ignored;
  if (labels.empty() || !fs::exists(labels, ignored)) return images;
  IdxReader label_reader(labels);
  const std::uint32_t count = label_reader.header(1).front();
  if (count != extents[0])
    throw BadIdxFile(labels.string(), fmt::format("{} labels for the {} images beside it", count, extents[0]));
  images.labels = label_reader.bytes(count);
  label_reader.expect_end();
  return images;
}

}  // namespace ranvier::workloads
