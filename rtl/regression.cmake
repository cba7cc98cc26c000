# The regression: its data, and what ctest runs of it (docs/reference/rtl-regression.md).
find_package(yaml-cpp REQUIRED)
target_link_libraries(ranvier_rtl PRIVATE yaml-cpp)
include(GNUInstallDirs)
install(DIRECTORY coverage DESTINATION ${CMAKE_INSTALL_DATADIR}/ranvier/rtl FILES_MATCHING PATTERN "*.yaml")

if(NOT RANVIER_TESTS)
  return()
endif()

# A check of its own program; one that lacks its tool says so and is shown as skipped.
function(ranvier_rtl_check name label)
  add_test(NAME rtl.${name} COMMAND ${ARGN})
  set_tests_properties(rtl.${name} PROPERTIES LABELS "${label}" TIMEOUT 7200 SKIP_REGULAR_EXPRESSION "SKIPPED:")
endfunction()
find_program(RANVIER_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)  # Debian's, which has python3-yaml
if(NOT RANVIER_PYTHON)
  find_program(RANVIER_PYTHON python3 REQUIRED)
endif()
set(scripts ${PROJECT_SOURCE_DIR}/scripts/rtl)

# Every core: 20 fixed seeds and a fresh one, floors of coverage; at night 100 000 steps.
file(STRINGS regression_cores.cpp entries REGEX "RegressionEntry{\"")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS regression_cores.cpp)
foreach(entry ${entries})
  string(REGEX REPLACE ".*RegressionEntry{\"([a-z0-9_]+)\".*" "\\1" core ${entry})
  set(run ranvier rtl test --core ${core} --waves ${PROJECT_BINARY_DIR}/rtl-waves)
  ranvier_rtl_check(regression.${core} rtl ${run} --count 20 --fresh 1 --steps 2000)
  ranvier_rtl_check(nightly.${core} "slow;nightly" ${run} --count 20 --fresh 3 --steps 5000)
endforeach()

file(STRINGS proofs/proofs.yaml entries REGEX "^  - name: ")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS proofs/proofs.yaml)
foreach(entry ${entries})
  string(REGEX REPLACE ".*name: " "" proof ${entry})
  ranvier_rtl_check(proof.${proof} rtl ${RANVIER_PYTHON} ${scripts}/prove.py ${proof})
endforeach()

ranvier_rtl_check(plan rtl ${RANVIER_PYTHON} ${scripts}/plan.py --build ${PROJECT_BINARY_DIR})
ranvier_rtl_check(mutations.match rtl ${RANVIER_PYTHON} ${scripts}/mutate.py --match)
ranvier_rtl_check(lint.waivers rtl ${RANVIER_PYTHON} ${scripts}/lint.py --waivers)
ranvier_rtl_check(tools rtl ${RANVIER_PYTHON} ${PROJECT_SOURCE_DIR}/tests/rtl/regression_tools_test.py)
ranvier_rtl_check(lint.all "slow;nightly" ${RANVIER_PYTHON} ${scripts}/lint.py)
ranvier_rtl_check(mutations "slow;nightly" ${RANVIER_PYTHON} ${scripts}/mutate.py --build ${PROJECT_BINARY_DIR})
ranvier_rtl_check(builds "slow;nightly" ${RANVIER_PYTHON} ${scripts}/builds.py --build ${PROJECT_BINARY_DIR})
ranvier_rtl_check(gates "slow;nightly" ${RANVIER_PYTHON} ${scripts}/gates.py --equivalence)
