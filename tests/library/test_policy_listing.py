"""The list of the policy that the lint of the data project reads."""

import importlib.util
from pathlib import Path

from roost.policy import access
from roost.policy.listing import PolicyListing, list_policy

POLICY = """GRANTS = (
    Grant("funnel", role="org:admin"),
    Grant("totals", fixed={"user_id": Claim.USER_ID, "region": "eu"}),
    Grant("funnel"),
    Grant(endpoint="retention"),
    *(Grant(name) for name in ("worked_out",)),
)
PUBLIC_ENDPOINTS = [
    "event_types",
]
GUEST_ENDPOINTS: tuple[str, ...] = ("funnel",)
"""


def test_what_the_policy_opens_is_listed_with_its_lines(tmp_path: Path) -> None:
    listing = _listed(tmp_path)

    assert listing == {
        "file": "src/acme/policy.py",
        "grants": [
            {"endpoint": "funnel", "fixed": [], "line": 2},
            {"endpoint": "totals", "fixed": ["region", "user_id"], "line": 3},
            {"endpoint": "funnel", "fixed": [], "line": 4},
            {"endpoint": "retention", "fixed": [], "line": 5},
            {"endpoint": "worked_out", "fixed": [], "line": 1},
        ],
        "public": [{"endpoint": "event_types", "line": 9}],
        "guests": [{"endpoint": "funnel", "line": 11}],
    }


def _listed(folder: Path, text: str = POLICY) -> PolicyListing:
    source = folder / "policy.py"
    source.write_text(text)
    spec = importlib.util.spec_from_file_location("a_policy", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(Grant=access.Grant, Claim=access.Claim)
    spec.loader.exec_module(module)
    return list_policy(module, source, "src/acme/policy.py")


def test_a_policy_that_does_not_speak_of_guests_has_none(tmp_path: Path) -> None:
    listing = _listed(tmp_path, POLICY.partition("GUEST_ENDPOINTS")[0])

    assert listing["guests"] == []
