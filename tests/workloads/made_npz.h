// SPDX-License-Identifier: Apache-2.0
// Writes .npz files for tests, as numpy.savez does.
#pragma once

#include <fmt/format.h>
#include <zip.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace ranvier::workloads {

inline std::string npy_text(const std::string& header, const std::string& data) {
  std::string text = "\x93NUMPY";
  text += '\x01';
  text += '\0';
  text += static_cast<char>(header.size() & 255);
  text += static_cast<char>(header.size() >> 8);
  return text + header + data;
}

inline std::string npy_floats(const std::string& shape, const std::vector<float>& values) {
  std::string data(values.size() * sizeof(float), '\0');
  if (!values.empty()) std::memcpy(data.data(), values.data(), data.size());
  return npy_text(fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}\n", shape), data);
}

inline void write_npz(const std::filesystem::path& path, const std::map<std::string, std::string>& entries) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) throw std::runtime_error("cannot write " + path.string());
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    if (zip_file_add(archive, (name + ".npy").c_str(), source, ZIP_FL_OVERWRITE) < 0) zip_source_free(source);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace ranvier::workloads
