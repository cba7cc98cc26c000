# SPDX-License-Identifier: Apache-2.0
# The core that learns: sources, Verilated models, lint.
file(GLOB plastic_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/plastic/*.cpp)
target_sources(ranvier_rtl PRIVATE ${plastic_sources})
set(RANVIER_PLASTIC_CORE_SOURCES
    sv/rv_plastic_core.sv sv/rv_plastic_sequencer.sv sv/rv_plastic_memories.sv sv/rv_plastic_config.sv sv/rv_plastic_accumulate.sv
    sv/rv_plastic_neuron.sv sv/rv_stdp_update.sv sv/rv_event_fifo.sv sv/rv_sram_1r1w.sv sv/rv_handshake_check.sv)
ranvier_verilated(plastic_core_fast rv_plastic_core RANVIER_PLASTIC_CORE_SOURCES ${RANVIER_FAST_MODEL})
ranvier_verilated(plastic_core_check rv_plastic_core RANVIER_PLASTIC_CORE_SOURCES ${RANVIER_CHECK_MODEL})
target_link_libraries(plastic_core_check PUBLIC ZLIB::ZLIB)

if(RANVIER_TESTS)
  list(TRANSFORM RANVIER_PLASTIC_CORE_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE plastic_files)
  find_program(VERILATOR_PROGRAM verilator REQUIRED)
  foreach(top rv_plastic_core rv_plastic_sequencer rv_plastic_memories rv_plastic_config rv_plastic_accumulate rv_plastic_neuron rv_stdp_update)
    add_test(NAME rtl.lint.${top} COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module ${top}
                                          ${plastic_files})
  endforeach()
  find_program(YOSYS_PROGRAM yosys)
  if(YOSYS_PROGRAM)
    list(JOIN plastic_files " " plastic_file_list)
    add_test(NAME rtl.yosys.rv_plastic_core COMMAND ${YOSYS_PROGRAM} -q -p
             "read_verilog -sv -formal ${plastic_file_list}; hierarchy -check -top rv_plastic_core; proc; check -assert")
  endif()
endif()
