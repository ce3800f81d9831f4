"""What a page of the list is, who is in front of it, and what is done on most of them."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from playwright.sync_api import expect

from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User
from testkit.browser import Visit
from testkit.site import Site

__all__ = [
    "REFUSED",
    "Act",
    "Prepare",
    "Scene",
    "SitePage",
    "ask_to_remove",
    "fill_nothing",
    "save_line",
    "send",
    "send_empty",
    "unfold",
]


@frozen
class Scene:
    """Who is in front of the page, and where."""

    site: Site
    visit: Visit
    user: User | None

    @property
    def me(self) -> User:
        """The account that is signed in."""
        if self.user is None:
            raise AssertionError("nobody is signed in on this page")
        return self.user

    def loan(self, label: str) -> str:
        """The path of the loan of that name of the account, saved now when it is not there."""
        if label not in self.site.loans(self.me):
            self.site.give_loans(self.me)
        return f"/plateforme/prets/{self.site.loans(self.me)[label].id}"


Prepare = Callable[[Scene], str]


Act = Callable[[Visit], None]


@frozen(kw_only=True)
class SitePage:
    """One page.

    Attributes:
        name: Names its screenshots.
        endpoint: The view that answers.
        path: Its address, or how to prepare it.
        role: Who is signed in; None for nobody.
        act: What is done on the page before it is looked at (a form sent, a part unfolded).
        statuses: What its answers may be beside 200.
        fresh: The account is made for this page alone, and has nothing yet.
        every_look: It is looked at in the dark and in English too, as the first state of each
            endpoint is: it shows something that the first one does not.
    """

    name: str
    endpoint: str
    path: str | Prepare
    role: Role | None = None
    act: Act | None = None
    statuses: frozenset[int] = frozenset()
    fresh: bool = False
    every_look: bool = False

    def path_for(self, scene: Scene) -> str:
        """Its address, prepared when it has to be."""
        return self.path if isinstance(self.path, str) else self.path(scene)


def send(visit: Visit) -> None:
    """Send the form that is shown."""
    visit.page.locator("main form button[type=submit]:visible").first.click()
    visit.page.wait_for_load_state()


def save_line(visit: Visit) -> None:
    """Save the form of a card."""
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


def fill_nothing(visit: Visit) -> None:
    """Leave every field empty."""
    for field in visit.page.locator("main form input:visible:not([readonly])").all():
        field.fill("")


def send_empty(visit: Visit) -> None:
    """Send the form with nothing in it."""
    fill_nothing(visit)
    send(visit)


def unfold(visit: Visit) -> None:
    """Open what is folded."""
    folded = visit.page.locator("main details:not([open]) > summary:visible")
    while folded.count():
        folded.first.click()


def ask_to_remove(visit: Visit) -> None:
    """Ask to remove something: the question is over the page."""
    visit.page.locator("form[data-confirm] button").first.click()
    expect(visit.page.locator("dialog[open]")).to_be_visible()


REFUSED = frozenset({422})
"""The status of a form that was not accepted."""
