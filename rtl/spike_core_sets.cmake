# SPDX-License-Identifier: Apache-2.0
# Further parameter sets of rv_spike_core, and the routing table behind its spike port.
ranvier_verilated(spike_core_8 rv_spike_core RANVIER_SPIKE_CORE_SOURCES VERILATOR_ARGS -Wall -O3 --x-assign unique
                  --x-initial unique --assert -GLanes=8)
# Words of 128 bits are quicker copied than expanded into single words (by 9 %); those of 16 lanes are not.
ranvier_verilated(spike_core_4 rv_spike_core RANVIER_SPIKE_CORE_SOURCES ${RANVIER_FAST_MODEL} -GLanes=4 --expand-limit 1)
set(RANVIER_ROUTING_TABLE_SOURCES sv/rv_routing_table.sv sv/rv_sram_1r1w.sv sv/rv_handshake_check.sv)
ranvier_verilated(routing_table_check rv_routing_table RANVIER_ROUTING_TABLE_SOURCES VERILATOR_ARGS -Wall -O3 --assert
                  --x-assign unique --x-initial unique)

if(RANVIER_TESTS)
  find_program(VERILATOR_PROGRAM verilator REQUIRED)
  list(TRANSFORM RANVIER_SPIKE_CORE_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE spike_files)
  list(TRANSFORM RANVIER_ROUTING_TABLE_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE routing_files)
  add_test(NAME rtl.lint.rv_spike_core_8_lanes
           COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert -GLanes=8 --top-module rv_spike_core ${spike_files})
  add_test(NAME rtl.lint.rv_spike_core_small
           COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert -GLanes=4 -GMaxNeurons=64 -GMaxAxons=128 -GMaxTokens=16
                   -GFifoDepth=8 -GMaxSources=512 -GMaxList=256 --top-module rv_spike_core ${spike_files})
  add_test(NAME rtl.lint.rv_routing_table
           COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module rv_routing_table ${routing_files})
endif()
