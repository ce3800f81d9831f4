"""A real Chromium for the tests, and a page that lets nothing wrong go by.

`Visit` is one person's browser window: it fails its test for a message of the browser's console, an
uncaught error of a script, a request that failed, and any request to another host.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from attrs import define, field
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

__all__ = [
    "VARIABLE",
    "ChromiumMissingError",
    "Scheme",
    "Visit",
    "chromium",
    "running_chromium",
    "visiting",
]

VARIABLE = "COMPTOIR_TEST_CHROMIUM"
Scheme = Literal["light", "dark"]

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_STATUS = re.compile(r"Failed to load resource: .* status of (\d+)")
_TIMEOUT_MS = 10_000


class ChromiumMissingError(Exception):
    """There is no Chromium to drive; the message says how to give one."""


def chromium() -> Path:
    """The browser to drive: the one named by the environment, else the system's.

    Raises:
        ChromiumMissingError: There is none.
    """
    named = os.environ.get(VARIABLE)
    found = shutil.which(named or "chromium")
    if found is None:
        tried = f"{VARIABLE} names {named}, which is not a program" if named else "none was found"
        raise ChromiumMissingError(
            f"the tests of the pages need Chromium, and {tried}: install Debian's package "
            f"`chromium`, or set {VARIABLE} to a Chromium or Chrome"
        )
    return Path(found)


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless Chromium for the length of the block.

    Raises:
        ChromiumMissingError: There is none, or it does not start.
    """
    program = chromium()
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=program, args=list(_FLAGS))
        except Error as error:
            raise ChromiumMissingError(f"{program} does not start: {error.message}") from error
        try:
            yield browser
        finally:
            browser.close()


@define(slots=False)  # playwright notes on an object which of its methods listen
class Visit:
    """One browser window on one site, and what went wrong in it.

    Attributes:
        page: The window.
        address: The site; a request anywhere else is a fault.
        refusals: Statuses that the test means to get (422 for a form with faults).
        elsewhere: Other addresses that the test means to go to.
        faults: What went wrong so far.
    """

    page: Page
    address: str
    refusals: set[int] = field(factory=set)
    elsewhere: set[str] = field(factory=set)
    faults: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.page.set_default_timeout(_TIMEOUT_MS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error.message}"))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)

    @property
    def context(self) -> BrowserContext:
        """The window's cookies and settings."""
        return self.page.context

    def goto(self, path: str) -> int:
        """Open a page of the site, once the present one is whole; the status of its answer."""
        self.page.wait_for_load_state()
        answer = self.page.goto(f"{self.address}{path}")
        return answer.status if answer else 0

    def keep_cookie(self, cookie: tuple[str, str]) -> None:
        """Put a cookie of the site into the window."""
        name, value = cookie
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def check(self) -> None:
        """Fail for everything that went wrong."""
        assert not self.faults, "in the browser: " + "; ".join(self.faults)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        status = _STATUS.match(message.text)
        if status is None or int(status[1]) not in self.refusals:
            where = message.location.get("url", "")
            self.faults.append(f"console {message.type}: {message.text} ({where})")

    def _on_request(self, request: Request) -> None:
        meant = tuple(f"{address}/" for address in (self.address, *self.elsewhere))
        if not request.url.startswith((*meant, "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Aborted by the browser itself: a page left before its icon came, or a download, which
        # takes the place of the page that was on its way.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request failed: {request.url} ({request.failure})")


@contextlib.contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    width: int = 1280,
    scheme: Scheme = "light",
    javascript: bool = True,
    language: str = "fr",
    cookies: Sequence[tuple[str, str]] = (),
) -> Iterator[Visit]:
    """Open a window of its own for the length of the block, then fail for what went wrong in it."""
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 768 else 800},
        color_scheme=scheme,
        reduced_motion="reduce",  # a colour on its way to another is no fault of contrast
        java_script_enabled=javascript,
        locale="fr-FR" if language == "fr" else "en-GB",
        timezone_id="Europe/Paris",
    )
    try:
        visit = Visit(context.new_page(), address)
        for cookie in cookies:
            visit.keep_cookie(cookie)
        yield visit
        visit.check()
    finally:
        context.close()
