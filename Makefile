# The front door. CMake does the work (CMakePresets.json); these are the commands worth remembering.
#
#   make demo      install what is missing, build, play the suite against the bundled server and a
#                  real one, write the report
#   make check     install what is missing, build, run every test, the sanitizers' too
#   make           build only
#   make install   into PREFIX (/usr/local)
#   make deb       a Debian package of it, in dist/
#   make targets   install the real servers and clients that scripts/targets knows
#   make mutants   every scenario against every seeded fault: docs/faults.md
#   make coverage  lines of harness/ and reference/ executed by the tests
#   make fuzz TARGET=session TIME=60 ENGINE=libfuzzer   fuzz one in-process target: docs/fuzzing.md
#   make fuzz-eval TIME=60 SEEDS=5   how quickly planted bugs are found, by each engine
#   make bench     speed beside limits and peers: docs/performance.md; ONLY="recognizer player", QUICK=1
#   make format    lay out all sources

JOBS := $(shell nproc)

.PHONY: all demo check install deb targets mutants coverage fuzz fuzz-eval bench format clean setup
.SECONDARY:

all: build/default/imapspec

# The program alone.
build/%/imapspec: configure-%
	@cmake --build --preset $* -j $(JOBS) --target imapspec

# Everything, tests included.
tree-%: configure-%
	@cmake --build --preset $* -j $(JOBS)

configure-%: setup
	@cmake --preset $* >build/configure-$*.log 2>&1 || { cat build/configure-$*.log; exit 1; }

setup:
	@tools/setup
	@mkdir -p build

demo: build/default/imapspec
	@tools/demo build/default/imapspec

check: tree-default tree-asan
	@ctest --preset default -j $(JOBS); plain=$$?; \
	    ctest --preset asan -j $(JOBS) && exit $$plain

PREFIX ?= /usr/local

install: build/default/imapspec
	@cmake --build --preset default -j $(JOBS) --target man
	@cmake --install build/default --prefix $(PREFIX)

deb: build/default/imapspec
	@cmake --build --preset default -j $(JOBS) --target man
	@cd build/default && cpack -G DEB -B $(CURDIR)/dist >cpack.log || { cat cpack.log; exit 1; }
	@rm -rf dist/_CPack_Packages
	@ls dist/*.deb

targets:
	@tools/targets

mutants: build/default/imapspec
	@build/default/imapspec mutants --matrix build/matrix.jsonl --markdown build/matrix.md

coverage: tree-coverage
	@tools/coverage

fuzz: setup
	@TARGET='$(TARGET)' TIME='$(TIME)' ENGINE='$(ENGINE)' TREE='$(TREE)' tools/fuzz

fuzz-eval: setup
	@TIME='$(TIME)' SEEDS='$(SEEDS)' ENGINES='$(ENGINES)' BUGS='$(BUGS)' CORE='$(CORE)' \
	    RESULTS='$(RESULTS)' MINI='$(MINI)' tools/fuzz-eval

bench: setup
	@ONLY='$(ONLY)' QUICK='$(QUICK)' RUNS='$(RUNS)' RESULTS='$(RESULTS)' \
	    MARKDOWN='$(MARKDOWN)' BUILD='$(BUILD)' tools/bench

format: setup
	@find harness reference reports tests bench fuzz examples -name '*.[ch]' -print0 | xargs -0 clang-format -i

clean:
	rm -rf build
