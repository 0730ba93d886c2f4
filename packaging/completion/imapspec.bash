# Completion of imapspec for bash. What can stand where is asked of the program itself.

_imapspec()
{
    local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
    local -a words=()
    local word before answer i

    # COMP_WORDS is cut at ":" and "=" too: put together what stands together.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        before=${line%%"$word"*}
        if [[ $i -gt 0 && -z $before && ! ($line == [[:blank:]]*) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        line=${line#*"$word"}
    done

    local current=${words[-1]} cut=
    [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && cut=${current%"${current##*:}"}
    [[ $COMP_WORDBREAKS == *=* && $current == --*=* ]] && cut=${current%%=*}=

    COMPREPLY=()
    while IFS= read -r answer; do
        case $answer in
        :files*)
            word=${current#--*=}
            word=${word#failed:}
            while IFS= read -r before; do
                if [[ -d $before ]]; then
                    COMPREPLY+=("$before/")
                elif [[ $before == *"${answer#:files }" ]]; then
                    COMPREPLY+=("$before")
                fi
            done < <(compgen -f -- "$word")
            ;;
        :folders)
            word=${current#--*=}
            while IFS= read -r before; do
                COMPREPLY+=("$before/")
            done < <(compgen -d -- "$word")
            ;;
        *)
            answer=${answer%%$'\t'*}
            COMPREPLY+=("${answer#"$cut"}")
            ;;
        esac
    done < <("${COMP_WORDS[0]}" complete -- "${words[@]:1}" 2>/dev/null)

    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -F _imapspec imapspec
