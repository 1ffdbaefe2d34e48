# Every target that a person calls has a line of help behind two number signs.

GO ?= go
PACKAGES := ./...
SAMPLES := fixtures/submissions
# The packages whose tests run all of chatspec.
WHOLE := ./cmd/chatspec ./$(SAMPLES)
# The packages with tests that run only if they may take their time.
LONG := ./$(SAMPLES) ./steps ./grading ./grading/pages ./fixtures/broker ./fixtures/window ./fixtures/stage ./cmd/chatspec

.DEFAULT_GOAL := help
.PHONY: help build conform test test-long check tools tools-long unit whole prove prove-some bench docs

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/chatspec
	$(GO) build -o bin/chatspec ./cmd/chatspec

conform: build ## Run every feature against the reference
	bin/chatspec run reference

test: tools check unit whole ## Run the tests that take minutes: lint, race detector, the reference, the samples on hosts

test-long: tools tools-long ## Run the others: the other way of isolation, mutants, real services, other people's readers
	CHATSPEC_LONG=1 $(GO) test -timeout 60m $(LONG)
	$(MAKE) prove-some

tools: # Install what the tests run: Python and Node.js
	@sh .ci/tools

tools-long: # Install what the long tests run besides
	@sh .ci/tools long

check: # Look at the code without running it
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	$(GO) vet $(PACKAGES)
	GOOS=darwin $(GO) vet $(PACKAGES)
	$(GO) tool staticcheck $(PACKAGES)
	$(GO) mod verify
	$(GO) mod tidy -diff

unit: # Run the tests of all packages with the race detector; on a busy machine one takes more than Go's ten minutes
	$(GO) test -race -shuffle=on -timeout 30m $$($(GO) list $(PACKAGES) | grep -v $(foreach whole,$(WHOLE),-e '$(whole:.%=%)$$'))

whole: # Run the command, and judge the samples, without the race detector: forking a large process is dear
	$(GO) test -shuffle=on -timeout 30m $(WHOLE)

prove: tools-long ## Show that every sample passes, and that every mutant is caught by its rule and by no other, in both ways
	CHATSPEC_LONG=all $(GO) test -timeout 120m ./$(SAMPLES)
	$(GO) run ./cmd/prove

prove-some: # The same of the programs that start fast, where they live on hosts: those of tcp, and the reference's of rabbitmq
	$(GO) run ./cmd/prove -leave-out zmq,rabbitmq,rooms,http -isolate host
	$(GO) run ./cmd/prove -only '^mess-' -isolate host

bench: ## Measure what the harness adds to the programs that it runs
	$(GO) run ./cmd/bench

docs: build ## Write CONFORMANCE.md from the features and the mutants
	bin/chatspec docs
