#!/bin/sh
# Gradescope runs this once, as root, when it builds the image. Beside it in the zip are run_autograder and
# `chatspec`, built with CGO_ENABLED=0 go build -o chatspec ./cmd/chatspec.
set -eu
AUTOGRADER=${AUTOGRADER:-/autograder}
chmod +x "$AUTOGRADER/source/chatspec"
# What the submissions of your assignment are written in:
if command -v apt-get >/dev/null; then
	apt-get update && apt-get install -y --no-install-recommends python3 python3-zmq
fi
