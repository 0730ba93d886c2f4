# imapspec_toolchain(FILE TARGET LIBRARIES...): writes what it takes to link TARGET anew, with one of
# its sources changed: harness/mutants/build.h describes the file.
function(imapspec_toolchain file target)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_EXE_LINKER_FLAGS}")
  set(archives)
  foreach(library ${ARGN})
    list(APPEND archives $<TARGET_FILE:${library}>)
  endforeach()
  set(libraries ${archives} ${JANSSON_LINK_LIBRARIES} ${LIBUV_LINK_LIBRARIES}
      ${OPENSSL_LINK_LIBRARIES})
  set(options imapspec_options)
  file(GENERATE OUTPUT ${file} CONTENT
"tree ${PROJECT_SOURCE_DIR}
compiler ${CMAKE_C_COMPILER}
flag $<JOIN:${flags},\nflag >
flag $<JOIN:$<TARGET_PROPERTY:${options},INTERFACE_LINK_OPTIONS>,\nflag >
define $<JOIN:$<TARGET_PROPERTY:${options},INTERFACE_COMPILE_DEFINITIONS>,\ndefine >
include $<JOIN:$<TARGET_PROPERTY:${options},INTERFACE_INCLUDE_DIRECTORIES>,\ninclude >
object $<JOIN:$<TARGET_OBJECTS:${target}>,\nobject >
library $<JOIN:${libraries},\nlibrary >
")
endfunction()
