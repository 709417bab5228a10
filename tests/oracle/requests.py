"""Requests that differ in what surrounds or signs the token."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .cases import Case, bearer
from .tokens import HEADER, SUFFIX, VERSION_2, Signer, changed, encode, part, signed_by_secret


def forged(signer: Signer) -> Iterator[Case]:
    """Yield tokens whose signature is not the one of their header and claims."""
    token = signer.token()
    header, claims, signature = token.split(".")
    yield bearer("signed by another key", Signer().token())
    yield bearer("not signed", f"{header}.{claims}.")
    yield bearer("of algorithm none", f"{part(changed(HEADER, {'alg': 'none'}))}.{claims}.")
    for algorithm in ("HS256", "RS256"):
        for name, secret in (("PEM", signer.pem), ("one line", signer.pem.replace("\n", ""))):
            yield bearer(f"{algorithm} by {name}", signed_by_secret(secret, algorithm))
    other_user = part(changed(VERSION_2, {"sub": "user_eve"}))
    yield bearer("of changed claims", f"{header}.{other_user}.{signature}")
    yield bearer("of a changed header", f"{part(changed(HEADER, {'x': 1}))}.{claims}.{signature}")
    yield bearer("of zeros", f"{header}.{claims}.{encode(bytes(256))}")
    yield bearer("cut short", token[:-1])
    for position in range(0, len(signature), 20):
        other = "A" if signature[position] != "A" else "B"
        changed_text = f"{signature[:position]}{other}{signature[position + 1 :]}"
        yield bearer(f"changed at {position}", f"{header}.{claims}.{changed_text}")


def malformed(signer: Signer) -> Iterator[Case]:
    """Yield what is no token, and a good token with something about it."""
    token = signer.token()
    header, claims, signature = token.split(".")
    for text in ("junk", "a.b", "a.b.c", "e30.e30.e30", "null", "..", "{}", "x" * 9000):
        yield bearer(f"text {text[:20]}", text)
    for machine in ("mt_abc", "m2m_abc", "oat_abc", "ak_abc"):
        yield bearer(f"machine token {machine}", machine)
    for payload in ([], None, 7, "user_ada"):
        yield bearer(f"claims {payload!r}", signer.token(payload))
    yield bearer("a part more", f"{token}.e30")
    yield bearer("a part less", f"{header}.{claims}")
    yield from _spelled(signer)
    for junk in ("!!!!", "\t\t\t\t", "===="):
        yield bearer(f"{junk!r} inside", f"{header}.{claims}.{junk}{signature}")
    yield bearer("not ASCII", f"{token}é")


def _spelled(signer: Signer) -> Iterator[Case]:
    header, claims, signature = signer.token().split(".")
    message = f"{header}.{claims}"
    yield bearer("padding", f"{message}.{signature}==", "spelling")
    # 256 bytes end in a character of which four bits stand for nothing.
    other = chr(ord(signature[-1]) + 1)
    yield bearer("other bits at the end", f"{message}.{signature[:-1]}{other}")
    yield bearer("a padded header", signer.sign(f"{header}==.{claims}"))
    twice = encode(json.dumps(VERSION_2)[:-1].encode() + b', "sub": "user_ada"}')
    yield bearer("a claim twice", signer.sign(f"{header}.{twice}"), "given-twice")
    twice = encode(json.dumps(HEADER)[:-1].encode() + b', "alg": "RS256"}')
    yield bearer("a header field twice", signer.sign(f"{twice}.{claims}"), "given-twice")


def carried(signer: Signer) -> Iterator[Case]:
    """Yield a good token in every place where a request may carry one."""
    token = signer.token()
    good, foreign = f"__session={token}", Signer().token()
    yield Case("nothing")
    yield Case("empty headers", "", "", "no-token")
    for scheme in ("bearer", "BEARER", "bEaReR"):
        yield Case(f"scheme {scheme}", f"{scheme} {token}", None, "scheme-in-lower-case")
    yield Case("no scheme", token, None, "no-scheme")
    yield Case("two spaces", f"Bearer  {token}", None, "spaces")
    yield Case("the scheme alone", "Bearer", None, "no-token")
    yield Case("an empty token", "Bearer ", None, "no-token")
    yield Case("another scheme", f"Basic {token}", None, "other-scheme")
    yield Case("the scheme twice", f"Bearer Bearer {token}", None, "scheme-twice")
    yield Case("another scheme and a cookie", "Basic dTpw", good, "other-scheme-and-cookie")
    yield Case("an empty scheme and a cookie", "Bearer", good, "other-scheme-and-cookie")
    yield Case("a bad header and a good cookie", f"Bearer {foreign}", good)
    yield Case("a good header and a bad cookie", f"Bearer {token}", f"__session={foreign}")
    yield from _cookies(token, foreign)


# What stands in the Cookie header before and after a good session; the difference it shows.
AROUND = (
    ("", "", ""),
    ("a=b; ", "", ""),
    ("", "; a=b", ""),
    ("a=b; c=d; ", "; e=f", ""),
    ("a=b;", ";c=d", ""),
    ('prefs={"a": [1, 2]}; ', "", "junk-cookie"),
    ("b=c d, e; ", "", "junk-cookie"),
    ("flag; ", "", "junk-cookie"),
    (";; ", "", "junk-cookie"),
    ("", '; prefs={"a": [1]}', ""),
    ("x__session=1; ", "", ""),
    ("__session_id=1; ", "", "other-cookie-first"),
    ("__session_foreign=1; ", "", "other-cookie-first"),
    ("", "; __session_foreign=1", ""),
    ("__sessionx=1; ", "", "other-cookie-first"),
    ("__Session=1; ", "", ""),
)


def _cookies(token: str, foreign: str) -> Iterator[Case]:
    for number, (before, after, differs) in enumerate(AROUND):
        cookie = f"{before}__session={token}{after}"
        yield Case(f"cookie {number}: {before}...{after}", None, cookie, differs)
    own = f"__session_{SUFFIX}"
    yield Case("the suffixed cookie alone", None, f"{own}={token}")
    yield Case("both, the suffixed first", None, f"{own}={token}; __session={foreign}")
    twins = f"__session={foreign}; {own}={token}"
    yield Case("both, the suffixed last", None, twins, "suffixed-cookie-hidden")
    twins = f"__session={token}; {own}={foreign}"
    yield Case("both, the plain good", None, twins, "suffixed-cookie-ignored")
    yield Case("another app's cookie", None, f"__session_foreign={token}", "other-cookie-alone")
    yield Case("a bad cookie", None, f"__session={foreign}")
    yield Case("an empty cookie", None, "__session=", "no-token")
    yield Case("a quoted cookie", None, f'__session="{token}"', "quoted-cookie")
