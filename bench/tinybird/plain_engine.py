"""Run SQL straight in chDB, in a process of its own as the server is: a statement, its time.

Reads lines of JSON, `{"sql": ..., "format": ...}`, and answers each by `{"seconds": ...}` or
`{"error": ...}`. It runs in the devstack's environment and imports nothing but chDB.
"""

from __future__ import annotations

import json
import os
import sys
import time

# As the server has it.
os.environ["TZ"] = "UTC"

import chdb


def main(directory: str) -> None:
    """Answer until standard input ends."""
    connection = chdb.connect(directory)
    print("{}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        since = time.perf_counter()
        try:
            connection.query(asked["sql"], asked["format"]).bytes()
            answer = {"seconds": time.perf_counter() - since}
        except RuntimeError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
