# The regression: its data, and what ctest runs of it.
find_package(yaml-cpp REQUIRED)
target_link_libraries(ranvier_rtl PRIVATE yaml-cpp)
include(GNUInstallDirs)
install(DIRECTORY coverage DESTINATION ${CMAKE_INSTALL_DATADIR}/ranvier/rtl FILES_MATCHING PATTERN "*.yaml")
