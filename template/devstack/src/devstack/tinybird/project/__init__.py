"""What the files of a data project say."""

from __future__ import annotations

import sys
from types import ModuleType

# An error of the parser's reports to the CLI's maker, and brings a client of HTTP for that: a fifth
# of what a start takes. Nothing is reported from here.
_TELEMETRY = "tinybird.tb.modules.telemetry"
sys.modules[_TELEMETRY] = ModuleType(_TELEMETRY)
vars(sys.modules[_TELEMETRY])["add_telemetry_event"] = lambda *_, **__: None

import tinybird.tb.modules.exceptions  # noqa: E402, F401

del sys.modules[_TELEMETRY]
