# SPDX-License-Identifier: Apache-2.0
# SCOTCH::SCOTCH; Debian's Scotch 7.0 ships no CMake package.
find_path(SCOTCH_INCLUDE_DIR scotch.h PATH_SUFFIXES scotch-int32 scotch)
find_library(SCOTCH_LIBRARY scotch)
find_library(SCOTCH_ERROR_LIBRARY scotcherr)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SCOTCH REQUIRED_VARS SCOTCH_LIBRARY SCOTCH_ERROR_LIBRARY SCOTCH_INCLUDE_DIR
                                  REASON_FAILURE_MESSAGE "install libscotch-dev, or run scripts/setup")
if(SCOTCH_FOUND AND NOT TARGET SCOTCH::SCOTCH)
  add_library(SCOTCH::SCOTCH UNKNOWN IMPORTED)
  set_target_properties(SCOTCH::SCOTCH PROPERTIES
    IMPORTED_LOCATION ${SCOTCH_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${SCOTCH_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES ${SCOTCH_ERROR_LIBRARY})
endif()
