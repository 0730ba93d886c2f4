# Fuzzing: the in-process targets, and the programs that run them.
#
# IMAPSPEC_FUZZ says for which engine a tree is built: empty for none, `libfuzzer` (clang-19), `afl`
# (CMAKE_C_COMPILER=afl-clang-fast). In such a tree only what is under test is instrumented; what
# judges and what makes inputs is not, since it would be slowed down, and steer the engine. With
# IMAPSPEC_FUZZ_SANITIZE, what is under test is built with those sanitizers besides.

option(IMAPSPEC_FUZZ_OCTETS "leave mutation to the engine alone" OFF)

option(IMAPSPEC_FUZZ_FILES "what reads our own files is under test: for the target `files`" OFF)

# Those who judge and make inputs: not instrumented.
set(IMAPSPEC_FUZZ_PLAIN catalogue mutator shrink glue generator seeds afl_mutator net shim run watch
    cut judge)
# What is under test calls them with what it has: sanitizers look at that, and engines do not steer
# by it.
set(IMAPSPEC_FUZZ_CALLED "")
if(NOT IMAPSPEC_FUZZ_FILES)
  list(APPEND IMAPSPEC_FUZZ_PLAIN wire grammar model script stream convert reports target mutants)
  list(APPEND IMAPSPEC_FUZZ_CALLED base)
endif()

# imapspec_instrument(TARGET): called for each library and program of a tree for fuzzing.
function(imapspec_instrument name)
  if(NOT IMAPSPEC_FUZZ)
    return()
  endif()
  if(name IN_LIST IMAPSPEC_FUZZ_PLAIN OR name IN_LIST IMAPSPEC_FUZZ_CALLED)
    if(IMAPSPEC_FUZZ STREQUAL "afl")
      set_target_properties(${name} PROPERTIES C_COMPILER_LAUNCHER "env;AFL_NOOPT=1")
    endif()
  elseif(IMAPSPEC_FUZZ STREQUAL "libfuzzer")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    # What it learns from comparisons is of use to its own mutator alone, and takes a quarter of
    # the time.
    if(NOT IMAPSPEC_FUZZ_OCTETS)
      target_compile_options(${name} PRIVATE -fno-sanitize-coverage=trace-cmp)
    endif()
  endif()
  if(IMAPSPEC_FUZZ_SANITIZE AND NOT name IN_LIST IMAPSPEC_FUZZ_PLAIN)
    target_compile_options(${name} PRIVATE
      -fsanitize=${IMAPSPEC_FUZZ_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  endif()
endfunction()

# The mutator and all it needs, for programs that are not ours: as libimapspec_generator.a
# (fuzz/glue/generator.h), and for AFL++ to load: AFL_CUSTOM_MUTATOR_LIBRARY=.../afl_mutator.so. Both
# can be built in any tree.
function(imapspec_afl_mutator)
  set(sources ${PROJECT_SOURCE_DIR}/fuzz/glue/generator.c)
  foreach(library base wire grammar stream mutator shrink)
    get_target_property(own ${library} SOURCES)
    list(APPEND sources ${own})
  endforeach()
  add_library(generator STATIC EXCLUDE_FROM_ALL ${sources})
  add_library(afl_mutator MODULE EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/fuzz/glue/afl.c)
  foreach(name generator afl_mutator)
    target_link_libraries(${name} PRIVATE imapspec_options)
    imapspec_instrument(${name})
  endforeach()
  set_target_properties(generator PROPERTIES OUTPUT_NAME imapspec_generator
    POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(afl_mutator PRIVATE generator)
  set_target_properties(afl_mutator PROPERTIES PREFIX "")
  # Tests take them from the tree without sanitizers, in which they can be loaded.
  if(NOT IMAPSPEC_SANITIZE AND NOT IMAPSPEC_FUZZ AND NOT IMAPSPEC_COVERAGE)
    set_target_properties(generator afl_mutator PROPERTIES EXCLUDE_FROM_ALL FALSE)
  endif()
endfunction()

# Programs that link the library call its __wrap_NAME instead of NAME: fuzz/targets/cut.h. So does
# AFL++'s own part in them, between two inputs: not instrumented, or no input would look as before.
function(imapspec_wrap library)
  get_target_property(sources ${library} SOURCES)
  list(FILTER sources EXCLUDE REGEX "/cut\\.c$")
  set_target_properties(${library} PROPERTIES SOURCES "${sources}")
  add_library(cut STATIC ${PROJECT_SOURCE_DIR}/fuzz/targets/cut.c)
  target_link_libraries(cut PUBLIC imapspec_options)
  target_link_libraries(${library} PUBLIC cut)
  imapspec_instrument(cut)
  foreach(name ${ARGN})
    target_link_options(${library} INTERFACE -Wl,--wrap=${name})
  endforeach()
endfunction()

# What judges the server in some targets, and fills its mailboxes: a library of its own, since it is
# not under test.
function(imapspec_split_judge library)
  get_target_property(sources ${library} SOURCES)
  set(own ${sources})
  list(FILTER own INCLUDE REGEX "/(judge|place)\\.c$")
  list(REMOVE_ITEM sources ${own})
  set_target_properties(${library} PROPERTIES SOURCES "${sources}")
  add_library(judge STATIC ${own})
  target_link_libraries(judge PUBLIC imapspec_options PRIVATE ${library})
  target_link_libraries(${library} PUBLIC judge)
  imapspec_instrument(judge)
endfunction()

# A program that the engine drives.
function(imapspec_fuzz_program program)
  imapspec_instrument(${program})
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  if(IMAPSPEC_FUZZ_SANITIZE)
    target_link_options(${program} PRIVATE -fsanitize=${IMAPSPEC_FUZZ_SANITIZE})
  endif()
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
  foreach(floor empty tokenizer)
    string(TOUPPER ${floor} name)
    add_executable(fuzz_${floor} EXCLUDE_FROM_ALL fuzz/drivers/floor.c)
    target_compile_definitions(fuzz_${floor} PRIVATE FLOOR_${name})
    target_link_libraries(fuzz_${floor} PRIVATE base)
    imapspec_fuzz_program(fuzz_${floor})
    if(IMAPSPEC_FUZZ STREQUAL "libfuzzer")
      imapspec_fuzz_glue(fuzz_${floor} false)
    endif()
  endforeach()
  file(READ fuzz/targets/target.h header)
  string(REGEX MATCHALL "\n    X\\([a-z_]+, [^\n]*(true|false), (true|false)\\)" lines "${header}")
  foreach(line ${lines})
    string(REGEX REPLACE "^\n +X\\(([a-z_]+),.*" "\\1" target "${line}")
    set(program fuzz_${target})
    add_executable(${program} fuzz/drivers/engine.c)
    target_compile_definitions(${program} PRIVATE FUZZ_TARGET="${target}")
    target_link_libraries(${program} PRIVATE targets)
    imapspec_fuzz_program(${program})
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
