# Fits of the cost model and of toggles to the RTL.
file(GLOB calibrate_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
target_sources(ranvier_rtl PRIVATE ${calibrate_sources})
