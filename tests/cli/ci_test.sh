#!/bin/sh
# The examples for continuous integration: each command in them is run, as it stands, in a repository
# such as docs/ci.md describes, whose server is good and then has regressed.
. "$SOURCE_ROOT/tests/cli/common.sh"
unset IMAPSPEC_DATA

# ---- the package, and what installs it here ----

cpack --config "$BUILD_ROOT/CPackConfig.cmake" -B "$work/packages" >out 2>err || die "cpack"
mkdir bin installed

# apt-get is asked whether it could do it, and it is done in a folder of the test's own.
cat >bin/apt-get <<END
#!/bin/sh
set -eu
echo "\$*" >>"$work/apt-calls"
case "\$*" in
update) exit 0 ;;
"install -y --no-install-recommends make ./ci/imapspec.deb") ;;
*) exit 9 ;;
esac
[ ! -e "$work/installed/usr" ] || exit 0
/usr/bin/apt-get -qq --simulate "\$@"
dpkg -x ci/imapspec.deb "$work/installed"
END
chmod +x bin/apt-get

builds_fault login/noop-wants-mailbox regressed

# ---- the repository of a server ----

mkdir -p repository/ci
cp packages/*.deb repository/ci/imapspec.deb
cat >repository/ci/mine.target <<'END'
target mine "My server" {
  side      server
  dialect   imap2
  start     "../server" "{dir}" "{port}"
  ready     port
  user      "fred" password "secret"
}
END
echo "# nothing is known" >repository/ci/mine.expect
cat >repository/Makefile <<'END'
server: server.sh
	install -m 755 server.sh server
END
# serves PROGRAM: that is the repository's server now
serves() {
    cat >repository/server.sh <<END
#!/bin/sh
exec "$1" serve --maildir "\$1/mail" --port "\$2"
END
    rm -f repository/server repository/imapspec.*
}

# ---- the jobs ----

# Each command of an example as a line of JSON: its shell text, and whether it runs after a failure.
cat >commands.py <<'END'
import json, sys, yaml
kind, path = sys.argv[1:]
job = yaml.safe_load(open(path, encoding="utf-8"))
if kind == "github":
    assert set(job) == {"name", True, "permissions", "jobs"}  # YAML takes `on` for true
    steps = job["jobs"]["imapspec"]["steps"]
    for step in steps:
        assert ("run" in step) != ("uses" in step), step
        assert "run" in step or step["uses"].split("@")[1].startswith("v"), step
    commands = [(step["run"], "if" in step) for step in steps if "run" in step]
else:
    job = job["imapspec"]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"] in job["artifacts"]["paths"]
    commands = [("\n".join(job["before_script"] + job["script"]), False)]
for number, (command, always) in enumerate(commands):
    with open(f"step{number}.sh", "w", encoding="utf-8") as file:
        file.write("set -e\n" + command + "\n")
    print(f"step{number}.sh", "always" if always else "")
END

# job KIND: plays the example's commands as that service would; leaves $code of the first that failed
job() {
    case $1 in
    github) example=$SOURCE_ROOT/docs/examples/github-actions.yml ;;
    gitlab) example=$SOURCE_ROOT/docs/examples/gitlab-ci.yml ;;
    esac
    rm -f step*.sh
    : >summary.md
    /usr/bin/python3 -B commands.py "$1" "$example" >steps 2>err || die "$example: $(cat err)"
    code=0
    : >log
    while read -r step always; do
        [ "$code" -eq 0 ] || [ -n "$always" ] || continue
        (
            cd repository &&
                CI=true GITHUB_RUN_NUMBER=17 CI_PIPELINE_IID=17 GITHUB_STEP_SUMMARY=$work/summary.md \
                    PATH=$work/bin:$work/installed/usr/bin:$PATH sh "../$step"
        ) >>log 2>&1 </dev/null
        status=$?
        [ "$code" -ne 0 ] || code=$status
    done <steps
}

for service in github gitlab; do
    serves "$IMAPSPEC"
    job $service
    [ "$code" -eq 0 ] || die "$service: a good server, and $code: $(tail -n 30 log)"
    has log "mine: " "; 0 unexpected" "seed 17"
    # what is kept is there
    for file in imapspec.jsonl imapspec.xml imapspec.md; do
        [ -s repository/$file ] || die "$service: no $file"
    done
    xmllint --noout --nonet --schema "$SOURCE_ROOT/tests/schemas/junit.xsd" \
        repository/imapspec.xml 2>said || die "$(cat said)"

    serves "$work/regressed"
    job $service
    [ "$code" -eq 1 ] || die "$service: a server that has regressed, and $code: $(tail -n 30 log)"
    has log "fail " " (page " "    wanted  " "    got     " "  reproduce: imapspec server"
    lacks log "$(printf '\033')"
    has repository/imapspec.xml "<failure"
    [ $service = gitlab ] || cmp -s summary.md repository/imapspec.md || die "no summary"

    # it is known now, and then it is repaired
    [ $service = github ] || continue
    (
        cd repository &&
            PATH=$work/installed/usr/bin:$PATH imapspec server ci/mine.target --update-expected
    ) >out 2>err
    sed -i 's/ ?$/ to be repaired/' repository/ci/mine.expect
    job $service
    [ "$code" -eq 0 ] || die "$service: known, and $code: $(tail -n 30 log)"
    serves "$IMAPSPEC"
    job $service
    [ "$code" -eq 1 ] || die "$service: repaired, and $code"
    has log "ci/mine.expect:" "remove this line"
    echo "# nothing is known" >repository/ci/mine.expect
done
[ "$(grep -c '^install' apt-calls)" -eq 6 ] || die "apt-get: $(cat apt-calls)"

# ---- what docs/ci.md says is in the examples is there, and its own commands work ----

serves "$IMAPSPEC"
make -s -C repository
PATH=$work/installed/usr/bin:$PATH
sed -n '/^```$/,/^```$/{/^imapspec/p}' "$SOURCE_ROOT/docs/ci.md" >documented
[ "$(wc -l <documented)" -eq 3 ] || die "docs/ci.md: $(cat documented)"
cd repository || die "no repository"
while read -r command; do
    # the report's runs are other ones there
    cp imapspec.jsonl dovecot.jsonl 2>/dev/null
    cp imapspec.jsonl mine.jsonl 2>/dev/null
    sh -c "$command" >../out 2>../err </dev/null
    code=$?
    case "$command" in
    *failed:*) [ "$code" -eq 4 ] && grep -q "no case of it failed" ../err ;;
    *) [ "$code" -eq 0 ] ;;
    esac || die "$command: $code"
done <../documented
cd "$work" || die "no $work"

check_nothing_left
