"""echo.py NAME answers each line: "0 NAME: LINE", "1 NAME: LINE", ..."""
import sys

for number, line in enumerate(sys.stdin):
    if line.strip() == "exit":
        break
    print(number, sys.argv[1] + ":", line.strip(), flush=True)
