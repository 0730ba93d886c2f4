" imapspec: scenarios, target files, expectation files
autocmd BufNewFile,BufRead *.scn set filetype=imapspec
autocmd BufNewFile,BufRead *.target set filetype=imapspectarget
autocmd BufNewFile,BufRead *.expect set filetype=imapspecexpect
