// SPDX-License-Identifier: Apache-2.0
#include "rtl/adapter/core_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "rtl/adapter/errors.h"

namespace ranvier::rtl {
namespace {

constexpr std::uint64_t kDefaultTimeout = 10'000'000;

/// Verilator keeps the context made last in a plain global of the library: cores are made and unmade one at a time.
std::mutex& making() {
  static std::mutex mutex;
  return mutex;
}

void* symbol_of(void* handle, const std::string& path, const char* name) {
  void* symbol = dlsym(handle, name);
  if (symbol == nullptr) throw CoreSymbolMissing(path, name);
  return symbol;
}

}  // namespace

CoreLibrary::CoreLibrary(const std::string& path) : path_(path) {
  // A bare name would be looked for in the system's folders, never here.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    std::string why = dlerror();
    if (why.rfind(file + ": ", 0) == 0) why.erase(0, file.size() + 2);
    throw CoreLibraryNotLoaded(path, why);
  }
  try {
    load_functions();
  } catch (...) {
    dlclose(handle_);
    throw;
  }
}

CoreLibrary::~CoreLibrary() { dlclose(handle_); }

void CoreLibrary::load_functions() {
  auto required = [this](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol_of(handle_, path_, name));
  };
  auto optional = [this](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle_, name));
  };
  decltype(&ranvier_core_abi) abi = nullptr;
  required(abi, "ranvier_core_abi");
  if (const std::uint32_t version = abi(); version != RANVIER_CORE_ABI) throw CoreAbiMismatch(path_, version);
  decltype(&ranvier_core_describe) describe = nullptr;
  required(describe, "ranvier_core_describe");
  required(call_.create, "ranvier_core_create");
  required(call_.destroy, "ranvier_core_destroy");
  required(call_.load, "ranvier_core_load");
  required(call_.send, "ranvier_core_send");
  required(call_.step, "ranvier_core_step");
  required(call_.read_state, "ranvier_core_read_state");
  required(call_.write_state, "ranvier_core_write_state");
  required(call_.count, "ranvier_core_count");
  optional(call_.wave, "ranvier_core_wave");
  optional(call_.save, "ranvier_core_save");
  if (call_.save != nullptr) required(call_.restore, "ranvier_core_restore");
  describe(&info_);
  check_info();
}

void CoreLibrary::check_info() const {
  auto check = [this](const char* field, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value >= least && value <= most) return;
    throw CoreDescriptionInvalid(path_, field, value, fmt::format("{} to {}", least, most));
  };
  constexpr std::int32_t kMost = 1 << 20;
  if (std::memchr(info_.name, 0, sizeof info_.name) == nullptr || info_.name[0] == 0) {
    throw CoreDescriptionInvalid(path_, "name[0]", info_.name[0], "a name that ends with 0");
  }
  check("features", info_.features, 0, RANVIER_CORE_GRADED | RANVIER_CORE_DIRECT);
  check("neurons", info_.neurons, 1, kMost);
  check("axons", info_.axons, 1, kMost);
  check("tokens", info_.tokens, 1, kMost);
  // Numbers of synapses and of contexts are 32-bit products.
  check("neurons * axons", std::int64_t{info_.neurons} * info_.axons, 1, 1 << 26);
  check("neurons * tokens", std::int64_t{info_.neurons} * info_.tokens, 1, 1 << 26);
  check("span", info_.span, 1, 1 << 15);
  check("threshold_max", info_.threshold_max, 2, 1 << 30);
  check("weight_bits", info_.weight_bits, 2, 8);
  check("potential_bits", info_.potential_bits, 8, 32);
  check("payload_min", info_.payload_min, -(1 << 23), -1);
  check("payload_max", info_.payload_max, 1, 1 << 23);
}

std::shared_ptr<const CoreLibrary> open_core_library(const std::string& path) {
  return std::make_shared<const CoreLibrary>(path);
}

CoreInstance::CoreInstance(std::shared_ptr<const CoreLibrary> library, std::uint64_t timeout_cycles)
    : library_(std::move(library)), timeout_(timeout_cycles), core_(nullptr) {
  if (timeout_ == 0) timeout_ = library_->info().timeout_cycles;
  if (timeout_ == 0) timeout_ = kDefaultTimeout;
  const std::lock_guard lock(making());
  core_ = library_->call_.create();
  if (core_ == nullptr) throw CoreCallFailed(library_->path(), "ranvier_core_create", "gave no core");
}

CoreInstance::~CoreInstance() {
  const std::lock_guard lock(making());
  library_->call_.destroy(core_);
}

void CoreInstance::check(const char* name, std::int32_t status) const {
  const std::string call = work_.empty() ? name : fmt::format("{} for {}", name, work_);
  switch (status) {
    case RANVIER_CORE_OK:
      return;
    case RANVIER_CORE_TIMEOUT:
      throw CoreNotReady(library_->path(), call, timeout_);
    case RANVIER_CORE_OVERFLOW:
      throw CoreCallFailed(library_->path(), call,
                           fmt::format("a potential left the {} bits of {}; convert the model again, or give the core "
                                       "more bits",
                                       library_->info().potential_bits, library_->name()));
    default:
      throw CoreCallFailed(library_->path(), call, fmt::format("returned {}; the library says that it failed", status));
  }
}

void CoreInstance::load(const ranvier_core_tile& tile) {
  contexts_ = static_cast<std::size_t>(tile.neurons) * static_cast<std::size_t>(tile.tokens);
  spikes_.resize(contexts_);  // a neuron sends at most one event a step
  check("ranvier_core_load", library_->call_.load(core_, &tile, timeout_));
}

void CoreInstance::send(std::span<const ranvier_core_event> events) {
  check("ranvier_core_send", library_->call_.send(core_, events.data(), events.size(), timeout_));
}

std::span<const ranvier_core_spike> CoreInstance::step() {
  std::size_t count = 0;
  check("ranvier_core_step", library_->call_.step(core_, spikes_.data(), spikes_.size(), &count, timeout_));
  if (count > spikes_.size()) {
    throw CoreCallFailed(library_->path(), "ranvier_core_step",
                         fmt::format("{} events out of {} neurons and tokens in one step", count, spikes_.size()));
  }
  return std::span(spikes_).first(count);
}

void CoreInstance::read_state(std::vector<std::int32_t>& potential, std::vector<std::int32_t>& code) const {
  potential.resize(contexts_);
  code.resize(contexts_);
  check("ranvier_core_read_state", library_->call_.read_state(core_, potential.data(), code.data(), timeout_));
}

void CoreInstance::write_state(const std::vector<std::int32_t>& potential, const std::vector<std::int32_t>& code) {
  check("ranvier_core_write_state", library_->call_.write_state(core_, potential.data(), code.data(), timeout_));
}

ranvier_core_counts CoreInstance::counts() const {
  ranvier_core_counts counts{};
  library_->call_.count(core_, &counts);
  return counts;
}

std::vector<std::uint8_t> CoreInstance::save_hidden() const {
  if (library_->call_.save == nullptr) return {};
  std::vector<std::uint8_t> bytes(library_->call_.save(core_, nullptr, 0));
  library_->call_.save(core_, bytes.data(), bytes.size());
  return bytes;
}

void CoreInstance::restore_hidden(const std::vector<std::uint8_t>& bytes) {
  if (library_->call_.save == nullptr) return;
  check("ranvier_core_restore", library_->call_.restore(core_, bytes.data(), bytes.size()));
}

bool CoreInstance::open_wave(const std::filesystem::path& path) {
  return library_->call_.wave != nullptr && library_->call_.wave(core_, path.c_str()) == RANVIER_CORE_OK;
}

}  // namespace ranvier::rtl
