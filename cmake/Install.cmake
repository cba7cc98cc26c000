# SPDX-License-Identifier: Apache-2.0
# The binary, the rooms as libraries with their headers, the data, and a package for find_package(Ranvier).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(rooms base workloads chips mapper sim report)
set(targets ranvier_base ranvier_workloads ranvier_chips ranvier_mapper ranvier_sim ranvier_report)
if(RANVIER_RTL)
  list(APPEND rooms rtl)
  get_property(models GLOBAL PROPERTY RANVIER_VERILATED)
  list(APPEND targets ranvier_rtl ${models})
endif()
foreach(room ${rooms})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ranvier/${room}
          FILES_MATCHING PATTERN "*.h" PATTERN models EXCLUDE PATTERN train EXCLUDE)
  set_target_properties(ranvier_${room} PROPERTIES EXPORT_NAME ${room})
endforeach()
install(TARGETS ranvier)
install(TARGETS ${targets} EXPORT RanvierTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/workloads/models DESTINATION ${CMAKE_INSTALL_DATADIR}/ranvier/workloads)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Ranvier)
install(EXPORT RanvierTargets NAMESPACE Ranvier:: DESTINATION ${package_dir})
configure_package_config_file(cmake/RanvierConfig.cmake.in ${PROJECT_BINARY_DIR}/RanvierConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/RanvierConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/RanvierConfig.cmake ${PROJECT_BINARY_DIR}/RanvierConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindSystemC.cmake ${PROJECT_SOURCE_DIR}/cmake/FindMETIS.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindLibZip.cmake ${PROJECT_SOURCE_DIR}/cmake/FindHDF5Serial.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindSCOTCH.cmake ${PROJECT_SOURCE_DIR}/cmake/FindLZ4.cmake ${PROJECT_SOURCE_DIR}/cmake/FindZstd.cmake
        DESTINATION ${package_dir})
