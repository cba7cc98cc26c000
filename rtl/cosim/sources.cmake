# Which RTL core runs a tile of the chip simulation.
file(GLOB cosim_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
target_sources(ranvier_rtl PRIVATE ${cosim_sources})
