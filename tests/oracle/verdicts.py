"""What a verifier says of a request, and how two verdicts differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who signs in with a request, or the reason why nobody does.

    refusal: a code of ours.  permissions: sorted.
    """

    refusal: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    org_id: str | None = None
    org_slug: str | None = None
    role: str | None = None
    permissions: tuple[str, ...] = ()


def difference(ours: Verdict, theirs: Verdict) -> str:
    """Tell in a few words what two verdicts differ in; "" for nothing."""
    if ours.refusal is None and theirs.refusal is not None:
        return "we accept"
    if ours.refusal is not None and theirs.refusal is None:
        return "the SDK accepts"
    other = asdict(theirs)
    fields = [name for name, value in asdict(ours).items() if value != other[name]]
    if fields == ["permissions"]:
        grants_more = set(ours.permissions) > set(theirs.permissions)
        return "we grant more" if grants_more else "the SDK grants more"
    return "the reason" if fields == ["refusal"] else ", ".join(fields)
