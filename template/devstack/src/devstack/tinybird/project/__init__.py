"""What the files of a data project say."""

from __future__ import annotations

from ...left_out import left_out

# An error of the parser's reports to the CLI's maker, and brings a client of HTTP for that: a fifth
# of what a start takes. Nothing is reported from here.
with left_out("tinybird.tb.modules.telemetry"):
    import tinybird.tb.modules.exceptions  # noqa: F401
