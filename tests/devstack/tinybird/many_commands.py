"""Run commands of the official CLI one after another; it is imported once, not for each.

Standard input has one JSON array of arguments a line, standard output one JSON object: the exit
status and what was printed.
"""

import json
import os
import sys
import tempfile

from tinybird.tb.cli import cli


def run(arguments: list[str]) -> dict[str, object]:
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            for stream in (1, 2):
                os.dup2(printed.fileno(), stream)
            sys.argv[1:] = arguments
            sys.exit(cli())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        printed.seek(0)
        return {"status": status, "printed": printed.read().decode()}


if __name__ == "__main__":
    commands = [json.loads(line) for line in sys.stdin]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for arguments in commands:
        answer = json.dumps(run(arguments))
        print(answer, flush=True)
