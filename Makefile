# Every target that a person calls has a line of help behind two number signs.

GO ?= go
PACKAGES := ./...
SAMPLES := fixtures/submissions
# The packages whose tests run all of chatspec.
WHOLE := ./cmd/chatspec ./$(SAMPLES)
# The packages with tests that run only if they may take their time.
LONG := ./steps ./reference/chatroom ./grading ./grading/pages ./grading/queue ./fixtures/broker ./fixtures/window ./fixtures/stage
# How many packages are tested at once: one more than there are cores, since many tests wait.
AT_ONCE ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# With RACE=1 `make test` runs all that they have with the race detector, and leaves those of WHOLE to `make test-long`.
RACE ?=

.DEFAULT_GOAL := help
.PHONY: help build companions conform test test-long check check-long tools tools-long unit race prove prove-some bench docs image completions

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The tests have the small programs do what chatspec and they themselves would do more slowly (fixtures/companion).
export CHATSPEC_COMPANIONS := $(CURDIR)/bin

build: companions ## Build bin/chatspec, and what saves it time
	$(GO) build -o bin/chatspec ./cmd/chatspec

companions: # Build what saves time
	$(GO) build -o bin/chatspec-host ./cmd/chatspec-host
	$(GO) build -o bin/chatspec-reference ./reference/main

conform: build ## Run every feature against the reference
	bin/chatspec run reference

test: companions tools $(if $(RACE),tools-long) check unit ## Run the tests that take minutes: lint, all packages, the reference, some samples on hosts

test-long: companions tools tools-long check-long $(if $(RACE),,race) ## Run the others: race detector, the other way of isolation, samples, mutants, real services
	$(if $(RACE),,CHATSPEC_LONG=1 $(GO) test -timeout 60m $(LONG))
	CHATSPEC_LONG=$(if $(RACE),both,1) $(GO) test -p 1 -timeout 60m $(WHOLE)
	$(MAKE) prove-some

tools: # Install what the tests run: Python and Node.js
	@sh .ci/tools

tools-long: # Install what the long tests run besides
	@sh .ci/tools long

check: # Look at the code without running it
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	$(GO) vet $(PACKAGES)
	$(GO) mod verify
	$(GO) mod tidy -diff

check-long: # Look at it longer, and as another system sees it
	$(GO) tool staticcheck $(PACKAGES)
	GOOS=darwin $(GO) vet $(PACKAGES)

unit: companions # Run the tests of all packages; on a busy machine one takes more than Go's ten minutes
	$(if $(RACE),$(MAKE) race,$(GO) test -p $(AT_ONCE) -vet=off -shuffle=on -timeout 30m $(PACKAGES))

race: companions # Run them with the race detector, but for those that run all of chatspec
	CHATSPEC_LONG=$(if $(RACE),both) $(GO) test -p $(AT_ONCE) -race -shuffle=on -timeout 60m $$($(GO) list $(PACKAGES) | grep -v $(foreach whole,$(WHOLE),-e '$(whole:.%=%)$$'))

prove: companions tools-long ## Show that every sample passes, and that every mutant is caught by its rule and by no other, in both ways
	CHATSPEC_LONG=all $(GO) test -p 1 -timeout 180m $(WHOLE)
	$(GO) run ./cmd/prove

prove-some: companions # Show that the mutants of tcp, and the reference's of rabbitmq, are caught by their rules, where they live on hosts
	$(GO) run ./cmd/prove -own -leave-out zmq,rabbitmq,rooms,http -isolate host
	$(GO) run ./cmd/prove -own -only '^mess-' -isolate host

bench: companions ## Measure what the harness adds to the programs that it runs
	$(GO) run ./cmd/bench

# What the image is made of: Debian 12 or later.
BASE ?= debian:trixie

image: ## Build the image chatspec in Docker: chatspec, and what submissions need
	CGO_ENABLED=0 GOOS=linux $(GO) build -o bin/linux/chatspec ./cmd/chatspec
	CGO_ENABLED=0 GOOS=linux $(GO) build -o bin/linux/chatspec-host ./cmd/chatspec-host
	CGO_ENABLED=0 GOOS=linux $(GO) build -o bin/linux/chatspec-reference ./reference/main
	docker build --build-arg BASE=$(BASE) --tag chatspec .

completions: # Write what has shells complete what is typed, for a release
	mkdir -p completions
	for shell in bash zsh fish powershell; do $(GO) run ./cmd/chatspec completion $$shell > completions/chatspec.$$shell || exit; done

docs: build ## Write CONFORMANCE.md from the features and the mutants
	bin/chatspec docs
