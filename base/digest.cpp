// SPDX-License-Identifier: Apache-2.0
// OpenSSL behind digest.h.
#include "base/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "base/errors.h"

namespace ranvier {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) fail();
  }
  void add(const void* data, std::size_t size) {
    if (EVP_DigestUpdate(context_.get(), data, size) != 1) fail();
  }
  std::string hex() {
    std::array<unsigned char, 32> digest{};
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) fail();
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  [[noreturn]] static void fail() { throw std::logic_error("SHA-256 is not available in this build of OpenSSL"); }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
  Sha256 sha;
  sha.add(bytes.data(), bytes.size());
  return sha.hex();
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.add(bytes.data(), bytes.size());
  return sha.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (errno == ENOENT) throw FileMissing(path.string());
    throw FileUnreadable(path.string(), errno);
  }
  Sha256 sha;
  std::array<char, 1 << 16> piece{};
  try {
    do {
      in.read(piece.data(), piece.size());
      sha.add(piece.data(), static_cast<std::size_t>(in.gcount()));
    } while (in);
  } catch (const std::ios_base::failure&) {
    throw FileUnreadable(path.string(), errno);
  }
  if (in.bad()) throw FileUnreadable(path.string(), errno);
  return sha.hex();
}

}  // namespace ranvier
