# Planted bugs (fuzz/eval): the bundled sources with all of them in, and programs made of these. A
# bug is switched on when such a program starts, by its ID in IMAPSPEC_BUG.

# The changed sources, as an object library: reference_planted.
function(imapspec_plant)
  find_program(PYTHON3 python3)
  if(NOT PYTHON3)
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/planted)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/reference/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  file(GLOB_RECURSE bugs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/faults/planted/*.planted)
  set(planted ${folder}/planted.c)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME)
    list(APPEND planted ${folder}/${name})
  endforeach()
  set(script ${PROJECT_SOURCE_DIR}/fuzz/eval/planted.py)
  # A source that stays as it was is not written again, so that only what has changed is compiled.
  add_custom_command(OUTPUT ${folder}/stamp BYPRODUCTS ${planted} ${folder}/planted.h
    COMMAND ${PYTHON3} ${script} write ${PROJECT_SOURCE_DIR} ${folder}
    COMMAND ${CMAKE_COMMAND} -E touch ${folder}/stamp
    DEPENDS ${script} ${bugs} ${sources}
    VERBATIM)
  add_custom_target(planted_sources DEPENDS ${folder}/stamp)
  set_source_files_properties(${planted} PROPERTIES GENERATED TRUE)
  add_library(reference_planted OBJECT EXCLUDE_FROM_ALL ${planted})
  add_dependencies(reference_planted planted_sources)
  target_link_libraries(reference_planted PRIVATE base)
  target_include_directories(reference_planted PRIVATE ${folder})
  target_compile_options(reference_planted PRIVATE -w)
  imapspec_instrument(reference_planted)
endfunction()

# imapspec_planted(NAME OF): the program NAME is the program OF with the changed sources in
# place of the library `reference`: its objects come first, so nothing is taken from the archive.
function(imapspec_planted name of)
  if(NOT TARGET reference_planted OR NOT TARGET ${of})
    return()
  endif()
  get_target_property(source_folder ${of} SOURCE_DIR)
  get_target_property(sources ${of} SOURCES)
  list(TRANSFORM sources PREPEND ${source_folder}/ REGEX "^[a-z]")
  add_executable(${name} EXCLUDE_FROM_ALL ${sources} $<TARGET_OBJECTS:reference_planted>)
  foreach(property LINK_LIBRARIES COMPILE_DEFINITIONS COMPILE_OPTIONS LINK_OPTIONS)
    get_target_property(value ${of} ${property})
    if(value)
      set_target_properties(${name} PROPERTIES ${property} "${value}")
    endif()
  endforeach()
endfunction()

function(imapspec_planted_programs)
  imapspec_plant()
  imapspec_planted(run_files_planted run_files)
  if(TARGET run_files_planted AND NOT IMAPSPEC_FUZZ)
    set_target_properties(run_files_planted PROPERTIES EXCLUDE_FROM_ALL FALSE)
  endif()
  imapspec_planted(imapspec_planted imapspec)
  get_property(programs DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
  foreach(program ${programs})
    if(program MATCHES "^fuzz_(session|feed|client|loop|command)$")
      imapspec_planted(${program}_planted ${program})
    endif()
  endforeach()
endfunction()
