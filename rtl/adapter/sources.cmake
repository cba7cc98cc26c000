# SPDX-License-Identifier: Apache-2.0
# Cores from libraries; the example that users start from is installed as it is.
include(GNUInstallDirs)
file(GLOB RANVIER_ADAPTER_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
target_sources(ranvier_rtl PRIVATE ${RANVIER_ADAPTER_SOURCES})
target_link_libraries(ranvier_rtl PUBLIC ${CMAKE_DL_LIBS})
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/example/ DESTINATION ${CMAKE_INSTALL_DATADIR}/ranvier/core-example)
