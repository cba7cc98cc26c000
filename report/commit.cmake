# Writes ${OUTPUT} with the commit of the work tree ${SOURCE}, "+" where tracked files differ from it; untouched when nothing
# changed, so that a build after no change compiles nothing.
cmake_minimum_required(VERSION 3.25)
set(commit "unknown")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --abbrev=12 --dirty=+ --exclude=*
                  OUTPUT_VARIABLE described RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    set(commit "${described}")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
  "// Generated: the commit that was built.\ninline constexpr const char* kRanvierCommit = \"@commit@\";\n" @ONLY)
