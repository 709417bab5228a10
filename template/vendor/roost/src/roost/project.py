"""An owner's app as the library knows it: its policy, its lists and its dashboard."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tomllib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType

from roost.dashboard.pages import Pages
from roost.errors import AppError
from roost.guests.offers import GuestOffers
from roost.guests.service import Guests
from roost.http import asgi, wsgi
from roost.http.missing import Asked, encode_refusal
from roost.http.openapi.bodies import Json
from roost.http.openapi.document import OwnRoutes, write_document
from roost.http.pages import clerk_scripts
from roost.http.threads import InThreads
from roost.policy.access import Policy, read_policy
from roost.policy.catalog import Catalog, load_catalog
from roost.policy.listing import PolicyListing, list_policy
from roost.policy.product import Product, load_product
from roost.serving.blocking import BlockingServices
from roost.serving.services import Services
from roost.settings import Settings, load_settings
from roost.webhooks.receiver import DELIVERIES_PATH

PRODUCT_FILE = "product.json"


class ProjectUnknown(Exception):
    """No project is found here; the sentence says what to write where."""


class Project(GuestOffers):
    """Everything that belongs to one app; nothing is read before it is asked for.

    Args: import_name: `__name__` of the module that holds the app.  policy: the module that says
        who may read what; `endpoints.json`, `product.json` and `dashboard/` are in its folder.
        product: in the place of `product.json`.
    """

    def __init__(
        self, import_name: str, policy: ModuleType, *, product: Product | None = None
    ) -> None:
        self.import_name = import_name
        self.policy_module = policy
        self._product = product

    @cached_property
    def folder(self) -> Path:
        """The folder of the module that holds the app."""
        return Path(str(self.policy_module.__file__)).parent

    @cached_property
    def settings(self) -> Settings:
        """What the environment decides. Raises: SettingsInvalid."""
        return load_settings()

    @cached_property
    def product(self) -> Product:
        """What the app's answers say. Raises: ProductInvalid."""
        return self._product or load_product(self.folder / PRODUCT_FILE)

    @cached_property
    def catalog(self) -> Catalog:
        """The endpoints of the data project."""
        return load_catalog(self.folder / "endpoints.json")

    @cached_property
    def policy(self) -> Policy:
        """Who may read what. Raises: PolicyInvalid, ProductInvalid."""
        return read_policy(self.policy_module, self.product, self.catalog)

    @cached_property
    def services(self) -> Services:
        """The services of this process. Raises: SettingsInvalid, PolicyInvalid, ProductInvalid."""
        return self.make_services()

    @property
    def clerk_scripts(self) -> str:
        """The elements that load ClerkJS in a page of one's own, escaped for its `<head>`.

        Raises: SettingsInvalid.
        """
        return clerk_scripts(self.settings)

    @cached_property
    def dashboard(self) -> Path | None:
        """The owner's templates, charts and styles; without them there are no pages."""
        folder = self.folder / "dashboard"
        return folder if folder.is_dir() else None

    @cached_property
    def pages(self) -> Pages:
        """The pages of `dashboard/`, where there is one. Raises: ProductInvalid."""
        return Pages(self.dashboard or self.folder, self.product.frontend)

    def encode_refusal(self, error: AppError, asked: Asked) -> tuple[bytes, str]:
        """Return the body of a refusal and its media type: a page where a link leads to nothing."""
        return encode_refusal(error, asked, self.product.name, has_pages=self.dashboard is not None)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Services, None]:
        """Keep the services of this process open while its app serves; the next have new ones.

        Raises: SettingsInvalid, PolicyInvalid, ProductInvalid.
        """
        try:
            async with self.services as services:
                yield services
        finally:
            self.__dict__.pop("services", None)

    def make_services(self) -> Services:
        """Make services of one's own; close them as an async context manager.

        Raises: SettingsInvalid, PolicyInvalid, ProductInvalid.
        """
        return Services(self.settings, self.policy, self.catalog)

    def _guests(self) -> Guests:
        return self.services.guests

    def _charts(self) -> Path:
        return (self.dashboard or self.folder) / "static" / "charts"

    def load_policy(self) -> tuple[Policy, Catalog]:
        """Return the policy and the endpoints. Raises: PolicyInvalid, ProductInvalid."""
        return self.policy, self.catalog

    def document(self, own: OwnRoutes, root: str = "") -> Json:
        """Write the OpenAPI document of the app.

        Args: root: the path under which the product is, without a slash at its end.
        Raises: PolicyInvalid, ProductInvalid.
        """
        return write_document(self.product.name, self.policy, self.catalog, own, root)

    def listing(self) -> PolicyListing:
        """List the policy with its lines, for the lint."""
        source = Path(str(self.policy_module.__file__))
        here = Path.cwd()
        place = source.relative_to(here) if source.is_relative_to(here) else source
        return list_policy(self.policy_module, source, place.as_posix())


class BlockingProject(Project):
    """A project whose framework threads serve."""

    @cached_property
    def blocking(self) -> BlockingServices:
        """The services of this process, for code that cannot await.

        Raises: SettingsInvalid, PolicyInvalid, ProductInvalid.
        """
        return BlockingServices(self.services)

    def over_asgi(self, app: wsgi.App) -> asgi.Shell:
        """Serve a WSGI app over ASGI: the event loop receives the bodies, threads do the work."""
        received_first = {DELIVERIES_PATH: self.services.webhooks.admit}
        return asgi.Shell(InThreads(app, received_first), self.settings)


def find_target(folder: Path | None = None) -> str:
    """Return `[tool.roost] app` of the `pyproject.toml` in a folder, such as `acme.app:app`.

    Raises: ProjectUnknown: if there is none.
    """
    path = (folder or Path.cwd()) / "pyproject.toml"
    if not path.is_file():
        raise ProjectUnknown(f"There is no {path.name} here: run this in the project's folder.")
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("roost", {})
    target = table.get("app")
    if not isinstance(target, str) or target.count(":") != 1:
        raise ProjectUnknown(
            'pyproject.toml names no app: add [tool.roost] with app = "PACKAGE.app:app".'
        )
    return target


def load_app(target: str) -> object:
    """Import the app that a target names: `acme.app:app`, or what `acme.app:create_app()` makes.

    Raises: ProjectUnknown: if there is none.  SettingsInvalid, PolicyInvalid, ProductInvalid: where
    the app reads them on import.
    """
    module, _, attribute = target.partition(":")
    name = attribute.removesuffix("()")
    if not _exists(module) or not hasattr(imported := importlib.import_module(module), name):
        raise ProjectUnknown(f"{module} has no {name}, which [tool.roost] app names.")
    found = getattr(imported, name)
    return found() if attribute.endswith("()") else found


def find_project(folder: Path | None = None) -> Project:
    """Return the project whose `pyproject.toml` is here, without importing its app.

    Raises: ProjectUnknown: if it is not found.
    """
    module, _, _ = find_target(folder).partition(":")
    _import_from_here()
    package, _, _ = module.rpartition(".")
    name = f"{package}.policy" if package else "policy"
    if not _exists(name):
        raise ProjectUnknown(
            f"{name} is missing: it says who may read what. [tool.roost] app names {module}."
        )
    return _Found(module, importlib.import_module(name))


def _exists(name: str) -> bool:
    package, _, _ = name.rpartition(".")
    if package and not _exists(package):
        return False
    return importlib.util.find_spec(name) is not None


class _Found(Project):
    """A project as the command line finds it."""

    @cached_property
    def product(self) -> Product:
        """As the file says, or the app, which is imported only where there is no file."""
        is_written = (self.folder / PRODUCT_FILE).is_file()
        return super().product if is_written else _made_in(self.import_name).product


def _made_in(module: str) -> Project:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, Project):
            return value
    raise ProjectUnknown(
        f"There is no {PRODUCT_FILE} beside policy.py, and {module} makes no Roost(...): write one "
        "there, or name the module that does in [tool.roost] app."
    )


def _import_from_here() -> None:
    # An app that is not installed is a module of this folder. Last: nothing in it may stand for a
    # package that is.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
