# The menu: `make` lists the targets. `make demo` and `make test` install what is missing and do all set-up.

SWIFT ?= swift
CONFIG = -c release
BOREL = .build/release/borel
SHELL = /bin/bash
.SHELLFLAGS = -eu -o pipefail -c
.DEFAULT_GOAL := help

.PHONY: help setup build demo test check fuzz agree bench bench-peers posteriordb resume sbc bridgestan interop convergence numerics format lint promote docs install clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

setup: ## install the libraries that are missing (Debian, Ubuntu; elsewhere it says what to install)
	@.ci/setup

build: setup ## build the `borel` command in release
	$(SWIFT) build $(CONFIG) --product borel

demo: build ## run eight schools on its data and print the posterior
	@.ci/demo $(BOREL)

test: setup ## build and run every test, in release
	$(SWIFT) build $(CONFIG) --product borel
	$(SWIFT) test $(CONFIG)

fuzz: setup ## throw a million mutated programs at the front end (PROGRAMS=n SEED=n)
	$(SWIFT) build $(CONFIG) --product borel-fuzz
	.build/release/borel-fuzz --programs $(or $(PROGRAMS),1000000) --seed $(or $(SEED),1)

agree: setup ## compare the virtual machine and native code on ten thousand random programs (PROGRAMS=n SEED=n)
	$(SWIFT) build $(CONFIG) --product borel-fuzz
	.build/release/borel-fuzz --back-ends yes --programs $(or $(PROGRAMS),10000) --seed $(or $(SEED),1)

bench: setup ## time the virtual machine beside Lua 5.4 and gradients beside expert C, as ratios in one run
	@.ci/setup lua5.4
	$(SWIFT) build $(CONFIG) --product borel
	$(SWIFT) build $(CONFIG) --product borel-bench
	.build/release/borel-bench

numerics: setup ## measure every function of vector mathematics against MPFR (POINTS=n per range, FUNCTIONS="exp log")
	@.ci/setup libmpfr-dev gcc
	@.ci/numerics $(or $(POINTS),20000) $(FUNCTIONS)

bench-peers: build ## time gradients beside Stan and JAX, which it sets up from ../shared/peers, as ratios in one run
	$(SWIFT) build $(CONFIG) --product borel-bench
	@.ci/bench-peers $(MODELS)

posteriordb: build ## sample twenty posteriors and compare them with the references of ../shared/posteriordb (POSTERIORS="nes arK")
	$(SWIFT) build $(CONFIG) --product borel-bench
	.build/release/borel-bench posteriordb $(POSTERIORS)

bridgestan: build ## sample compiled models with nutpie and the bridgestan client, and compare their means with exact ones
	@.ci/bridgestan

interop: build ## have cmdstanpy, ArviZ, xarray and rstan (where installed) read files of draws, bit for bit
	$(SWIFT) build $(CONFIG) --product borel-files
	@.ci/interop

sbc: build ## calibrate NUTS on simulated data of sixteen models, and see it fail where it is broken (SIMULATIONS=n)
	@.ci/sbc $(BOREL) $(or $(SIMULATIONS),500)

resume: build ## kill runs at random moments, resume them, and compare their files with those of a run left alone
	@.ci/resume $(BOREL)

convergence: setup ## compare R-hat, ESS, MCSE, PSIS-LOO and WAIC with ArviZ and R's loo on seeded draws (FIXTURES=file)
	$(SWIFT) build $(CONFIG) --product borel-convergence
	@.ci/convergence .build/release/borel-convergence $(if $(FIXTURES),--fixtures $(FIXTURES))

format: ## format the Swift sources and the .ppl programs
	$(SWIFT) format -i -r Package.swift Sources Tests examples
	$(SWIFT) build $(CONFIG) --product borel
	git ls-files 'stdlib/*.ppl' 'examples/*.ppl' | xargs $(BOREL) fmt

lint: ## check formatting, strictly
	$(SWIFT) format lint --strict -r Package.swift Sources Tests examples
	git ls-files 'stdlib/*.ppl' 'examples/*.ppl' | xargs $(BOREL) fmt --check

promote: build ## rewrite the golden transcripts; review the diff
	BOREL_PROMOTE=1 $(SWIFT) test $(CONFIG) --filter "Golden|Transcript|Example|Reference|Documentation"
	git --no-pager diff --stat -- Tests/Golden examples docs

install: build ## copy the command to PREFIX/bin (default /usr/local)
	install -D $(BOREL) $(or $(PREFIX),/usr/local)/bin/borel

clean: ## remove build products
	rm -rf .build
