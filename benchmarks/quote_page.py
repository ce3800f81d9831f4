"""The first page of a merchant on the real server: the quote with its total, and twelve orders.

The address holds a purchase, so the page quotes it, as does the part that follows what is typed.
Each merchant has orders of every kind that can be made: kept, booked, paid, waiting.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.readers import measure_pages

if TYPE_CHECKING:
    import svcs

    from benchmarks.harness import Result
    from comptoir_web.identity.users import User

LIMIT_S = 0.050
ORDERS = 12
HOME = "/plateforme/groupage/"
ASKED = "?goods=10000&category=TEXTILE&volume=3"
FIGURE = r'<data id="total" class="number" value="28125000">'


def measure(*, quick: bool) -> Iterator[Result]:
    """Give the 95th percentile of the page, and of the part that is asked for while typing."""
    yield from measure_pages(
        "quote_page",
        furnish,
        says=FIGURE,
        limit_s=LIMIT_S,
        seconds=8 if quick else 40,
        role="merchant",
    )


def furnish(services: svcs.Container, user: User) -> Mapping[str, str]:
    """Give a merchant a page of orders, in containers that others share."""
    from comptoir_web.freight.desk import FreightDesk
    from comptoir_web.freight.office import FreightOffice
    from logistics_core.errors import TariffMissing
    from logistics_core.tariffs import Purchase, starting_tariff
    from shared_kernel import money

    desk: FreightDesk = services.get(FreightDesk)
    office: FreightOffice = services.get(FreightOffice)
    try:
        desk.tariff()
    except TariffMissing:
        office.publish(starting_tariff(effective_from=desk.clock()), actor=None)
        for number in range(1, 5):
            office.add_container(f"GN-{number}", actor=None)
    purchase = Purchase(
        goods=money("1000", "CNY"), category="DIVERS", volume_cbm=Decimal("0.9"), note="Ustensiles"
    )
    for number in range(ORDERS):
        order = desk.save_quote(user.id, purchase, request_id=secrets.token_hex(8))
        if number % 4 == 1:
            desk.wait(user.id, order.id)
        elif number % 4 > 1:
            desk.confirm(user.id, order.id)
        if number % 4 == 3:
            total = order.quote.total
            office.deposit(user.id, total, key=secrets.token_hex(8), actor=None)
            desk.pay_from_wallet(user.id, order.id, key=secrets.token_hex(8))
    return {"the quote": f"{HOME}{ASKED}", "its total": f"{HOME}devis/total{ASKED}"}
