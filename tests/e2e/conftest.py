"""Fixtures of the browser tests: the site, Chromium, windows that let nothing wrong go by.

- `site`: the real server over a database of its own, with the demonstration's accounts and loans
- `visit`: a window of 1280 px, in the light scheme; `open_visit(...)`: another one
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from testkit.browser import ChromiumMissingError, Visit, running_chromium, visiting
from testkit.processes import ServerStartError
from testkit.site import Site, running_site

OpenVisit = Callable[..., Visit]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a real browser."""
    for item in items:
        if item.path.parent.name == "e2e":
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The running site."""
    with contextlib.ExitStack() as stack:
        failed = ""
        try:
            running = stack.enter_context(running_site(tmp_path_factory.mktemp("site")))
        except ServerStartError as failure:
            failed = str(failure)
        if failed:
            pytest.fail(failed, pytrace=False)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The running Chromium."""
    with contextlib.ExitStack() as stack:
        failed = ""
        try:
            running = stack.enter_context(running_chromium())
        except ChromiumMissingError as failure:
            failed = str(failure)
        if failed:
            pytest.fail(failed, pytrace=False)
        yield running


@pytest.fixture
def open_visit(browser: Browser, site: Site) -> Iterator[OpenVisit]:
    """Open a window: `open_visit(width=390, scheme="dark", javascript=False, cookies=[...])`."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(visiting(browser, site.address, **options))


@pytest.fixture
def visit(open_visit: OpenVisit) -> Visit:
    """A window of 1280 px, in the light scheme, with nobody signed in."""
    return open_visit()
