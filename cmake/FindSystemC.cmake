# SPDX-License-Identifier: Apache-2.0
# Ranvier::SystemC. Debian builds SystemC 2.3.4 as C++17 and ships no CMake package: the define makes a C++20 program
# ask for the C++17 version symbol that the library exports. It stands here and nowhere else.
find_path(SystemC_INCLUDE_DIR systemc)
find_library(SystemC_LIBRARY systemc)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SystemC REQUIRED_VARS SystemC_LIBRARY SystemC_INCLUDE_DIR
                                  REASON_FAILURE_MESSAGE "install libsystemc-dev, or run scripts/setup")
if(SystemC_FOUND AND NOT TARGET Ranvier::SystemC)
  add_library(Ranvier::SystemC UNKNOWN IMPORTED)
  set_target_properties(Ranvier::SystemC PROPERTIES
    IMPORTED_LOCATION ${SystemC_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SystemC_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS SC_CPLUSPLUS=201703L)
endif()
