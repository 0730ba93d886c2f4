" Vim syntax file
" Language: imapspec target file (*.target), see imapspec-target(5)

if exists("b:current_syntax")
  finish
endif

syn case match

syn match  imapspectargetComment "^#.*$" contains=@Spell
syn match  imapspectargetComment "\s#.*$" contains=@Spell
syn match  imapspectargetPlaceholder "{[a-z]\+}" contained
syn match  imapspectargetEscape "\\\%([rnt\"\\]\|x\x\x\)" contained
syn region imapspectargetString start=+"+ skip=+\\.+ end=+"+ oneline contains=imapspectargetPlaceholder,imapspectargetEscape
syn match  imapspectargetNumber "\<\d\+\%(ms\|s\|m\)\=\>"
syn match  imapspectargetFile "^\s*target\%(\s\|$\)\@="
syn match  imapspectargetLine "^\s*\%(side\|dialect\|carrier\|host\|port\|start\|requires\|ready\|stop\|user\|provision\|deliver\|hooks\|feature\|stderr-bad\|limit\)\%(\s\|$\)\@="

hi def link imapspectargetComment     Comment
hi def link imapspectargetPlaceholder Identifier
hi def link imapspectargetEscape      SpecialChar
hi def link imapspectargetString      String
hi def link imapspectargetNumber      Number
hi def link imapspectargetFile        Structure
hi def link imapspectargetLine        Statement

let b:current_syntax = "imapspectarget"
