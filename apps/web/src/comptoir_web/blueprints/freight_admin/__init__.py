"""Group freight, for administrators: what waits for a decision, then everything it is made of.

Costs and margins are shown here and nowhere else: no page of a merchant is made from these modules.

- `words`        what costs, stages and proofs are called; volumes, weights and shares as texts
- `forms`        the forms, but for that of a tariff
- `tariff_form`  the form of a tariff, and from it to a tariff and back
- `reading`      from a field to what the library takes, and where a fault goes
- `views`        the blueprint, its first page, and what the pages share
- `containers`   containers: open one, close it, move it on, cancel it, fill it from the pool
- `orders`       orders with their internal quote, and their CSV
- `quoting`      a quote with its margin
- `proofs`       proofs of payment: their picture, validated or refused
- `tariffs`      tariffs: their history, a new one and what it would change
- `rates`        rates of exchange: their history, and others from a day on
- `merchants`    merchants: what was agreed, their orders, their wallet
- `suppliers`    the catalogue of suppliers
- `figures`      figures by category and by month, and their CSV
"""

from __future__ import annotations

from . import containers, figures, merchants, orders, proofs, quoting, rates, suppliers, tariffs
from .views import blueprint

__all__ = ["blueprint"]

# Importing these registers their pages.
_PAGES = (containers, figures, merchants, orders, proofs, quoting, rates, suppliers, tariffs)
