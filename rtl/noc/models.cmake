# SPDX-License-Identifier: Apache-2.0
# Routers and meshes: sources, Verilated models, lint. Numbers of buffers and cycles are those of a chip file, taken when
# CMake runs; the models' makers compare them with the chip in hand.
file(GLOB noc_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/noc/*.cpp)
target_sources(ranvier_rtl PRIVATE ${noc_sources})
set(RANVIER_MESH_SOURCES sv/rv_delay.sv sv/rv_round_robin.sv sv/rv_flit_fifo.sv sv/rv_router.sv sv/rv_network_interface.sv
                         sv/rv_mesh.sv)
set(RANVIER_FORK_ROUTER_SOURCES sv/rv_delay.sv sv/rv_round_robin.sv sv/rv_fork_input.sv sv/rv_fork_router.sv)
set(RANVIER_CHIP_SOURCES ${RANVIER_MESH_SOURCES} ${RANVIER_SPIKE_CORE_SOURCES} sv/rv_core_node.sv sv/rv_chip.sv)

set(RANVIER_MESH_CHIP ${PROJECT_SOURCE_DIR}/chips/tianjic-like.yaml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${RANVIER_MESH_CHIP})
function(ranvier_chip_number out key)
  file(STRINGS ${RANVIER_MESH_CHIP} line REGEX "^  ${key}:" LIMIT_COUNT 1)
  if(NOT line MATCHES "^  ${key}: *({value: *)?([0-9]+)")
    message(FATAL_ERROR "${RANVIER_MESH_CHIP}: no number for ${key}")
  endif()
  set(${out} ${CMAKE_MATCH_2} PARENT_SCOPE)
endfunction()
ranvier_chip_number(mesh_vcs virtual_channels)
ranvier_chip_number(mesh_depth buffer_flits)
ranvier_chip_number(mesh_router router_cycles)
ranvier_chip_number(mesh_link link_cycles)
ranvier_chip_number(mesh_credit credit_cycles)
ranvier_chip_number(mesh_flit flit_bits)
ranvier_chip_number(chip_receive receive_fifo_events)
ranvier_chip_number(chip_relay relay_buffer_events)
math(EXPR mesh_hop "${mesh_router} + ${mesh_link}")
math(EXPR mesh_inject "1 + ${mesh_link}")  # out of the core, over a link

set(RANVIER_CHIP_MODEL sv/rv_chip.vlt ${RANVIER_CHIP_SOURCES})
# Assertions only: coverage points and waves of every router make Verilator slow and its code large.
set(RANVIER_ASSERTED_MODEL VERILATOR_ARGS -Wall --assert --x-assign unique --x-initial unique)
function(ranvier_mesh_model kind side build)
  ranvier_verilated(${kind}_${side}x${side}_${build} ${ARGN})
  target_compile_definitions(${kind}_${side}x${side}_${build} PRIVATE RANVIER_MESH_PARAMETERS=${numbers})
endfunction()

foreach(side 2 4)
  set(size Columns=${side} Rows=${side} Vcs=${mesh_vcs} Depth=${mesh_depth} Hop=${mesh_hop} Inject=${mesh_inject}
           Credit=${mesh_credit} DataW=${mesh_flit})
  list(TRANSFORM size PREPEND -G OUTPUT_VARIABLE arguments)
  # Gate optimisation mixes the logic of a router with its neighbours', so that every instance has code of its own;
  # without it and with loops left as loops the code of a mesh is that of one router.
  list(APPEND arguments -fno-gate --unroll-count 3)
  set(queues -GReceiveDepth=${chip_receive} -GRelayDepth=${chip_relay})
  list(TRANSFORM size REPLACE ".*=" "" OUTPUT_VARIABLE numbers)
  list(JOIN numbers "," numbers)
  ranvier_mesh_model(mesh ${side} fast rv_mesh RANVIER_MESH_SOURCES ${RANVIER_FAST_MODEL} ${arguments})
  ranvier_mesh_model(chip ${side} fast rv_chip RANVIER_CHIP_MODEL ${RANVIER_FAST_MODEL} ${arguments} ${queues})
  if(side EQUAL 2)
    ranvier_mesh_model(mesh ${side} check rv_mesh RANVIER_MESH_SOURCES ${RANVIER_ASSERTED_MODEL} ${arguments})
    ranvier_mesh_model(chip ${side} check rv_chip RANVIER_CHIP_MODEL ${RANVIER_ASSERTED_MODEL} ${arguments} ${queues})
  endif()
endforeach()

# A small mesh with coverage points and waves, for `ranvier rtl test`.
set(covered Columns=2 Rows=2 Vcs=2 Depth=4 Hop=${mesh_hop} Inject=${mesh_inject} Credit=${mesh_credit} DataW=12)
list(TRANSFORM covered PREPEND -G OUTPUT_VARIABLE arguments)
list(TRANSFORM covered REPLACE ".*=" "" OUTPUT_VARIABLE numbers)
list(JOIN numbers "," numbers)
ranvier_mesh_model(mesh 2 covered rv_mesh RANVIER_MESH_SOURCES ${RANVIER_CHECK_MODEL} ${arguments} -GCoordW=1
                   -fno-gate --unroll-count 3)
target_link_libraries(mesh_2x2_covered PUBLIC ZLIB::ZLIB)

# A router alone, beside one of a simulated chip: coordinates of boards, a packet's number as data. `cluster`: several
# cores a router, with the buffers of Loihi's chip file. Links are outside: what a hop takes there is not the router's.
# `fork`: forks packets, with the buffers, cores and table of SpiNNaker's chip file.
set(router_bits 8)
function(ranvier_router_model name top sources vcs depth cores label_bits)
  ranvier_verilated(${name} ${top} ${sources} TRACE_FST VERILATOR_ARGS -Wall --assert -O3
                    --x-assign unique --x-initial unique -GDepth=${depth} -GHop=${mesh_hop}
                    -GCredit=${mesh_credit} -GCoordW=${router_bits} -GDataW=32 -GCores=${cores} ${ARGN})
  target_compile_definitions(${name} PRIVATE
    RANVIER_ROUTER_PARAMETERS=${vcs},${depth},${mesh_hop},${mesh_credit},${router_bits},${cores},${label_bits})
  target_link_libraries(${name} PUBLIC ZLIB::ZLIB)
endfunction()
ranvier_router_model(router_traced rv_router RANVIER_MESH_SOURCES ${mesh_vcs} ${mesh_depth} 1 0 -GVcs=${mesh_vcs})
ranvier_router_model(router_cluster rv_router RANVIER_MESH_SOURCES 2 16 4 0 -GVcs=2)
ranvier_router_model(router_fork rv_fork_router RANVIER_FORK_ROUTER_SOURCES 1 4 17 10 -GLabelW=10)

if(RANVIER_TESTS)
  list(TRANSFORM RANVIER_MESH_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE mesh_files)
  find_program(VERILATOR_PROGRAM verilator REQUIRED)
  foreach(top rv_delay rv_round_robin rv_flit_fifo rv_router rv_network_interface rv_mesh)
    add_test(NAME rtl.lint.${top} COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module ${top} ${mesh_files})
  endforeach()
  list(TRANSFORM RANVIER_FORK_ROUTER_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE fork_files)
  foreach(top rv_fork_input rv_fork_router)
    add_test(NAME rtl.lint.${top} COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module ${top} ${fork_files})
  endforeach()
  list(TRANSFORM RANVIER_CHIP_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE chip_files)
  foreach(top rv_core_node rv_chip)
    add_test(NAME rtl.lint.${top} COMMAND ${VERILATOR_PROGRAM} --lint-only -Wall --assert --top-module ${top} ${chip_files})
  endforeach()
  find_program(YOSYS_PROGRAM yosys)
  if(YOSYS_PROGRAM)
    list(JOIN chip_files " " chip_file_list)
    add_test(NAME rtl.yosys.rv_chip COMMAND ${YOSYS_PROGRAM} -q -p
             "read_verilog -sv -formal ${chip_file_list}; hierarchy -check -top rv_chip; proc; check -assert")
    list(JOIN mesh_files " " mesh_file_list)
    add_test(NAME rtl.yosys.rv_mesh COMMAND ${YOSYS_PROGRAM} -q -p
             "read_verilog -sv -formal ${mesh_file_list}; hierarchy -check -top rv_mesh; proc; check -assert")
    list(JOIN fork_files " " fork_file_list)
    add_test(NAME rtl.yosys.rv_fork_router COMMAND ${YOSYS_PROGRAM} -q -p
             "read_verilog -sv -formal ${fork_file_list}; hierarchy -check -top rv_fork_router; proc; check -assert")
  endif()
endif()
