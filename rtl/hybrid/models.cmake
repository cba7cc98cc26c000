# SPDX-License-Identifier: Apache-2.0
# The hybrid core: sources, Verilated models, lint.
file(GLOB hybrid_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/hybrid/*.cpp)
target_sources(ranvier_rtl PRIVATE ${hybrid_sources})
set(RANVIER_HYBRID_CORE_SOURCES
    sv/rv_hybrid_core.sv sv/rv_hybrid_events.sv sv/rv_hybrid_sequencer.sv sv/rv_hybrid_accumulate.sv sv/rv_hybrid_memory.sv sv/rv_axon_decode.sv
    sv/rv_stream_product.sv sv/rv_mac_lanes.sv sv/rv_amd_map.sv sv/rv_layer_norm.sv sv/rv_softmax.sv sv/rv_divide_lanes.sv
    sv/rv_hybrid_fire.sv sv/rv_encode_lanes.sv sv/rv_spike_out.sv sv/rv_event_fifo.sv sv/rv_sram_1r1w.sv sv/rv_handshake_check.sv)
ranvier_verilated(hybrid_core_fast rv_hybrid_core RANVIER_HYBRID_CORE_SOURCES ${RANVIER_FAST_MODEL})
ranvier_verilated(hybrid_core_check rv_hybrid_core RANVIER_HYBRID_CORE_SOURCES ${RANVIER_CHECK_MODEL})
target_link_libraries(hybrid_core_check PUBLIC ZLIB::ZLIB)

if(RANVIER_TESTS)
  list(TRANSFORM RANVIER_HYBRID_CORE_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE hybrid_files)
  find_program(VERILATOR_PROGRAM verilator REQUIRED)
  foreach(top rv_hybrid_core rv_hybrid_events rv_hybrid_sequencer rv_hybrid_accumulate rv_hybrid_memory rv_axon_decode rv_stream_product
              rv_mac_lanes rv_amd_map rv_layer_norm rv_softmax rv_divide_lanes rv_hybrid_fire
              rv_encode_lanes rv_spike_out)
    add_test(NAME rtl.lint.${top} COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module ${top}
                                          ${hybrid_files})
  endforeach()
  find_program(YOSYS_PROGRAM yosys)
  if(YOSYS_PROGRAM)
    list(JOIN hybrid_files " " hybrid_file_list)
    add_test(NAME rtl.yosys.rv_hybrid_core COMMAND ${YOSYS_PROGRAM} -q -p
             "read_verilog -sv -formal ${hybrid_file_list}; hierarchy -check -top rv_hybrid_core; proc; check -assert")
  endif()
endif()
