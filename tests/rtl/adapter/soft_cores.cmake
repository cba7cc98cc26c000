# SPDX-License-Identifier: Apache-2.0
# tests/rtl/adapter/soft_core.c as libraries: one that is right, and one for each way in which a library can be wrong.
set(folder ${CMAKE_BINARY_DIR}/soft_cores)
foreach(defect NONE OTHER_ABI NO_STEP NO_NAME NEVER_READY THRESHOLD LATE_COUNT LOST_EVENT STATE NO_CORE TOO_MANY
               NEVER_LOADS WRONG_NEURON OLD_CODES OLD_WEIGHT MANY_SYNAPSES MANY_CONTEXTS)
  string(TOLOWER soft_core_${defect} name)
  add_library(${name} MODULE ${CMAKE_CURRENT_LIST_DIR}/soft_core.c)
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${folder} C_VISIBILITY_PRESET hidden)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE DEFECT=${defect})
  target_compile_options(${name} PRIVATE -std=c99 -pedantic -Wall -Wextra)
  add_dependencies(test_rtl_adapter ${name})
endforeach()
target_compile_definitions(test_rtl_adapter PRIVATE RANVIER_SOFT_CORES="${folder}")
