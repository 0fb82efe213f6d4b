# The rules, in the order in which a newcomer needs them:
#   run      builds, starts a simulated Horde and the server, sends one streamed chat completion, keeps serving
#   serve    builds and serves the real AI Horde on 127.0.0.1:8080
#   test     everything that CI runs: lint, build, unit tests, end-to-end tests with openai-python
#   test-long    the end-to-end tests that take minutes each, a quarter of an hour in all
#   hostile  torture, kills, slow clients, soak, sanitizers, ten minutes of each fuzz target: some three hours
#   check    lint, build with the import check, unit tests
#   format   formats the sources
#   fuzz     builds and runs the fuzz targets, FUZZ_SECONDS each
#   bench    measures the standard scenarios and writes docs/BENCHMARKS.md
#   deb      builds the program and a Debian package of it, in .build
#   asan, tsan   the unit tests under a sanitizer
#   clean    removes what the build made

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# The program that is installed is optimized and carries Swift's libraries: it needs less of everything, and runs where no
# Swift is. To try things the other one does, which is there in half the time.
RELEASE_FLAGS := -c release --product interposer --static-swift-stdlib
FUZZ_SECONDS ?= 20

.PHONY: run serve test test-long hostile check lint build format fuzz bench deb asan tsan clean dependencies

run: dependencies
	@Scripts/run

serve: dependencies
	swift build --product interposer
	.build/debug/interposer serve

test: dependencies
	@Scripts/test

test-long: dependencies
	swift build $(RELEASE_FLAGS)
	INTERPOSER_BINARY=.build/release/interposer .venv/bin/python -m pytest -p no:cacheprovider -q -m long Tests/EndToEnd

hostile: dependencies
	@Scripts/hostile

check: lint build
	swift test --no-parallel

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

build:
	swift build --build-tests $(SWIFT_FLAGS)

format:
	swift format --in-place --recursive Sources Tests Package.swift

fuzz: dependencies
	@Scripts/fuzz $(FUZZ_SECONDS)

bench: dependencies
	@Scripts/bench

deb: dependencies
	swift build $(RELEASE_FLAGS)
	@Scripts/package .build/release/interposer

asan:
	ASAN_OPTIONS=detect_leaks=1 swift test --disable-xctest --sanitize=address --scratch-path .build-asan --no-parallel

tsan:
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.txt swift test --disable-xctest --sanitize=thread --scratch-path .build-tsan --no-parallel

clean:
	rm -rf .build .build-asan .build-tsan

dependencies:
	@Scripts/dependencies
