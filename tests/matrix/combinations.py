"""The rows of the matrix: every pair of values of any two questions stands in one of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from covertable import make

from ..rendering import question_names, questions

Row = Mapping[str, object]

# What is pasted; each value stands in `.env` of its render and in no other file.
SECRETS = {
    "tinybird_jwt_secret": "p.eyJ1IjogIm1hdHJpeCJ9.c2lnbmluZy1vZi10aGUtbWF0cml4",
    "tinybird_ingest_token": "p.eyJ1IjogIm1hdHJpeCJ9.aW5nZXN0LW9mLXRoZS1tYXRyaXg",
    "tinybird_api_key": "p.eyJ1IjogIm1hdHJpeCJ9.cHVibGljLW9mLXRoZS1tYXRyaXg",
    "clerk_secret_key": "sk_test_" + "bWF0cml4LXNlY3JldA",
    "clerk_webhook_signing_secret": "whsec_" + "bWF0cml4LXdlYmhvb2s=",
}

# What is typed where nothing is offered; the default of each is the other value.
TYPED: dict[str, object] = {
    "project_name": 'Größe & <Söhne> "Nº 1" \\ $HOME `x` 日本 🚀 | *a* [b](c) {{ d }}',
    "project_slug": "insight-box-2",
    "package_name": "insights_of_2",
    "description": "\"Quotes\", back\\slashes, 'single' <b>, {% raw %}, ${HOME}, 日本, 🚀: # all",
    "author_name": 'Zoë "Zo" O\'Hara \\ 日本',
    "author_email": "zoe+{a}'b@mail.example.org",
    "tinybird_api_url": "https://api.us-west-2.aws.tinybird.co",
    "tinybird_workspace_id": "4b7a0b2e-9d0c-4c1f-8f57-3d2a8c6e1f00",
    "clerk_publishable_key": "pk_test_bWF0cml4LTEyLmNsZXJrLmFjY291bnRzLmRldiQ",
    "token_ttl_minutes": 60,
    "rate_limit_rps": 1000,
    **SECRETS,
}


def values(question: str) -> list[object]:
    """Return what the matrix answers: every choice, or the default and what a person types."""
    body = questions()[question]
    if "choices" not in body:
        return [None, TYPED[question]]
    offered = body["choices"]
    assert isinstance(offered, dict)
    return list(offered.values())


@functools.cache
def rows() -> list[Row]:
    """Return answers that hold every pair of values; a question left to its default is not in."""
    found = make({name: values(name) for name in sorted(question_names())})
    return [{name: row[name] for name in row if row[name] is not None} for row in found]
