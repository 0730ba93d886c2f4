#!/bin/sh
# Completion in bash and zsh offers commands, options and their values, targets, scenarios,
# requirements and files: what the program's own tables hold.
. "$SOURCE_ROOT/tests/cli/common.sh"

mkdir bin folder
ln -s "$IMAPSPEC" bin/imapspec
PATH=$work/bin:$PATH
export PATH
touch mine.target other.scn run.jsonl folder/deep.target

# ---- what the program offers ----

ends 0 complete -- server --
sed 's/\t.*//' out >offered
ends 0 server --help
sed -n 's/^  .\{4\}\(--[a-z-]*\) .*/\1/p' out >table
[ -s table ] || die "no options in server --help"
while read -r option; do
    grep -qx -e "$option" offered || die "$option is not offered"
done <table
for command in $("$IMAPSPEC" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    ends 0 complete -- "$command" --
    has out --help
    ends 0 complete -- "${command%?}"
    has out "$command	"
done
ends 0 complete -- frobnicate ''
[ ! -s out ] || die "something is offered for an unknown command"

# ---- bash ----

cat >complete.bash <<'END'
source "$SOURCE_ROOT/packaging/completion/imapspec.bash"
# As readline does it: the line, cut into words at blanks and at COMP_WORDBREAKS.
COMP_LINE=$1
COMP_POINT=${#COMP_LINE}
COMP_WORDS=()
rest=$COMP_LINE
while [[ -n $rest ]]; do
    if [[ $rest =~ ^[[:blank:]]+ ]]; then
        rest=${rest#"${BASH_REMATCH[0]}"}
        [[ -n $rest ]] || COMP_WORDS+=('')
        continue
    fi
    [[ $rest =~ ^([:=]+|[^[:blank:]:=]+) ]]
    COMP_WORDS+=("${BASH_REMATCH[0]}")
    rest=${rest#"${BASH_REMATCH[0]}"}
done
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_imapspec
printf '%s\n' "${COMPREPLY[@]}"
END

# bash_offers LINE [WORD...]: exactly these, in any order.
bash_offers() {
    line=$1
    shift
    bash complete.bash "$line" 2>err | sort >out
    [ ! -s err ] || die "bash: \"$line\""
    printf '%s\n' "$@" | sort >wanted
    cmp -s out wanted || die "bash offers something else for \"$line\""
}
bash_has() {
    line=$1
    shift
    bash complete.bash "$line" >out 2>err
    [ ! -s err ] || die "bash: \"$line\""
    for word in "$@"; do
        grep -qxF -e "$word" out || die "bash does not offer $word for \"$line\""
    done
}

bash_offers 'imapspec ser' server serve
bash_has 'imapspec ' server client watch lint explain help init
bash_offers 'imapspec --v' --version
bash_offers 'imapspec server --time' --timeout-scale
bash_offers 'imapspec server --color ' auto always never
bash_offers 'imapspec server --color=a' auto always
bash_offers 'imapspec watch --judge b' both
bash_offers 'imapspec server dovecot-' dovecot-stdio
bash_offers 'imapspec client dovecot'
bash_has 'imapspec server ' reference reference-tcp dovecot mine.target folder/
bash_offers 'imapspec server fold' folder/
bash_offers 'imapspec server folder/' folder/deep.target
bash_offers 'imapspec server reference expunge.scat' expunge.scattered
bash_offers 'imapspec server reference -j 2 --seed 3 expunge.scat' expunge.scattered
bash_offers 'imapspec server reference req' req:
bash_offers 'imapspec server reference req:' $("$IMAPSPEC" explain '*' | sed -n 's/  (.* p\..*)$//p')
bash_offers 'imapspec server reference req:expunge.ex' expunge.example
bash_offers 'imapspec server reference level:sh' should
bash_offers 'imapspec server reference failed:ru' run.jsonl
bash_offers 'imapspec explain expunge.ex' expunge.example
bash_has 'imapspec explain B5' B5 B59
bash_offers 'imapspec report r' run.jsonl
bash_offers 'imapspec report --markdown ot' other.scn
bash_offers 'imapspec serve --maildir ' bin/ folder/ tmp/
bash_offers 'imapspec help expl' explain

# ---- zsh ----

command -v zsh >/dev/null || {
    echo "skipped: zsh is not installed"
    exit 0
}
# A terminal with a zsh, in which a line is typed up to the tab; what the line has become is read.
cat >complete.zsh <<'END'
zmodload zsh/zpty
zpty shell zsh -f
zpty -w shell "PS1= PS2= RPS1= fpath=($SOURCE_ROOT/packaging/completion \$fpath)
autoload -Uz compinit; compinit -u -D; stty -echo; zstyle ':completion:*' list-prompt ''
LISTMAX=10000; setopt no_beep no_auto_list no_auto_menu no_list_ambiguous
finish() { print -r -- \"<\$BUFFER>\" >>$PWD/typed; BUFFER=; }
zle -N finish; bindkey '^X' finish; echo re''ady"
until zpty -r -t shell text && [[ $text == *ready* ]]; do sleep 0.02; done
for line in "$@"; do
    zpty -w -n shell "$line"$'\t'
    zpty -w -n shell $'\x18'
done
looks=1000
until [[ -r typed && $(wc -l <typed) -ge $# || $((looks--)) -eq 0 ]]; do
    zpty -r -t shell text
    sleep 0.02
done
zpty -d shell
END

: >lines
set -- \
    'imapspec explai' 'imapspec explain ' \
    'imapspec server --time' 'imapspec server --timeout-scale ' \
    'imapspec server --color=al' 'imapspec server --color=always ' \
    'imapspec server dovecot-' 'imapspec server dovecot-stdio ' \
    'imapspec server folder/' 'imapspec server folder/deep.target ' \
    'imapspec server reference expunge.scat' 'imapspec server reference expunge.scattered ' \
    'imapspec server reference req' 'imapspec server reference req:' \
    'imapspec server reference req:expunge.ex' 'imapspec server reference req:expunge.example ' \
    'imapspec server reference failed:r' 'imapspec server reference failed:run.jsonl ' \
    'imapspec explain expunge.ex' 'imapspec explain expunge.example ' \
    'imapspec report ru' 'imapspec report run.jsonl ' \
    'imapspec serve --maildir fol' 'imapspec serve --maildir folder/'
n=$#
while [ "$n" -gt 0 ]; do
    typed=$1
    echo "<$2>" >>lines
    shift 2
    set -- "$@" "$typed"
    n=$((n - 2))
done
zsh -f complete.zsh "$@" >out 2>err
cmp -s typed lines || {
    diff lines typed >&2
    die "zsh completes to something else"
}
