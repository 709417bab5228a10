"""Where our verifier and clerk-backend-api 7 are known to differ, and why ours is as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A known difference.

    shows: what `verdicts.difference` says of each case of it.  reason: one sentence.
    """

    shows: str
    reason: str


def _we_accept(reason: str) -> Difference:
    return Difference("we accept", reason)


def _the_sdk_accepts(reason: str) -> Difference:
    return Difference("the SDK accepts", reason)


def _the_sdk_grants_more(reason: str) -> Difference:
    return Difference("the SDK grants more", reason)


DIFFERENCES = {
    # The kind of the token.
    "category": _the_sdk_accepts("A token of a JWT template or of a machine outlives its session."),
    "typ": _the_sdk_accepts("An OAuth access token (at+jwt) is signed by the same key."),
    "machine": _the_sdk_accepts("A machine (mch_) is no user."),
    "kid-ignored": _we_accept("With CLERK_JWT_KEY there is one key, whatever its name."),
    "size": _the_sdk_accepts("No session token of Clerk's comes near 8 KB: a cookie holds 4."),
    "spelling": _the_sdk_accepts("Base64url without padding spells bytes in one way alone."),
    "given-twice": _the_sdk_accepts("Two readers of one token might not take the same of the two."),
    # The claims.
    "no-subject": _the_sdk_accepts("A session without a user is nobody's."),
    "no-session": _the_sdk_accepts("A token without a session id is no session token."),
    "no-end": _the_sdk_accepts("A token without an end would be good for ever."),
    "end-as-text": _the_sdk_accepts("A time is a number; Clerk sends no other."),
    "end-in-milliseconds": _the_sdk_accepts("A time in the year 58000 is a mistake."),
    "end-as-true": Difference("the reason", "True is no time; to Python it is second 1 of 1970."),
    "issuer": _the_sdk_accepts("A token of another Clerk instance names another issuer."),
    "audience": _we_accept("Session tokens may carry an audience; azp says whom they are for."),
    "status": _the_sdk_accepts("A pending session has not chosen its organization yet."),
    "version": _the_sdk_accepts("What a version not known yet means by its claims is unknown."),
    "actor": _the_sdk_accepts("Who impersonates must be known, or the audit trail has a hole."),
    # The organization.
    "role-prefix": Difference("role", "The SDK says admin for version 2, org:admin for version 1."),
    "mixed-versions": Difference("org_id, role", "Version 1 claims mean nothing in version 2."),
    "masks-of-the-organization-alone": Difference(
        "we grant more", "Clerk's JavaScript SDK counts the organization's features alone."
    ),
    "masks-too-few": _the_sdk_grants_more("Masks that fit no reading grant nothing."),
    "masks-too-many": _the_sdk_grants_more("Masks that fit no reading grant nothing."),
    "negative-mask": _the_sdk_grants_more("A mask is digits, as in Clerk's JavaScript SDK."),
    "empty-permission": _the_sdk_grants_more("A permission without a name is none."),
    "empty-feature": _the_sdk_grants_more("A feature without a name is none."),
    # Where the request carries it.
    "scheme-in-lower-case": _we_accept("RFC 9110: the scheme's case does not matter."),
    "spaces": _we_accept("RFC 9110: one or more spaces follow the scheme."),
    "no-scheme": _the_sdk_accepts("A bare token is no Authorization header of RFC 9110."),
    "scheme-twice": _the_sdk_accepts("The SDK takes every Bearer out of the header."),
    "other-scheme": Difference("the reason", "Another scheme's credentials are not ours to judge."),
    "other-scheme-and-cookie": _we_accept("A proxy's own credentials do not hide the cookie."),
    "no-token": Difference("the reason", "An empty header or cookie carries no token."),
    "junk-cookie": _we_accept("Another page's cookie that SimpleCookie dislikes hides nothing."),
    "other-cookie-first": _we_accept("A cookie whose name only begins with __session is another."),
    "other-cookie-alone": _the_sdk_accepts("The suffixed cookie of another Clerk app is not ours."),
    "suffixed-cookie-hidden": _we_accept("This instance's own suffixed cookie goes first."),
    "suffixed-cookie-ignored": _the_sdk_accepts("This instance's own suffixed cookie goes first."),
    "quoted-cookie": _the_sdk_accepts("Clerk writes no quotes, and RFC 6265 leaves them in."),
}
