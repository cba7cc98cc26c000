// SPDX-License-Identifier: Apache-2.0
#include "report/hdf5_driver.h"

// Headers of driver writers: part of hdf5.h until 1.12.
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <new>

namespace ranvier::report {
namespace {

struct Info {
  int* system_errno = nullptr;
};

/// The library knows a file by its first member.
struct File {
  H5FD_t common{};
  int descriptor = -1;
  int* system_errno = nullptr;
  haddr_t end_of_space = 0;
  haddr_t end_of_file = 0;
};

constexpr haddr_t kMostBytes = (haddr_t{1} << 62) - 1;

File& file_of(H5FD_t* file) { return *reinterpret_cast<File*>(file); }
const File& file_of(const H5FD_t* file) { return *reinterpret_cast<const File*>(file); }

void remember(File& file, int system_errno) {
  if (*file.system_errno == 0) *file.system_errno = system_errno;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access, haddr_t) {
  const auto* info = static_cast<const Info*>(H5Pget_driver_info(access));
  if (info == nullptr) return nullptr;
  int how = O_CLOEXEC | ((flags & H5F_ACC_RDWR) != 0 ? O_RDWR : O_RDONLY);
  if ((flags & H5F_ACC_TRUNC) != 0) how |= O_TRUNC;
  if ((flags & H5F_ACC_CREAT) != 0) how |= O_CREAT;
  const int descriptor = ::open(name, how, 0666);
  if (descriptor < 0) return nullptr;
  struct stat status {};
  auto* file = new (std::nothrow) File;
  if (file == nullptr || ::fstat(descriptor, &status) != 0) {
    ::close(descriptor);
    delete file;
    return nullptr;
  }
  file->descriptor = descriptor;
  file->system_errno = info->system_errno;
  file->end_of_file = static_cast<haddr_t>(status.st_size);
  return &file->common;
}

herr_t close_file(H5FD_t* common) {
  File& file = file_of(common);
  if (::close(file.descriptor) != 0) remember(file, errno);
  delete &file;
  return 0;
}

herr_t tell_features(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t end_of_space(const H5FD_t* file, H5FD_mem_t) { return file_of(file).end_of_space; }
herr_t set_end_of_space(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  file_of(file).end_of_space = end;
  return 0;
}
haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return file_of(file).end_of_file; }

/// What was never written, or dropped, reads as zeros.
herr_t read_bytes(H5FD_t* common, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, void* into) {
  const File& file = file_of(common);
  auto* to = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t got = ::pread(file.descriptor, to, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    to += got;
    at += static_cast<haddr_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  std::memset(to, 0, size);
  return 0;
}

herr_t write_bytes(H5FD_t* common, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, const void* from) {
  File& file = file_of(common);
  const auto* next = static_cast<const char*>(from);
  file.end_of_file = std::max(file.end_of_file, at + size);
  while (size > 0 && *file.system_errno == 0) {
    const ssize_t put = ::pwrite(file.descriptor, next, size, static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      remember(file, errno);
      break;
    }
    next += put;
    at += static_cast<haddr_t>(put);
    size -= static_cast<std::size_t>(put);
  }
  return 0;
}

herr_t cut_to_size(H5FD_t* common, hid_t, hbool_t) {
  File& file = file_of(common);
  if (file.end_of_space == file.end_of_file) return 0;
  if (*file.system_errno == 0 && ::ftruncate(file.descriptor, static_cast<off_t>(file.end_of_space)) != 0)
    remember(file, errno);
  file.end_of_file = file.end_of_space;
  return 0;
}

H5FD_class_t describe_driver() {
  static constexpr H5FD_mem_t kOneSpaceForData[] = H5FD_FLMAP_DICHOTOMY;
  H5FD_class_t c{};
#ifdef H5FD_CLASS_VERSION
  c.version = H5FD_CLASS_VERSION;
  c.value = static_cast<H5FD_class_value_t>(0x521);  // any number that the library and its plugins leave free
#endif
  c.name = "ranvier";
  c.maxaddr = kMostBytes;
  c.fc_degree = H5F_CLOSE_STRONG;
  c.fapl_size = sizeof(Info);
  c.open = open_file;
  c.close = close_file;
  c.query = tell_features;
  c.get_eoa = end_of_space;
  c.set_eoa = set_end_of_space;
  c.get_eof = end_of_file;
  c.read = read_bytes;
  c.write = write_bytes;
  c.truncate = cut_to_size;
  std::copy(std::begin(kOneSpaceForData), std::end(kOneSpaceForData), std::begin(c.fl_map));
  return c;
}

}  // namespace

hid_t failure_keeping_driver() {
  static const H5FD_class_t description = describe_driver();
  static const hid_t driver = H5FDregister(&description);
  return driver;
}

bool use_failure_keeping_driver(hid_t access, int* system_errno) {
  const Info info{system_errno};
  return H5Pset_driver(access, failure_keeping_driver(), &info) >= 0;
}

}  // namespace ranvier::report
