"""A supplier of the catalogue, checked."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import attrs

from logistics_core._checks import (
    NOT_SEVERAL,
    check_amount,
    check_line,
    check_text,
    in_lines,
    kept,
)
from logistics_core.errors import SupplierFaults
from logistics_core.measures import check_is
from logistics_core.suppliers.countries import COUNTRY_CODES
from logistics_core.tariffs.tariff import check_code
from shared_kernel import FaultKind, FaultList, Money, shown

__all__ = ["MAX_DESCRIPTION", "MAX_NAME", "Badge", "Supplier"]

MAX_NAME: Final = 120
MAX_CITY: Final = 80
MAX_URL: Final = 500
MAX_DESCRIPTION: Final = 2000

NOT_AN_ID = FaultKind(
    "supplier.not_an_id", "{given} is not an identifier: write 1 to 64 letters, figures, - and _"
)
NOT_A_COUNTRY = FaultKind(
    "supplier.not_a_country", "{given} is not the code of a country: write two capitals, such as CN"
)
NOT_AN_ADDRESS = FaultKind(
    "supplier.not_an_address",
    "{given} is not the address of a site: write https:// and the rest, without a password",
)

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# What these characters are for in a text around it, they are not for in an address.
_URL: Final = re.compile(r"https://[^\s<>\"'`\\^{|}]+")


class Badge(StrEnum):
    """What was found out about a supplier."""

    VERIFIED = "verified"
    """Its papers were seen."""
    INSPECTED = "inspected"
    """Somebody went to the factory."""
    LONG_STANDING = "long_standing"
    """Merchants have bought there for years."""
    SAMPLES = "samples"
    """It sends samples."""


def _badges(values: Iterable[Badge]) -> tuple[Badge, ...]:
    """Each badge once, in their order; what is none is left for the check to refuse."""
    several = kept(values)
    given: object = several
    if isinstance(given, tuple) and all(isinstance(each, Badge) for each in given):
        return tuple(badge for badge in Badge if badge in given)
    return several


@attrs.frozen(kw_only=True)
class Supplier:
    """Somebody to buy from.

    Args:
        id: 1 to 64 letters, figures, ``-`` and ``_``.
        name: one line of 1 to 120 characters.
        category: the code of the category of its goods, as tariffs name them.
        country: two capitals, ISO 3166: ``CN``.
        city: one line of at most 80 characters.
        badges: what was found out about it; kept in one order, each once.
        minimum_order: the least it sells; None where it is not known.
        url: its site, over https; empty where there is none.
        description: what it makes, in at most 2,000 characters.
        listed: whether merchants see it.

    Raises:
        SupplierFaults: every fault, each with its path.

    >>> Supplier(id="s1", name="A mill", category="TEXTILE", country="China", url="http://x.cn")
    Traceback (most recent call last):
        ...
    logistics_core.errors.SupplierFaults: country: China is not the code of a country: write two \
capitals, such as CN
    url: http://x.cn is not the address of a site: write https:// and the rest, without a password
    """

    id: str
    name: str
    category: str
    country: str
    city: str = ""
    badges: tuple[Badge, ...] = attrs.field(default=(), converter=_badges)
    minimum_order: Money | None = None
    url: str = ""
    description: str = attrs.field(default="", converter=in_lines)
    listed: bool = True

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        known, country = _is_id(self.id), _is_country(self.country)
        found.check(known, NOT_AN_ID, "id", given=shown(self.id))
        check_line(found, "name", self.name, most=MAX_NAME)
        check_code(found, "category", self.category)
        found.check(country, NOT_A_COUNTRY, "country", given=shown(self.country))
        check_line(found, "city", self.city, most=MAX_CITY, least=0)
        _check_badges(found, self.badges)
        if self.minimum_order is not None:
            check_amount(found, "minimum_order", self.minimum_order)
        if self.url != "":
            found.check(_is_site(self.url), NOT_AN_ADDRESS, "url", given=shown(self.url))
        check_text(found, "description", self.description, most=MAX_DESCRIPTION)
        check_is(found, "listed", self.listed, bool)
        found.raise_if_any(SupplierFaults)


def _check_badges(found: FaultList, badges: object) -> None:
    if not isinstance(badges, tuple):
        bounds = {"least": 0, "most": len(Badge), "accepted": Badge.__name__}
        found.add(NOT_SEVERAL, "badges", given=shown(badges), **bounds)
        return
    for place, badge in enumerate(badges):
        check_is(found, f"badges[{place}]", badge, Badge)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_country(value: object) -> bool:
    return isinstance(value, str) and value in COUNTRY_CODES


def _is_site(url: object) -> bool:
    if not isinstance(url, str) or len(url) > MAX_URL or not url.isascii():
        return False
    if not _URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return "." in host and parts.username is None and parts.password is None
