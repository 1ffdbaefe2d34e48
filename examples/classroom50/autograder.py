"""Judges the checkout that it is started in, for Classroom 50.

Put `chatspec` beside it, or on the PATH. It writes result.json, what the student
is shown (release-body.md) and a report (report.html, for release_assets).
"""
import os
import pathlib
import shutil
import subprocess
import sys

ASSIGNMENT = os.environ.get("CHATSPEC_ASSIGNMENT", "tcp-peer")


def chatspec():
    beside = pathlib.Path(__file__).parent / "chatspec"
    return str(beside) if beside.exists() else shutil.which("chatspec")


def main():
    command = chatspec()
    if command is None:
        sys.exit("there is no chatspec beside autograder.py, nor on the PATH")
    run = subprocess.run([
        command, "run", ".", "--assignment", ASSIGNMENT, "--format", "pretty",
        "--format", "classroom50:result.json", "--format", "markdown:release-body.md", "--format", "html:report.html",
    ], check=False)
    if run.returncode > 1:
        sys.exit(run.returncode)  # grading itself broke, and was not the student's fault alone
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with open(output, "a", encoding="utf-8") as file:
            file.write("status=success\n" if run.returncode == 0 else "status=failure\n")
            file.write("summary=" + ("conformant" if run.returncode == 0 else "some rules did not pass") + "\n")


main()
