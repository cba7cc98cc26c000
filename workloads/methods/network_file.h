// SPDX-License-Identifier: Apache-2.0
// Converted networks as files (docs/reference/network-file.md): a safetensors file whose tensors are the integers of a
// program and whose metadata says what they mean, where they came from, and what they hash to.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

inline constexpr int kNetworkFileVersion = 1;
inline constexpr const char* kNetworkFileEnding = ".rvn";

/// `model` holds what inputs are made into codes with, and the class names; no weights, and no data but bundled ones.
struct ConvertedFile {
  VitModel model;
  Program program;
  std::map<std::string, std::string> options;  // of the method, beyond what the program says: "units"
  std::map<std::string, std::string>
      made_from;  // "model", "calibration", ...: what it was converted from, with digests
};

bool is_network_file(const std::filesystem::path& path);

/// Throws FileWriteFailed.
void write_network(const std::filesystem::path& path, const ConvertedFile& network);
/// Bytes of the file that write_network writes.
std::vector<std::uint8_t> network_bytes(const ConvertedFile& network);

/// Throws FileMissing, SafetensorsError's kinds, BadNetworkFile, NetworkVersionDiffers, NetworkDigestDiffers,
/// BadProgram.
ConvertedFile read_network(const std::filesystem::path& path);
/// The same on bytes in memory; `name` stands for the file in errors.
ConvertedFile parse_network(std::vector<std::uint8_t> bytes, const std::string& name);

/// A key that is missing, of the wrong kind, or unknown.
struct BadNetworkFile : Error {
  BadNetworkFile(const std::string& file_, const std::string& key_, const std::string& what_is_wrong);
  std::string file;
  std::string key;
};

struct NetworkVersionDiffers : Error {
  NetworkVersionDiffers(const std::string& file_, const std::string& version_);
  std::string file;
  std::string version;
};

/// The content is not what was written.
struct NetworkDigestDiffers : Error {
  NetworkDigestDiffers(const std::string& file_, const std::string& expected_, const std::string& got_);
  std::string file;
  std::string expected;
  std::string got;
};

}  // namespace ranvier::workloads
