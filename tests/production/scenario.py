"""The way to production, in the order of the project's README and docs/deploying.md."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from ..product import installed, stack
from .cloud import Cloud, running_cloud
from .failure import StepFailed, require
from .owner import Owner
from .visitor import Visitor, visiting
from .webhooks import Endpoint

# The people of the instance; its demo's are there as well, and never used.
EMAIL, PASSWORD = "olga@example.com", "a-password-of-production"
LEAVING, STAYING = "Umbra", "Stella"
# The token that the purge runs with.
PURGING = "purge"
EVENTS = {LEAVING: 5, STAYING: 3}
# The least: the purge waits for so long after a deletion.
TOKEN_TTL_S = 60
SECRETS = (
    "CLERK_SECRET_KEY",
    "CLERK_WEBHOOK_SIGNING_SECRET",
    "TINYBIRD_JWT_SECRET",
    "TINYBIRD_INGEST_TOKEN",
    "TINYBIRD_API_KEY",
)
WORKERS = 2
LEAK = """NODE all
SQL >
    SELECT event, count() AS events FROM events GROUP BY event

TYPE endpoint
"""
LEAKING = "top_events"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the project is rendered with."""

    backend: str
    token_minting: str

    def __str__(self) -> str:
        return f"{self.backend}, {self.token_minting}"


@dataclass(frozen=True, slots=True)
class People:
    """A user, and the organizations that they are a member of: name to id."""

    user: str
    organizations: dict[str, str]

    @property
    def leaving(self) -> str:
        """The tenant that will be deleted."""
        return self.organizations[LEAVING]

    @property
    def staying(self) -> str:
        """The tenant that must keep all its rows."""
        return self.organizations[STAYING]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One project on its way. `late_s`: how late Clerk's last webhook arrives."""

    answers: Answers
    owner: Owner
    cloud: Cloud
    people: People
    url: str
    folder: Path
    late_s: float
    say: Callable[[str], None]

    def run(self) -> None:
        """Take every step.

        Raises: StepFailed.
        """
        with self._step("fill .env: the API keys of Clerk, the workspace of Tinybird"):
            self.owner.fill_in(**self._first_values())
        if self.answers.token_minting == "clerk_template":
            self._provision_clerk()
        self._deploy()
        self._fill_catalog()
        self._examine()
        with contextlib.ExitStack() as running:
            with self._step(f"poe serve ({WORKERS} processes), until /readyz answers 200"):
                running.enter_context(self.owner.serving(self.url, WORKERS, self.log))
            self._visit_unknown()
            self._visit()
            self._receive_webhooks()
            self._lose_organization()
            self._purge()
            self._find_leak()
        self._read_log()

    def _deploy(self) -> None:
        with self._step("poe deploy: the doctor misses the tokens that it has just made"):
            said = self.owner.poe("deploy")
            for name in ("TINYBIRD_INGEST_TOKEN", "TINYBIRD_API_KEY"):
                require(f"{name} is not set" in said, f"The doctor does not miss {name}:\n{said}")
        with self._step("fill .env: the tokens of Tinybird, the signing secret of the webhook"):
            self.cloud.tinybird.create_admin_token(PURGING)
            self.owner.fill_in(**self._second_values())

    def _fill_catalog(self) -> None:
        with self._step("poe tb-cloud datasource append: the rows that visitors see"):
            append = ("tb-cloud", "datasource", "append", "event_catalog")
            self.owner.poe(*append, "--file", "fixtures/event_catalog.ndjson")

    def _provision_clerk(self) -> None:
        with self._step("poe clerk-template diff, push, diff, push: made once"):
            self.owner.poe("clerk-template", "diff", status=1)
            created = self.owner.poe("clerk-template", "push")
            self.owner.poe("clerk-template", "diff")
            again = self.owner.poe("clerk-template", "push")
            require("was created" in created, f"The first push says: {created}")
            require("was unchanged" in again, f"The second push says: {again}")

    def _examine(self) -> None:
        with self._step("poe doctor: nothing is wrong"):
            # What takes somebody who is signed in is skipped until then.
            _require_health(self.owner.poe("doctor", "--users", "1"), skipped="")

    def _visit_unknown(self) -> None:
        with self._step("a visitor without a session reads the public endpoint and no other"):
            public = httpx2.get(f"{self.url}/api/analytics/event_types", timeout=60)
            labels = {row["label"] for row in public.raise_for_status().json()["data"]}
            require("Report shared" in labels, f"A visitor sees {labels}.")
            refused = httpx2.get(f"{self.url}/api/analytics/{LEAKING}", timeout=60)
            require(refused.status_code == 401, f"A visitor gets {refused} for {LEAKING}.")

    def _visit(self) -> None:
        with visiting(self.url) as visitor:
            with self._step(f"{EMAIL} signs in through ClerkJS, sends events and sees them"):
                visitor.sign_in(EMAIL, PASSWORD)
                for name, tenant in self.people.organizations.items():
                    self._use(visitor, name, tenant)
            with self._step(f"the page's tokens come from {self._minter}, for no other tenant"):
                self._check_tokens(visitor)

    def _use(self, visitor: Visitor, name: str, tenant: str) -> None:
        visitor.enter(name, tenant)
        visitor.send_events(EVENTS[name])
        seen = visitor.count_events(tenant)
        require(seen == EVENTS[name], f"{name} sent {EVENTS[name]} events and sees {seen}.")
        users = visitor.listed_users()
        require(users == {self.people.user}, f"The dashboard of {name} names {users}.")
        words = (self.answers.backend, self.answers.token_minting, name.lower())
        visitor.keep_picture("-".join(("production", *words)))

    def _check_tokens(self, visitor: Visitor) -> None:
        tenants = set(self.people.organizations.values())
        found = visitor.tenants_spoken_for()
        require(found == tenants, f"The page's tokens are for {found}, not for {tenants}.")
        by_clerk = visitor.asked("/tokens/tinybird")
        by_app = visitor.asked("/api/tinybird/token")
        is_clerk = self.answers.token_minting == "clerk_template"
        require(by_clerk == is_clerk, "Clerk was asked for tokens of the wrong kind.")
        require(not (by_app and is_clerk), "The page asked the app for a token.")

    def _receive_webhooks(self) -> None:
        endpoint = self._endpoint()
        with self._step("Clerk's webhooks arrive; one that is signed otherwise does not"):
            for tenant in self.people.organizations.values():
                _require_taken(endpoint.deliver("organization.created", self._made(tenant)))
            forged = Endpoint(self.url, "whsec_" + "Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk")
            answer = forged.deliver("organization.deleted", _gone(self.people.staying))
            require(answer.status_code == 400, f"A forged webhook is answered {answer}.")
            for name, tenant in self.people.organizations.items():
                rows = self._rows(tenant)["tenants"]
                require(rows == 1, f"The datasource tenants has {rows} rows of {name}.")

    def _lose_organization(self) -> None:
        with self._step(f"{LEAVING} is deleted at Clerk, which says so to the app"):
            self.cloud.clerk.call("DELETE", f"/v1/organizations/{self.people.leaving}")
            event = "organization.deleted", _gone(self.people.leaving)
            _require_taken(self._endpoint().deliver(*event, self.late_s))

    def _purge(self) -> None:
        kept, held = self._rows(self.people.staying), self._rows(self.people.leaving)
        require(held["events"] >= EVENTS[LEAVING], f"{LEAVING} has no rows to remove: {held}")
        with self._step(f"poe purge: no row of {LEAVING} is left, and every one of {STAYING}"):
            said = self.owner.poe("purge", "--grace-days", "0", "--dry-run")
            require(self._rows(self.people.leaving) == held, "A dry run removed rows.")
            require(f"{held['events']} of events" in said, f"A dry run says:\n{said}")
            self.owner.poe("purge", "--grace-days", "0")
            left = self._rows(self.people.leaving)
            require(not any(left.values()), f"The purge left rows of {LEAVING}: {left}")
            now = self._rows(self.people.staying)
            require(now == kept, f"{STAYING} had {kept} rows and has {now}.")

    def _find_leak(self) -> None:
        with self._step(f"somebody deploys another {LEAKING} by hand, which forgets the tenant"):
            copy, pipe = self.folder / "by-hand", f"endpoints/{LEAKING}.pipe"
            self.owner.deploy_by_hand(copy, self.cloud.tinybird, pipe, LEAK)
        with self._step("poe doctor: it finds the leak and ends with 1"):
            said = self.owner.poe("doctor", status=1)
            sentence = f"{LEAKING} shows rows to a tenant that does not exist"
            require(sentence in said, f"The doctor does not name the leak:\n{said}")
        with self._step("poe deploy mends it"):
            _require_health(self.owner.poe("deploy", "--users", "1"), skipped=", 0 skipped")

    def _read_log(self) -> None:
        with self._step("the app's log tells of no failure and holds no secret"):
            lines = self.log.read_text().splitlines()
            bad = [line for line in lines if "Traceback" in line or '"level":"error"' in line]
            require(not bad, f"The app's log has failures: {bad}")
            known = {**self._first_values(), **self._second_values()}
            told = [name for name in SECRETS if any(known[name] in line for line in lines)]
            require(not told, f"The app's log holds {', '.join(told)}.")

    @property
    def log(self) -> Path:
        """What `poe serve` prints."""
        return self.folder / "serve.log"

    def _first_values(self) -> dict[str, str]:
        tinybird, clerk = self.cloud.tinybird, self.cloud.clerk
        return {
            "CLERK_PUBLISHABLE_KEY": clerk.publishable_key,
            "CLERK_SECRET_KEY": clerk.secret_key,
            "CLERK_AUTHORIZED_PARTIES": self.url,
            "CLERK_PROXY_URL": clerk.url,
            "CLERK_API_URL": clerk.url,
            "TINYBIRD_API_URL": tinybird.url,
            "TINYBIRD_WORKSPACE_ID": tinybird.workspace_id,
            "TINYBIRD_JWT_SECRET": tinybird.token,
            "TB_TOKEN": tinybird.token,
            "TOKEN_TTL_SECONDS": str(TOKEN_TTL_S),
        }

    def _second_values(self) -> dict[str, str]:
        tinybird = self.cloud.tinybird
        return {
            "TINYBIRD_INGEST_TOKEN": tinybird.token_named("app_ingest"),
            "TINYBIRD_API_KEY": tinybird.token_named("app_public"),
            "TINYBIRD_ADMIN_TOKEN": tinybird.token_named(PURGING),
            "CLERK_WEBHOOK_SIGNING_SECRET": self.cloud.clerk.webhook_secret,
        }

    def _made(self, organization: str) -> dict[str, object]:
        data = self.cloud.clerk.call("GET", f"/v1/organizations/{organization}")
        # Before it is deleted, however late Clerk says that.
        return {**data, "updated_at": data["updated_at"] - int(self.late_s * 1000)}

    @property
    def _minter(self) -> str:
        return "Clerk" if self.answers.token_minting == "clerk_template" else "the app"

    def _endpoint(self) -> Endpoint:
        return Endpoint(self.url, self.cloud.clerk.webhook_secret)

    def _rows(self, tenant: str) -> dict[str, int]:
        return self.cloud.tinybird.count_rows(tenant)

    def _step(self, sentence: str) -> contextlib.AbstractContextManager[None]:
        return step(sentence, self.say)


def go(answers: Answers, folder: Path, late_s: float, say: Callable[[str], None]) -> None:
    """Render a fresh project and take it to production.

    Raises: StepFailed.
    """
    with contextlib.ExitStack() as running:
        with step("copier copy --defaults, uv sync", say):
            project = installed(
                folder / "project", backend=answers.backend, token_minting=answers.token_minting
            )
        with step("make the accounts: a workspace of Tinybird, an instance of Clerk", say):
            devstack = project / "devstack" / ".venv" / "bin" / "devstack"
            cloud = running.enter_context(running_cloud(devstack, folder / "cloud"))
            people = _found(cloud)
        url = f"http://127.0.0.1:{stack.free_port()}"
        Scenario(answers, Owner(project), cloud, people, url, folder, late_s, say).run()


@contextlib.contextmanager
def step(sentence: str, say: Callable[[str], None]) -> Generator[None]:
    """Say how long a step took, or that it failed.

    Raises: StepFailed.
    """
    began = time.monotonic()
    try:
        yield
    except (StepFailed, AssertionError, httpx2.HTTPError) as error:
        raise StepFailed(f"Failed: {sentence}.\n{error}") from error
    say(f"{time.monotonic() - began:5.1f} s  {sentence}")


def _found(cloud: Cloud) -> People:
    clerk = cloud.clerk
    user = clerk.create_user("Olga", EMAIL, PASSWORD)
    return People(user, {name: clerk.create_organization(name, user) for name in EVENTS})


def _require_health(said: str, skipped: str) -> None:
    sound = f"0 errors, 0 warnings{skipped}"
    require(sound in said, f"The doctor has something to say:\n{said}")


def _gone(organization: str) -> dict[str, object]:
    return {"id": organization, "object": "organization", "deleted": True}


def _require_taken(answer: httpx2.Response) -> None:
    require(answer.text == '{"status":"ok"}', f"A webhook is answered {answer}: {answer.text}")
