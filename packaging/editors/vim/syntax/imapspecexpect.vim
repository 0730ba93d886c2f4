" Vim syntax file
" Language: imapspec expectation file (*.expect), see imapspec-expect(5)

if exists("b:current_syntax")
  finish
endif

syn case match

syn match imapspecexpectComment "^\s*#.*$" contains=@Spell
syn match imapspecexpectVerdict "^\s*\%(pass\|nonstrict\|warn\|skip\|blocked\|fail\|crash\|error\|flaky\)\%(\s\|$\)\@=" nextgroup=imapspecexpectCase skipwhite
syn match imapspecexpectCase "\S\+" contained nextgroup=imapspecexpectReason,imapspecexpectMissing skipwhite
syn match imapspecexpectReason "\S.*$" contained contains=imapspecexpectExpires,imapspecexpectReading,imapspecexpectPage,@Spell
syn match imapspecexpectMissing "?\s*$" contained
syn match imapspecexpectExpires "\<expires\s\+\d\{4}-\d\d-\d\d\s*$" contained
syn match imapspecexpectReading "\<B\d\+\>" contained
syn match imapspecexpectPage "\<p\.\d\+\%(-\d\+\)\=" contained

hi def link imapspecexpectComment Comment
hi def link imapspecexpectVerdict Statement
hi def link imapspecexpectCase    Identifier
hi def link imapspecexpectMissing Error
hi def link imapspecexpectExpires Special
hi def link imapspecexpectReading Constant
hi def link imapspecexpectPage    Number

let b:current_syntax = "imapspecexpect"
