#!/bin/sh
# Dependencies between folders run one way: fails when an #include goes against the table below.
# usage: includes.sh SOURCE_ROOT
set -eu
cd "$1"

# folder: what it may include besides itself and the system's headers
allowed() {
    case $1 in
    harness/base) echo "" ;;
    harness/catalogue | harness/wire | harness/net | harness/shim | reports | reference | fuzz/stream) echo "base" ;;
    harness/grammar) echo "base wire" ;;
    harness/model) echo "base wire grammar catalogue" ;;
    harness/script) echo "base wire grammar catalogue model" ;;
    harness/run) echo "base wire grammar catalogue model script net reports shim" ;;
    harness/target) echo "base wire grammar catalogue model script net reports run reference shim" ;;
    harness/mutants) echo "base wire grammar catalogue model script net reports run target shim" ;;
    fuzz/mutator) echo "base wire grammar stream" ;;
    fuzz/shrink) echo "base wire grammar stream mutator" ;;
    fuzz/glue) echo "base stream mutator shrink" ;;
    fuzz/seeds) echo "base wire grammar model script stream mutator convert" ;;
    fuzz/targets) echo "base wire grammar catalogue model script stream convert reference reports target mutants watch" ;;
    fuzz/blackbox)
        echo "base wire grammar catalogue model script net reports run target shim watch stream convert mutator shrink seeds"
        ;;
    fuzz/drivers) echo "base targets" ;;
    fuzz/convert) echo "base wire grammar catalogue model script stream" ;;
    fuzz/eval | fuzz/oss-fuzz) echo "" ;; # no C here
    harness/watch) echo "base wire grammar catalogue model net reports" ;;
    harness/cli)
        echo "base wire grammar catalogue model script net reports run reference target shim mutants watch stream convert mutator seeds blackbox"
        ;;
    *) return 1 ;;
    esac
}

status=0
for folder in harness/* reports reference fuzz/*; do
    if ! list=$(allowed "$folder"); then
        echo "$folder: not in the table of folders"
        status=1
        continue
    fi
    own=${folder#*/}
    for file in "$folder"/*.c "$folder"/*.h "$folder"/*.def; do
        [ -f "$file" ] || continue
        # a library's header stands in angle brackets, one of ours in quotes
        for include in $(sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file"); do
            from=${include%%/*}
            case " $own $list " in
            *" $from "*) ;;
            *)
                echo "$file: includes \"$include\", but $folder may use only: $own $list"
                status=1
                ;;
            esac
        done
    done
done
exit $status
