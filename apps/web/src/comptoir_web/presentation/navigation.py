"""The header: what each role can go to, and who is signed in.

A section shows where its page exists in this installation and the reader's role reaches it. What
a role may really open is decided beside each blueprint; this only spares a reader the doors that
are closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from flask import current_app, request, url_for
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login ships no types
from werkzeug.routing import BuildError

from .languages import lazy_gettext

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["ACCOUNT", "SECTIONS", "Link", "Section", "install_navigation", "page_url"]


@attrs.frozen
class Section:
    """A place the header leads to: its page, its name, its icon, the roles that see it."""

    endpoint: str
    label: object  # a lazy text
    icon: str
    roles: frozenset[str]

    @property
    def blueprint(self) -> str:
        """The blueprint whose pages belong to this section."""
        return self.endpoint.rpartition(".")[0]


@attrs.frozen
class Link:
    """A section as one page shows it."""

    url: str
    label: str
    icon: str
    current: bool = False


SECTIONS: tuple[Section, ...] = (
    Section("wealth.dashboard", lazy_gettext("Net worth"), "pie-chart", frozenset({"client"})),
    Section("planning.index", lazy_gettext("Plan"), "calendar-check", frozenset({"client"})),
    Section("clients.index", lazy_gettext("Clients"), "person-lines-fill", frozenset({"admin"})),
    Section("quotes.index", lazy_gettext("Prices"), "currency-exchange", frozenset({"admin"})),
    Section("freight.index", lazy_gettext("Group freight"), "box-seam", frozenset({"merchant"})),
    Section("freight_admin.index", lazy_gettext("Freight"), "box-seam", frozenset({"admin"})),
    Section("loans.index", lazy_gettext("Loans"), "bank", frozenset({"client", "admin"})),
    Section("jobs.index", lazy_gettext("Jobs"), "hourglass-split", frozenset({"client", "admin"})),
    Section("admin.users", lazy_gettext("Users"), "people", frozenset({"admin"})),
)

ACCOUNT: tuple[Section, ...] = (
    Section(
        "account.show",
        lazy_gettext("My account"),
        "person-gear",
        frozenset({"client", "admin", "merchant", "staff"}),
    ),
)


def page_url(endpoint: str, **values: object) -> str | None:
    """The address of a page, or None where this installation does not have it."""
    try:
        return url_for(endpoint, **values)  # type: ignore[arg-type]  # url_for takes any value
    except BuildError:
        return None


def signed_in() -> bool:
    """Whether the reader is signed in."""
    # Without a login manager (a page shown outside the whole shell) nobody is.
    return hasattr(current_app, "login_manager") and bool(current_user.is_authenticated)


def signed_in_name() -> str:
    """How the header calls the reader: the account's name, else its address."""
    return str(getattr(current_user, "name", "") or getattr(current_user, "email", ""))


def navigation() -> tuple[Link, ...]:
    """The sections this reader can go to, the present one marked."""
    return _links(SECTIONS)


def account_links() -> tuple[Link, ...]:
    """The pages of the reader's own account."""
    return _links(ACCOUNT)


def home_url() -> str:
    """Where the business's name leads: the reader's first section, else sign-in, else the root."""
    links = navigation()
    return links[0].url if links else (page_url("auth.sign_in") or "/")


def _links(sections: tuple[Section, ...]) -> tuple[Link, ...]:
    if not signed_in():
        return ()
    role = str(getattr(current_user, "role", ""))
    here = request.blueprint
    return tuple(
        Link(url, str(section.label), section.icon, section.blueprint == here)
        for section in sections
        if role in section.roles and (url := page_url(section.endpoint)) is not None
    )


def install_navigation(app: Flask) -> None:
    """Give every template what the header needs."""
    app.jinja_env.globals.update(
        account_links=account_links,
        home_url=home_url,
        navigation=navigation,
        page_url=page_url,
        signed_in=signed_in,
        signed_in_name=signed_in_name,
    )
