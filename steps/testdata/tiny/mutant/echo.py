"""Breaks ECHO-1.2: the number is never raised."""
import sys

number = 0
for line in sys.stdin:
    if line.strip() == "exit":
        break
    print(number, sys.argv[1] + ":", line.strip(), flush=True)
