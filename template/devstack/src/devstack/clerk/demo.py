"""The demo users, organizations and roles: the project's `devstack.toml`, or ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..errors import UserError
from ..project_name import project_name
from .records import Membership, Organization, Role, User

DEMO_FILE = Path(__file__).with_name("demo.toml")
OWN_FILE = "devstack.toml"
_Table = Mapping[str, object]


class DemoInvalid(UserError):
    """The demo file contradicts itself or lacks a value; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo file says, in its order."""

    name: str
    personal_accounts: bool
    features: tuple[str, ...]
    creator_role: str
    sign_in_path: str
    sign_up_path: str
    roles: tuple[Role, ...]
    organizations: tuple[Organization, ...]
    users: tuple[User, ...]
    memberships: tuple[Membership, ...]


def demo_file(root: Path) -> Path:
    """Return the demo file of the project in `root`, ours where it has none."""
    own = root / OWN_FILE
    return own if own.exists() else DEMO_FILE


def demo_of(root: Path) -> Demo:
    """Read who may sign in to the project in `root`; the instance bears the project's name.

    Raises: DemoInvalid: see `read_demo`.
    """
    return read_demo(demo_file(root), project_name(root))


def demo_pairs(path: Path = DEMO_FILE) -> list[tuple[str, str]]:
    """Return every user with each of their organizations, as ids; needs no running server."""
    return [(one.user_id, one.organization_id) for one in read_demo(path).memberships]


def sign_in_hint(path: Path = DEMO_FILE) -> str:
    """Return the demo sign-ins in one line, for people."""
    users = read_demo(path).users
    passwords = dict.fromkeys(user.password for user in users)
    return f"sign in as {', '.join(u.email for u in users)} with {' or '.join(passwords)}"


def read_demo(path: Path = DEMO_FILE, name: str = "Local demo") -> Demo:
    """Read the demo file at `path`; `name` is the instance's where the file gives it none.

    Raises: DemoInvalid: it is no TOML, lacks a value, or names an unknown role or organization.
    """
    try:
        demo = _demo(tomllib.loads(path.read_text(encoding="utf-8")), name)
    except tomllib.TOMLDecodeError as error:
        raise DemoInvalid(f"{path} is not valid TOML: {error}.") from error
    except KeyError as error:
        raise DemoInvalid(f"{path} lacks {error.args[0]!r}.") from error
    _check(demo, path)
    return demo


def _demo(document: _Table, name: str) -> Demo:
    instance = cast(_Table, document["instance"])
    users = _tables(document, "users")
    return Demo(
        name=str(instance.get("name", name)),
        personal_accounts=bool(instance["personal_accounts"]),
        features=_words(instance, "features"),
        creator_role=str(instance["creator_role"]),
        sign_in_path=str(instance.get("sign_in_path", "/sign-in")),
        sign_up_path=str(instance.get("sign_up_path", "/sign-up")),
        roles=tuple(_role(table) for table in _tables(document, "roles")),
        organizations=tuple(_organization(table) for table in _tables(document, "organizations")),
        users=tuple(_user(table) for table in users),
        memberships=tuple(membership for table in users for membership in _memberships(table)),
    )


def _role(table: _Table) -> Role:
    permissions, system = _words(table, "permissions"), _words(table, "system_permissions")
    return Role(str(table["key"]), str(table["name"]), permissions, system)


def _organization(table: _Table) -> Organization:
    return Organization(str(table["id"]), str(table["name"]), str(table["slug"]))


def _user(table: _Table) -> User:
    id_, email, password = str(table["id"]), str(table["email"]), str(table["password"])
    return User(id_, email, password, str(table["first_name"]), str(table["last_name"]))


def _memberships(user: _Table) -> list[Membership]:
    roles = cast(Mapping[str, str], user["organizations"])
    return [Membership(str(user["id"]), org_id, role) for org_id, role in roles.items()]


def _tables(document: _Table, name: str) -> Sequence[_Table]:
    return cast(Sequence[_Table], document[name])


def _words(table: _Table, name: str) -> tuple[str, ...]:
    return tuple(cast(Sequence[str], table[name]))


def _check(demo: Demo, path: Path) -> None:
    roles = {role.key for role in demo.roles}
    organizations = {organization.id for organization in demo.organizations}
    named_roles = {demo.creator_role} | {one.role_key for one in demo.memberships}
    named = {one.organization_id for one in demo.memberships}
    features = {word.split(":")[1] for role in demo.roles for word in role.permissions}
    unknown = [
        *sorted(named_roles - roles),
        *sorted(named - organizations),
        *sorted(features - set(demo.features)),
    ]
    if unknown:
        raise DemoInvalid(f"{path} names what it does not define: {', '.join(unknown)}.")
