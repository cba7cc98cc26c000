// SPDX-License-Identifier: Apache-2.0
// IDX files, as MNIST and Fashion-MNIST come: images, plain or gzipped, and the labels beside them.
#pragma once

#include <filesystem>

#include "workloads/dataset.h"

namespace ranvier::workloads {

/// Whether the name is one of an IDX file of images ("...idx3-ubyte", "...idx3-ubyte.gz").
bool is_idx_name(const std::filesystem::path& path);

/// Images, with the labels of the file whose name has "labels" and "idx1" where this one has "images" and "idx3", if it
/// is there. Throws FileMissing, BadIdxFile.
ImageSet load_idx(const std::filesystem::path& images);

/// Not what the magic number and the extents in the header say.
struct BadIdxFile : Error {
  BadIdxFile(const std::string& file_, const std::string& what_is_wrong);
  std::string file;
};

}  // namespace ranvier::workloads
