// SPDX-License-Identifier: Apache-2.0
// A shared library that implements rtl/adapter/ranvier_core.h, loaded, and instances of its core.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rtl/adapter/ranvier_core.h"

namespace ranvier::rtl {

class CoreLibrary {
 public:
  /// Throws CoreLibraryNotLoaded, CoreAbiMismatch, CoreSymbolMissing, CoreDescriptionInvalid (rtl/adapter/errors.h).
  explicit CoreLibrary(const std::string& path);
  ~CoreLibrary();
  CoreLibrary(const CoreLibrary&) = delete;
  CoreLibrary& operator=(const CoreLibrary&) = delete;

  const std::string& path() const { return path_; }
  const ranvier_core_info& info() const { return info_; }
  std::string name() const { return info_.name; }
  bool graded() const { return (info_.features & RANVIER_CORE_GRADED) != 0; }
  bool direct() const { return (info_.features & RANVIER_CORE_DIRECT) != 0; }

 private:
  friend class CoreInstance;
  struct Functions {
    decltype(&ranvier_core_create) create = nullptr;
    decltype(&ranvier_core_destroy) destroy = nullptr;
    decltype(&ranvier_core_load) load = nullptr;
    decltype(&ranvier_core_send) send = nullptr;
    decltype(&ranvier_core_step) step = nullptr;
    decltype(&ranvier_core_read_state) read_state = nullptr;
    decltype(&ranvier_core_write_state) write_state = nullptr;
    decltype(&ranvier_core_count) count = nullptr;
    // Null where the library has none.
    decltype(&ranvier_core_wave) wave = nullptr;
    decltype(&ranvier_core_save) save = nullptr;
    decltype(&ranvier_core_restore) restore = nullptr;
  };
  void load_functions();
  void check_info() const;

  std::string path_;
  void* handle_ = nullptr;
  ranvier_core_info info_{};
  Functions call_;
};

/// Throws what CoreLibrary's constructor throws.
std::shared_ptr<const CoreLibrary> open_core_library(const std::string& path);

/// One core. Every method throws CoreNotReady or CoreCallFailed.
class CoreInstance {
 public:
  /// `timeout_cycles` 0: what the library says.
  explicit CoreInstance(std::shared_ptr<const CoreLibrary> library, std::uint64_t timeout_cycles = 0);
  ~CoreInstance();
  CoreInstance(const CoreInstance&) = delete;
  CoreInstance& operator=(const CoreInstance&) = delete;

  void load(const ranvier_core_tile& tile);
  void send(std::span<const ranvier_core_event> events);
  /// Events out in the order in which they left; valid until the next step.
  std::span<const ranvier_core_spike> step();
  /// Both [token * neurons + neuron].
  void read_state(std::vector<std::int32_t>& potential, std::vector<std::int32_t>& code) const;
  void write_state(const std::vector<std::int32_t>& potential, const std::vector<std::int32_t>& code);
  ranvier_core_counts counts() const;
  /// What save_hidden() gives, restore_hidden() takes; empty where the library saves nothing.
  std::vector<std::uint8_t> save_hidden() const;
  void restore_hidden(const std::vector<std::uint8_t>& bytes);
  /// False where the library writes no waveforms.
  bool open_wave(const std::filesystem::path& path);

  const CoreLibrary& library() const { return *library_; }
  /// What it computes, for messages of calls that fail.
  void set_work(std::string work) { work_ = std::move(work); }

 private:
  void check(const char* call, std::int32_t status) const;

  std::shared_ptr<const CoreLibrary> library_;
  std::uint64_t timeout_;
  ranvier_core* core_;
  std::size_t contexts_ = 0;  // neurons times tokens
  std::vector<ranvier_core_spike> spikes_;
  std::string work_;
};

}  // namespace ranvier::rtl
