#!/bin/sh
# Syntax highlighting for vim and Visual Studio Code knows the words that the language has, no others,
# and gives each part of a line what it is.
. "$SOURCE_ROOT/tests/cli/common.sh"
vim=$SOURCE_ROOT/packaging/editors/vim
vscode=$SOURCE_ROOT/packaging/editors/vscode
script=$SOURCE_ROOT/harness/script

# ---- the words of the language's own tables ----

# quoted PATTERN FILE: words that stand as {"word", PATTERN in a table
quoted() {
    grep -oE "\{\"[a-z?-]+\", $1" "$2" | sed 's/{"\([^"]*\)".*/\1/' | sort -u
}
quoted read_ "$script/meta.c" >meta
{ quoted STEP_ "$script/step.c"; echo within; } | sort >step
quoted read_ "$script/target.c" >line
{
    sed -n '/\[RESULT_PASS\] = /,/};/p' "$SOURCE_ROOT/reports/summary.c" | grep -oE '"[a-z]+"' | tr -d '"'
    echo flaky
} | sort >verdict
for table in meta step line verdict; do
    [ "$(wc -l <$table)" -gt 8 ] || die "the table of $table words is not where it was"
done

# ---- are those of the syntax files ----

# of_vim FILE GROUP: the alternatives of the group's match
of_vim() {
    grep -E "^syn match +$2 " "$vim/syntax/$1" | grep -oE '%\([a-z?|\\-]{30,}\\\)' | head -n 1 |
        sed 's/^%(//; s/\\)$//; s/\\|/\n/g' | sort
}
# of_vscode FILE SCOPE: the alternatives of the match with a group of that scope
of_vscode() {
    perl -MJSON::PP -e '
        local $/;
        my $grammar = decode_json(<STDIN>);
        for my $p (@{ $grammar->{patterns} }) {
            next unless ($p->{captures}{1}{name} // "") =~ /^\Q$ARGV[0]\E/;
            my ($words) = $p->{match} =~ /\(([a-z?|\\-]{20,})\)/ or next;
            $words =~ s/\\//g;
            print map { "$_\n" } sort split /\|/, $words;
            last;
        }' "$2" <"$vscode/syntaxes/$1"
}
same_words() {
    cmp -s "$1" "$2" || {
        diff "$1" "$2" >&2
        die "$3: words differ from those of the language"
    }
}
while read -r table vim_file group vscode_file scope; do
    of_vim "$vim_file" "$group" >got
    same_words $table got "$vim_file"
    of_vscode "$vscode_file" "$scope" >got
    same_words $table got "$vscode_file"
done <<'END'
meta imapspec.vim imapspecMeta imapspec.tmLanguage.json storage.type.meta
step imapspec.vim imapspecStep imapspec.tmLanguage.json keyword.control.step
line imapspectarget.vim imapspectargetLine imapspec-target.tmLanguage.json keyword.control.line
verdict imapspecexpect.vim imapspecexpectVerdict imapspec-expect.tmLanguage.json keyword.control.verdict
END

# ---- what parts of lines are: suffix, line, part, scope in VS Code, group in vim ----

sed 's/ @@ /\t/g' >cases <<'END'
.scn @@ # all of it @@ all of it @@ comment @@ imapspecComment
.scn @@ scenario a.b "claim" { @@ scenario @@ keyword.control.file @@ imapspecFile
.scn @@ scenario a.b "claim" { @@ "claim" @@ string.quoted @@ imapspecString
.scn @@   role     client @@ role @@ storage.type.meta @@ imapspecMeta
.scn @@   timeout  5s @@ 5s @@ constant.numeric @@ imapspecNumber
.scn @@   because "no B59 here"  # why @@ # why @@ comment @@ imapspecComment
.scn @@   check expunge.example { @@ check @@ keyword.control.step @@ imapspecStep
.scn @@   } or nonstrict "other" { @@ or @@ keyword.control.branch @@ imapspecBranch
.scn @@   either B59 "as printed" { @@ B59 @@ constant.other.reading @@ imapspecReading
.scn @@   a quiet 400ms @@ quiet @@ keyword.control.step @@ imapspecStep
.scn @@   C: @ STORE 5:9 +FLAGS (\Deleted)  # five @@ C @@ entity.name.function.side @@ imapspecWireClient
.scn @@   C: @ STORE 5:9 +FLAGS (\Deleted)  # five @@ @ @@ entity.name.tag @@ imapspecTag
.scn @@   C: @ STORE 5:9 +FLAGS (\Deleted)  # five @@ # five @@ comment @@ imapspecComment
.scn @@   S*: * <number 5..9> FETCH (FLAGS (\Deleted ...)) @@ S @@ entity.name.function.side @@ imapspecWireServer
.scn @@   S*: * <number 5..9> FETCH (FLAGS (\Deleted ...)) @@ <number 5..9> @@ support.type.placeholder @@ imapspecPlaceholder
.scn @@   S*: * <number 5..9> FETCH (FLAGS (\Deleted ...)) @@ ... @@ keyword.operator.others @@ imapspecRest
.scn @@   S{5..}: * ${#3} EXPUNGE @@ ${#3} @@ variable.other.reference @@ imapspecReference
.scn @@   first S!: * BYE ... @@ first @@ entity.name.label.session @@ imapspecSession
.scn @@   C= "a\r\n" pause 20ms @@ \r @@ constant.character.escape @@ imapspecEscape
.scn @@  | # this is content @@ content @@ string.unquoted @@ imapspecContent
.target @@ target mine "My server" { @@ target @@ keyword.control.file @@ imapspectargetFile
.target @@   start "./start.sh" "{dir}"  # so @@ start @@ keyword.control.line @@ imapspectargetLine
.target @@   start "./start.sh" "{dir}"  # so @@ {dir} @@ variable.other.placeholder @@ imapspectargetPlaceholder
.target @@   start "./start.sh" "{dir}"  # so @@ # so @@ comment @@ imapspectargetComment
.target @@   stderr-bad "runtime error:" @@ stderr-bad @@ keyword.control.line @@ imapspectargetLine
.target @@   limit timeout 5s @@ 5s @@ constant.numeric @@ imapspectargetNumber
.expect @@ fail  search.key-on  p.17: refuses (B77) expires 2027-01-31 @@ fail @@ keyword.control.verdict @@ imapspecexpectVerdict
.expect @@ fail  search.key-on  p.17: refuses (B77) expires 2027-01-31 @@ search.key-on @@ entity.name.type.case @@ imapspecexpectCase
.expect @@ fail  search.key-on  p.17: refuses (B77) expires 2027-01-31 @@ p.17 @@ constant.numeric.page @@ imapspecexpectPage
.expect @@ fail  search.key-on  p.17: refuses (B77) expires 2027-01-31 @@ B77 @@ constant.other.reading @@ imapspecexpectReading
.expect @@ fail  search.key-on  p.17: refuses (B77) expires 2027-01-31 @@ 2027-01-31 @@ keyword.other.expires @@ imapspecexpectExpires
.expect @@ warn  a.new.case  ? @@ ? @@ invalid.illegal.reason @@ imapspecexpectMissing
.expect @@ # comment @@ comment @@ comment @@ imapspecexpectComment
END
cut -f 1-4 cases >scopes
perl "$SOURCE_ROOT/tests/cli/textmate.pl" "$vscode" <scopes >out 2>err || die "Visual Studio Code"

vim --version 2>/dev/null | grep -q '+syntax' || {
    echo "skipped: vim with syntax highlighting is not installed"
    exit 0
}
cat >check.vim <<'END'
set nocompatible
execute 'set runtimepath^=' . $VIM_FILES
filetype on
syntax on
let s:wrong = []
let s:number = 0
for s:case in readfile('cases')
  let [s:suffix, s:line, s:part, s:scope, s:group] = split(s:case, '\t')
  let s:number += 1 " a file each: states of highlighting are kept
  call writefile([s:line], 'sample' . s:number . s:suffix)
  execute 'edit sample' . s:number . s:suffix
  let s:at = stridx(s:line, s:part)
  for s:col in range(s:at, s:at + strlen(s:part) - 1)
    let s:got = synIDattr(synID(1, s:col + 1, 1), 'name')
    if s:got !=# s:group
      call add(s:wrong, s:line . ': ' . s:part . ' is ' . s:got . ', not ' . s:group)
      break
    endif
  endfor
endfor
call writefile(s:wrong, 'wrong')
qall!
END
VIM_FILES=$vim HOME=$work vim -N -u NONE -i NONE -n -es -S check.vim >out 2>err </dev/null
[ -f wrong ] || die "vim"
[ ! -s wrong ] || {
    cat wrong >&2
    die "vim highlights something else"
}
