"""What was agreed with a merchant: a commission of their own, and a place in the waiting pool."""

from decimal import Decimal
from typing import Final

import attrs

from logistics_core._checks import check_text, check_whole, in_lines
from logistics_core.errors import MerchantFaults
from logistics_core.measures import exact
from logistics_core.tariffs.tariff import check_commission
from shared_kernel import FaultKind, FaultList, shown

__all__ = ["LEAST_URGENT", "MerchantTerms"]

LEAST_URGENT: Final = 9
MAX_NOTE: Final = 500

NOT_AN_OWNER = FaultKind(
    "merchant.not_an_owner", "{given} is not an identifier: write 1 to 64 characters, one line"
)


@attrs.frozen(kw_only=True)
class MerchantTerms:
    """The terms agreed with a merchant.

    Args:
        owner: the merchant: an identifier that means nothing here.
        commission: a fraction of the goods' value, 0 to 1, instead of the tariff's; None for the
            tariff's own.
        priority: the class of the merchant's orders in the waiting pool, 0 (most urgent) to 9.
        note: for administrators, at most 500 characters.
        version: 0 where nothing was agreed yet, and 1 more with each change.

    Raises:
        MerchantFaults: every fault, each with its path.

    >>> MerchantTerms(owner="m1").priority
    1
    >>> MerchantTerms(owner="m1", commission=Decimal("1.2"), priority=10)
    Traceback (most recent call last):
        ...
    logistics_core.errors.MerchantFaults: commission: 1.2 is out of range: from 0 to 1 is accepted
    priority: 10 is not a count: a whole number from 0 to 9 is accepted
    """

    owner: str
    commission: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(exact)
    )
    priority: int = 1
    note: str = attrs.field(default="", converter=in_lines)
    version: int = 0

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        owner: object = self.owner
        known = isinstance(owner, str) and 1 <= len(owner) <= 64 and owner.isprintable()
        found.check(known, NOT_AN_OWNER, "owner", given=shown(owner))
        if self.commission is not None:
            check_commission(found, "commission", self.commission)
        check_whole(found, "priority", self.priority, least=0, most=LEAST_URGENT)
        check_text(found, "note", self.note, most=MAX_NOTE)
        check_whole(found, "version", self.version, least=0, most=2**31 - 1)
        found.raise_if_any(MerchantFaults)
