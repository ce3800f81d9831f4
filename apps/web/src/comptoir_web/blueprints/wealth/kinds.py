"""The kinds of line a client may hold: how each is called, and the form that edits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.presentation.languages import lazy_gettext as _
from wealth_core.networth import (
    CashAccount,
    Category,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Investment,
    OtherGood,
    Property,
)

from .forms import (
    CashForm,
    CreditForm,
    CryptoForm,
    InvestmentForm,
    LineForm,
    OtherGoodForm,
    PropertyForm,
)
from .words import CATEGORIES, CREDITS

if TYPE_CHECKING:
    from wealth_core.networth import Line

__all__ = ["KINDS", "Kind", "kind_of"]


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of line.

    Attributes:
        slug: Its word in an address.
        category: Where it counts; None for a credit.
        title: The name of its category.
        add: What the button that adds one says.
        new: The heading of the page that adds one.
        icon: Its icon.
        form: The form that edits one.
        template: The fields of that form.
        classes: The values it makes.
    """

    slug: str
    category: Category | None
    title: object
    add: object
    new: object
    icon: str
    form: type[LineForm]
    template: str
    classes: tuple[type, ...]


KINDS: Final = (
    Kind(
        slug="liquidites",
        category=Category.CASH,
        title=CATEGORIES[Category.CASH],
        add=_("Add an account"),
        new=_("New account"),
        icon="wallet2",
        form=CashForm,
        template="cash",
        classes=(CashAccount,),
    ),
    Kind(
        slug="placements",
        category=Category.INVESTMENTS,
        title=CATEGORIES[Category.INVESTMENTS],
        add=_("Add an investment"),
        new=_("New investment"),
        icon="graph-up-arrow",
        form=InvestmentForm,
        template="investment",
        classes=(Investment,),
    ),
    Kind(
        slug="immobilier",
        category=Category.REAL_ESTATE,
        title=CATEGORIES[Category.REAL_ESTATE],
        add=_("Add a property"),
        new=_("New property"),
        icon="house",
        form=PropertyForm,
        template="property",
        classes=(Property,),
    ),
    Kind(
        slug="crypto",
        category=Category.CRYPTO,
        title=CATEGORIES[Category.CRYPTO],
        add=_("Add a crypto-asset"),
        new=_("New crypto-asset"),
        icon="currency-bitcoin",
        form=CryptoForm,
        template="crypto",
        classes=(CryptoHolding,),
    ),
    Kind(
        slug="autres-biens",
        category=Category.OTHER_GOODS,
        title=CATEGORIES[Category.OTHER_GOODS],
        add=_("Add another good"),
        new=_("New good"),
        icon="box-seam",
        form=OtherGoodForm,
        template="other_good",
        classes=(OtherGood,),
    ),
    Kind(
        slug="credits",
        category=None,
        title=CREDITS,
        add=_("Add a credit"),
        new=_("New credit"),
        icon="credit-card",
        form=CreditForm,
        template="credit",
        classes=(CreditBalance, CreditLoan),
    ),
)
"""In the order of every page."""


def kind_of(line: Line) -> Kind:
    """The kind of a line."""
    return next(kind for kind in KINDS if isinstance(line, kind.classes))
