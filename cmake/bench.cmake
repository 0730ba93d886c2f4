# Benchmarks: built with everything else, run by `make bench` (bench/run.py).

# imapspec_bench(NAME LIBRARY...): bench/NAME.c, a program of that name.
function(imapspec_bench name)
  add_executable(${name} bench/${name}.c)
  target_link_libraries(${name} PRIVATE ${ARGN})
  if(IMAPSPEC_FUZZ)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
  endif()
endfunction()

function(imapspec_bench_programs)
  add_library(floor STATIC EXCLUDE_FROM_ALL bench/floor_client.c bench/floor_server.c)
  target_link_libraries(floor PRIVATE imapspec_options)
  add_library(subject STATIC EXCLUDE_FROM_ALL bench/subject.c)
  target_link_libraries(subject PUBLIC floor target)
  target_compile_definitions(subject PRIVATE BENCH_TREE="${PROJECT_SOURCE_DIR}"
    BENCH_IMAPSPEC="${PROJECT_BINARY_DIR}/imapspec")

  imapspec_bench(mutator_bench mutator)
  imapspec_bench(recognizer_bench grammar)
  imapspec_bench(session_bench target targets)
  imapspec_bench(null_server floor imapspec_options)
  imapspec_bench(bare_client floor imapspec_options)
  imapspec_bench(awake imapspec_options)
  imapspec_bench(floor_bench floor imapspec_options)
  imapspec_bench(player_bench subject)
  imapspec_bench(mailbox_bench reference)
endfunction()
