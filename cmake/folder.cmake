# imapspec_folder(NAME DIRECTORY DEPENDS ...): a static library of all sources of one folder
# (main.c excepted), which may use the libraries named and no others.
function(imapspec_folder name directory)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${directory}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE imapspec_options ${ARG_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME imapspec_${name})
  target_link_libraries(${name} PUBLIC imapspec_options ${ARG_DEPENDS})
  imapspec_instrument(${name})
endfunction()

# imapspec_embed(LIBRARY FILE SYMBOL): compiles a data file into a library as
# `extern const unsigned char SYMBOL[]; extern const size_t SYMBOL_nbytes;`.
function(imapspec_embed library file symbol)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${file})
    return()
  endif()
  set(output ${PROJECT_BINARY_DIR}/embedded/${symbol}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${PROJECT_SOURCE_DIR}/${file} -DOUTPUT=${output}
            -DSYMBOL=${symbol} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${PROJECT_SOURCE_DIR}/${file} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  target_sources(${library} PRIVATE ${output})
endfunction()
