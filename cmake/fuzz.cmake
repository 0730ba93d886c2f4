# Fuzzing: the in-process targets, and the programs that run them.
#
# IMAPSPEC_FUZZ says for which engine a tree is built: empty for none, `libfuzzer` (clang-19), `afl`
# (CMAKE_C_COMPILER=afl-clang-fast). In such a tree only what is under test is instrumented; what
# judges and what makes inputs is not, since it would be slowed down, and steer the engine. With
# IMAPSPEC_FUZZ_SANITIZE, what is under test is built with those sanitizers besides.

option(IMAPSPEC_FUZZ_OCTETS "leave mutation to the engine alone" OFF)

# Those who judge and make inputs.
set(IMAPSPEC_FUZZ_PLAIN base catalogue wire grammar model script stream convert mutator shrink glue
    seeds afl_mutator net reports shim run target mutants watch CACHE STRING
    "folders that are not instrumented in a tree for fuzzing")

# imapspec_instrument(TARGET): called for each library and program of a tree for fuzzing.
function(imapspec_instrument name)
  if(NOT IMAPSPEC_FUZZ)
    return()
  endif()
  if(name IN_LIST IMAPSPEC_FUZZ_PLAIN)
    if(IMAPSPEC_FUZZ STREQUAL "afl")
      set_target_properties(${name} PROPERTIES C_COMPILER_LAUNCHER "env;AFL_NOOPT=1")
    endif()
    return()
  endif()
  if(IMAPSPEC_FUZZ STREQUAL "libfuzzer")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(IMAPSPEC_FUZZ_SANITIZE)
    target_compile_options(${name} PRIVATE
      -fsanitize=${IMAPSPEC_FUZZ_SANITIZE} -fno-sanitize-recover=all)
  endif()
endfunction()

# The mutator for AFL++ to load: AFL_CUSTOM_MUTATOR_LIBRARY=.../afl_mutator.so. Can be built in any
# tree.
function(imapspec_afl_mutator)
  set(sources ${PROJECT_SOURCE_DIR}/fuzz/glue/afl.c)
  foreach(library base wire grammar stream mutator shrink)
    get_target_property(own ${library} SOURCES)
    list(APPEND sources ${own})
  endforeach()
  add_library(afl_mutator MODULE EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(afl_mutator PRIVATE imapspec_options)
  set_target_properties(afl_mutator PROPERTIES PREFIX "")
  imapspec_instrument(afl_mutator)
endfunction()

# Programs that link the library call its __wrap_NAME instead of NAME: fuzz/targets/cut.h.
function(imapspec_wrap library)
  foreach(name ${ARGN})
    target_link_options(${library} INTERFACE -Wl,--wrap=${name})
  endforeach()
endfunction()

function(imapspec_fuzz_programs)
  add_executable(run_files fuzz/drivers/run_files.c)
  target_link_libraries(run_files PRIVATE targets)
  if(NOT IMAPSPEC_FUZZ)
    return()
  endif()
  if(IMAPSPEC_FUZZ_SANITIZE)
    target_link_options(run_files PRIVATE -fsanitize=${IMAPSPEC_FUZZ_SANITIZE})
  endif()
  file(READ fuzz/targets/target.h header)
  string(REGEX MATCHALL "\n    X\\([a-z_]+, [^\n]*(true|false), (true|false)\\)" lines "${header}")
  foreach(line ${lines})
    string(REGEX REPLACE "^\n +X\\(([a-z_]+),.*" "\\1" target "${line}")
    set(program fuzz_${target})
    add_executable(${program} fuzz/drivers/engine.c)
    target_compile_definitions(${program} PRIVATE FUZZ_TARGET="${target}")
    target_link_libraries(${program} PRIVATE targets)
    imapspec_instrument(${program})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    if(IMAPSPEC_FUZZ_SANITIZE)
      target_link_options(${program} PRIVATE -fsanitize=${IMAPSPEC_FUZZ_SANITIZE})
    endif()
    string(REGEX REPLACE ".*, (true|false), (true|false)\\)$" "\\1" is_stream "${line}")
    string(REGEX REPLACE ".*, (true|false), (true|false)\\)$" "\\2" is_response "${line}")
    if(IMAPSPEC_FUZZ STREQUAL "libfuzzer" AND is_stream)
      imapspec_fuzz_glue(${program} ${is_response})
    endif()
  endforeach()
endfunction()

# Our mutator as libFuzzer's, for requests or for responses.
function(imapspec_fuzz_glue program is_response)
  set(glue glue_${is_response})
  if(NOT TARGET ${glue})
    add_library(${glue} OBJECT fuzz/glue/libfuzzer.c)
    target_link_libraries(${glue} PUBLIC mutator)
    if(is_response)
      target_compile_definitions(${glue} PRIVATE FUZZ_RESPONSES)
    endif()
  endif()
  if(NOT IMAPSPEC_FUZZ_OCTETS)
    target_link_libraries(${program} PRIVATE ${glue})
  endif()
endfunction()
