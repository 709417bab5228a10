"""The task `clerk-template`: the file from `policy.py`, and Clerk's template from the file."""

from __future__ import annotations

import sys

from roost.clerk_template.command import main

from ..assembly import load_policy

if __name__ == "__main__":
    sys.exit(main(load_policy))
