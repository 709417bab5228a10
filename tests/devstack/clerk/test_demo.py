"""The demo file, and the packing of permissions into a token."""

from __future__ import annotations

from pathlib import Path

import pytest
from devstack.clerk.demo import DEMO_FILE, DemoInvalid, demo_of, read_demo
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
    edited = tmp_path / "devstack.toml"
    edited.write_text(DEMO_FILE.read_text().replace(old, new))

    with pytest.raises(DemoInvalid, match=words):
        read_demo(edited)


def test_an_owners_file_is_read_and_the_instance_is_called_as_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.devstack]\nname = "Curie Labs"\n')
    without_one = demo_of(tmp_path)
    text = DEMO_FILE.read_text().replace("grace@example.com", "marie@example.com")
    (tmp_path / "devstack.toml").write_text(text)

    demo = demo_of(tmp_path)

    assert demo.name == without_one.name == "Curie Labs"
    assert demo.users[1].email == "marie@example.com"
    assert without_one.users[1].email == "grace@example.com"


@pytest.mark.parametrize(
    ("pyproject", "name"), [('[project]\nname = "curie"\n', "curie"), ("", "folder")]
)
def test_a_project_that_names_no_instance_has_a_name_all_the_same(
    tmp_path: Path, pyproject: str, name: str
) -> None:
    root = tmp_path / "folder"
    root.mkdir()
    (root / "pyproject.toml").write_text(pyproject)

    assert demo_of(root).name == name


# A busy machine stops any example for longer than Hypothesis allows one.
@settings(deadline=None)
@given(st.sets(st.sampled_from(_ACTIONS)))
def test_a_mask_decodes_to_the_permissions_it_was_made_from(granted: set[str]) -> None:
    permissions = [f"org:analytics:{action}" for action in granted]

    mask = permission_mask("analytics", _ACTIONS, permissions)

    decoded = {action for bit, action in enumerate(_ACTIONS) if mask >> bit & 1}
    assert decoded == granted
