"""A client's first page as an administrator reads it: the same figures, nothing to change.

Its links lead to pages that the client alone reaches, and its buttons decide for the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from comptoir_web.blueprints.wealth.dashboard import CategoryCard, DashboardPage, Mend

__all__ = ["read_only"]


def read_only(page: DashboardPage) -> DashboardPage:
    """The page without links and buttons."""
    return evolve(
        page,
        missing=tuple(map(_without_link, page.missing)),
        old=tuple(map(_without_link, page.old)),
        categories=tuple(map(_without_links, page.categories)),
        loans=tuple(evolve(loan, url="") for loan in page.loans),
        actions=tuple(evolve(one, decide_url=None, undo_url=None) for one in page.actions),
        plan_url=None,
    )


def _without_link(mend: Mend) -> Mend:
    return evolve(mend, url="")


def _without_links(card: CategoryCard) -> CategoryCard:
    return evolve(card, add_url="", lines=tuple(evolve(line, url="") for line in card.lines))
