# SPDX-License-Identifier: Apache-2.0
add_library(ranvier_warnings INTERFACE)
target_compile_options(ranvier_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wnon-virtual-dtor -Wold-style-cast)
