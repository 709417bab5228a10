"""The formats in which rows are answered, with the media type of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A format by ClickHouse's name for it."""

    name: str
    media_type: str


_JSON = "application/json"
_LINES = "application/x-ndjson"
_CSV = "text/csv; charset=utf-8"
_TAB = "text/tab-separated-values; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
_PARQUET = "application/vnd.apache.parquet"

# What a FORMAT clause can name, in lower case; what is not here is refused.
FORMATS: Mapping[str, Format] = {
    name.lower(): Format(name, media_type)
    for name, media_type in (
        *(("JSON", _JSON), ("JSONCompact", _JSON), ("JSONStrings", _JSON)),
        ("JSONEachRow", _LINES),
        *(("CSV", _CSV), ("CSVWithNames", _CSV)),
        *(("TSV", _TAB), ("TabSeparated", _TAB)),
        *(("TSVWithNames", _TAB), ("TabSeparatedWithNames", _TAB)),
        ("PrettyCompact", _TEXT),
        ("Parquet", _PARQUET),
        ("Prometheus", _METRICS),
    )
}
JSON = FORMATS["json"]
# What /v0/sql answers where no FORMAT is named.
TABS = FORMATS["tabseparated"]
# What the address of an endpoint can end in.
EXTENSIONS: Mapping[str, Format] = {
    "json": JSON,
    "csv": FORMATS["csvwithnames"],
    "ndjson": FORMATS["jsoneachrow"],
    "parquet": FORMATS["parquet"],
    "prometheus": FORMATS["prometheus"],
}
