" Vim syntax file
" Language: imapspec scenario (*.scn), see imapspec-scenario(5)

if exists("b:current_syntax")
  finish
endif

syn case match
syn sync minlines=50

" ---- comments: a line that begins with #, or two blanks and # behind a line ----
syn match imapspecComment "^#.*$" contains=@Spell
syn match imapspecComment "\s\s#.*$" contains=@Spell

" ---- what stands in control lines and wire lines ----
syn match  imapspecEscape "\\\%([rnt\"\\]\|x\x\x\)" contained
syn match  imapspecReference "\${[^}]*}"
syn region imapspecString start=+"+ skip=+\\.+ end=+"+ oneline contains=imapspecEscape,imapspecReference
syn match  imapspecPlaceholder "<[A-Za-z0-9_:.+\- ]\+>"
syn match  imapspecNumber "\<\d\+\%(ms\|s\|m\)\=\>"
syn match  imapspecReading "\<B\d\+\>"
syn match  imapspecLiteral "{[!+]\=\%(\d\+:\)\=\%(\"\|msg:\||\|\d\)\@=" contained

" ---- control lines ----
syn match imapspecFile "^\s*\%(include\|macro\|scenario\)\%(\s\|$\)\@="
syn match imapspecMeta "^\s*\%(role\|dialect\|covers\|needs\|fixture\|session\|axis\|extras\|timeout\|because\|no-fault\|serve\)\%(\s\|$\)\@="
syn match imapspecSession "^\s*\%(C\|S\|role\|use\|do\|start\|on\|on?\|serve\|check\|finish\|fixture\|scenario\|macro\|split\|letters\)\@![A-Za-z0-9_-]\+\s\+" nextgroup=imapspecStep,imapspecWireClient,imapspecWireServer
syn match imapspecStep "^\s*\%(check\|unordered\|either\|interleave\|on\|on?\|repeat\|use\|open\|close\|halfclose\|reset\|eof\|quiet\|split\|letters\|exit\|answer\|do\|start\|finish\|cache\|removed\|model\|deliver\|assert\|converge\|within\)\%(\s\|$\)\@="
syn match imapspecStep "\%(check\|unordered\|either\|interleave\|on\|on?\|repeat\|use\|open\|close\|halfclose\|reset\|eof\|quiet\|split\|letters\|exit\|answer\|do\|start\|finish\|cache\|removed\|model\|deliver\|assert\|converge\|within\)\%(\s\|$\)\@=" contained
syn match imapspecBranch "^\s*}\s*or\%(\s\+nonstrict\)\=\>"
syn match imapspecBranch "\<nonstrict\>"

" ---- wire lines: what the client and what the server says ----
syn match imapspecWireClient "^\s*C\%([?*+!]\|{\d\+\%(\.\.\d*\)\=}\)\=[:=]\@=" nextgroup=imapspecText
syn match imapspecWireServer "^\s*S\%([?*+!]\|{\d\+\%(\.\.\d*\)\=}\)\=[:=]\@=" nextgroup=imapspecText
syn match imapspecWireClient "C\%([?*+!]\|{\d\+\%(\.\.\d*\)\=}\)\=[:=]\@=" contained nextgroup=imapspecText
syn match imapspecWireServer "S\%([?*+!]\|{\d\+\%(\.\.\d*\)\=}\)\=[:=]\@=" contained nextgroup=imapspecText
syn match imapspecText "[:=].*$" contained contains=imapspecTag,imapspecString,imapspecReference,imapspecPlaceholder,imapspecLiteral,imapspecRest,imapspecComment
syn match imapspecTag "@\d\=\%(\s\|$\)\@=" contained
syn match imapspecRest "\.\.\." contained
syn match imapspecText "^\s*&.*$" contains=imapspecString,imapspecReference,imapspecPlaceholder,imapspecLiteral,imapspecRest,imapspecComment
syn match imapspecContent "^\s*|.*$" contains=imapspecReference

hi def link imapspecComment     Comment
hi def link imapspecString      String
hi def link imapspecEscape      SpecialChar
hi def link imapspecReference   Identifier
hi def link imapspecPlaceholder Special
hi def link imapspecNumber      Number
hi def link imapspecReading     Constant
hi def link imapspecLiteral     Delimiter
hi def link imapspecFile        Structure
hi def link imapspecMeta        PreProc
hi def link imapspecSession     Label
hi def link imapspecStep        Statement
hi def link imapspecBranch      Conditional
hi def link imapspecWireClient  Function
hi def link imapspecWireServer  Type
hi def link imapspecTag         Tag
hi def link imapspecRest        Special
hi def link imapspecContent     String

let b:current_syntax = "imapspec"
