# The tasks of development. `make` lists them.

SHELL := /bin/bash
CONFIGURATION := release
BINARY := .build/$(CONFIGURATION)/workbench
MODEL := smollm2-135m-instruct
PREFIX ?= /usr/local
# The kernels that this processor can run: the names are those of its features.
FORCED_KERNELS := portable $(shell grep -m1 ^flags /proc/cpuinfo 2>/dev/null | tr ' ' '\n' | \
	sed -n 's/^avx2$$/avx2 amx-in-c/p; s/^avx512dq$$/avx512/p; s/^avx512_vnni$$/avx512vnni/p')
SOAK_THEMES := paths users uploads races calls registry flips checkpoints disks garbage leaving keys flows
SWIFT_FILES := Package.swift Sources Tests
# One plan for the program and its tests, so that neither links the other again.
export WORKBENCH_LINK := $(CURDIR)/.build/link

.PHONY: help run build test interop fuzz soak tiny-model lint format check bench install tarball wheel deb packages clean

help: ## List the targets
	@grep -E '^[a-z -]+:.*##' Makefile | sed -E 's/^([a-z -]+):.*## /  make \1\t/' | expand -t 28

run: ## Install what is missing, build, download the default model, open the workbench
	@scripts/setup run
	@scripts/build
	@$(BINARY) model pull $(MODEL) || echo "Opening without the default model; P downloads it later."
	@$(BINARY)

build: ## Build the release binary, .build/release/workbench
	@scripts/setup build
	@scripts/build

test: ## Install what is missing, build, run all tests that need no other program's Python
	@scripts/setup test
	@scripts/link-inputs
	@swift build -c $(CONFIGURATION) --build-tests
	@$(BINARY) model pull $(MODEL)
	@swift test -c $(CONFIGURATION) --skip-build --skip CommandLineTests
	@for isa in $(FORCED_KERNELS); do \
		echo "With the kernels for $$isa:"; \
		WORKBENCH_ISA=$$isa swift test -c $(CONFIGURATION) --skip-build --filter FastPrecisionTests || exit 1; \
	done
	@swift test -c $(CONFIGURATION) --skip-build --filter CommandLineTests
	@SOAK_SHARE=0.1 WORKBENCH=$(BINARY) python3 Tests/Soak/flows.py

interop: ## Run the tests against the real Python clients, in a virtual environment
	@scripts/setup build
	@scripts/build
	@$(BINARY) model pull $(MODEL)
	@scripts/interop

fuzz: ## Give a million damaged files to the readers; FUZZ_SEED=N for others
	@scripts/link-inputs
	@swift build -c $(CONFIGURATION) --build-tests
	@WORKBENCH_FUZZ_CASES=200000 WORKBENCH_FUZZ_SEED=$${FUZZ_SEED:-$$RANDOM} \
		swift test -c $(CONFIGURATION) --skip-build --filter Damaged

soak: build ## Run the stress tests; takes about 20 minutes
	@failed=0; for theme in $(SOAK_THEMES); do \
		WORKBENCH=$${WORKBENCH:-$(BINARY)} python3 Tests/Soak/$$theme.py || failed=1; \
	done; exit $$failed

tiny-model: ## Train the small model that comes with the program, from scratch
	@scripts/build
	@scripts/tiny-model

lint: ## Check format, documentation comments, the structure of the sources and the sample data
	@swift format lint --strict -p -r $(SWIFT_FILES)
	@scripts/house
	@python3 sample-data/build.py --check

format: ## Format the sources
	@swift format format -i -p -r $(SWIFT_FILES)

check: lint test ## Lint and test

bench: build ## Measure decode, prefill and training on this machine
	@$(BINARY) doctor
	@for job in decode prefill train; do $(BINARY) bench $$job; done

install: build ## Install under PREFIX, /usr/local if not given, without symbols
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install

tarball wheel deb: build ## Make a package for any Linux, for pip or for Debian, in .build/packages
	@python3 packaging/packages.py $@

packages: build ## Make all packages, and test them
	@python3 packaging/packages.py tarball wheel deb
	@scripts/check-packages

clean: ## Remove what was built
	rm -rf .build
