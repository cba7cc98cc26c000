# SPDX-License-Identifier: Apache-2.0
# HDF5::serial, the C library; CMake's own module needs a C compiler for it.
find_path(HDF5Serial_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(HDF5Serial_LIBRARY NAMES hdf5_serial hdf5)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(HDF5Serial REQUIRED_VARS HDF5Serial_LIBRARY HDF5Serial_INCLUDE_DIR
                                  REASON_FAILURE_MESSAGE "install libhdf5-dev, or run scripts/setup")
if(HDF5Serial_FOUND AND NOT TARGET HDF5::serial)
  add_library(HDF5::serial UNKNOWN IMPORTED)
  set_target_properties(HDF5::serial PROPERTIES
    IMPORTED_LOCATION ${HDF5Serial_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${HDF5Serial_INCLUDE_DIR})
endif()
