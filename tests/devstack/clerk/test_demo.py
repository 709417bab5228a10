"""The demo file, and the packing of permissions into a token."""

from __future__ import annotations

from pathlib import Path

import pytest
from devstack.clerk.demo import DEMO_FILE, DemoInvalid, read_demo
from devstack.clerk.tokens import permission_mask
from hypothesis import given, settings
from hypothesis import strategies as st

_ACTIONS = ["delete", "manage", "read", "write"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('org_local_acme = "org:admin"', 'org_local_acme = "org:boss"', "org:boss"),
        ("{ org_local_initech", "{ org_local_other", "org_local_other"),
        ('features = ["analytics"]', 'features = ["billing"]', "analytics"),
        ('slug = "acme"', "", "lacks 'slug'"),
        ("[instance]", "[instance", "is not valid TOML"),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    edited = tmp_path / "demo.toml"
    edited.write_text(DEMO_FILE.read_text().replace(old, new))

    with pytest.raises(DemoInvalid, match=words):
        read_demo(edited)


# A busy machine stops any example for longer than Hypothesis allows one.
@settings(deadline=None)
@given(st.sets(st.sampled_from(_ACTIONS)))
def test_a_mask_decodes_to_the_permissions_it_was_made_from(granted: set[str]) -> None:
    permissions = [f"org:analytics:{action}" for action in granted]

    mask = permission_mask("analytics", _ACTIONS, permissions)

    decoded = {action for bit, action in enumerate(_ACTIONS) if mask >> bit & 1}
    assert decoded == granted
