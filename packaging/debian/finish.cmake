# Run by CPack on the tree that becomes the package: what Debian wants compressed is.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
file(GLOB pages ${root}/man/man*/*)
set(changelog ${root}/doc/imapspec/changelog)
foreach(file ${pages} ${changelog})
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
