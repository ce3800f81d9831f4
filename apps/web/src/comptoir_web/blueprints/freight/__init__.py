"""Group freight, for the merchant: the quote, the orders, their payment, containers, suppliers.

- `words`     the names of states, movements, badges; volumes and rates as they are written
- `forms`     the purchase that is quoted, the picture of a payment
- `asking`    from the form to a purchase, and back
- `reading`   what the pages say of a total, a container, an order
- `choices`   where an order may go: whole, shared, or onto the waiting list
- `paying`    what the page of an order says of its payment
- `views`     the blueprint, the page of the quote and its total
- `orders`    the page of an order, and what its merchant does with it
- `payments`  paying from the wallet, by Orange Money, by a proof
- `places`    the containers, the wallet, the suppliers

None of these modules reads anything that holds a cost or a margin.
"""

from __future__ import annotations

from . import orders, payments, places
from .views import blueprint

__all__ = ["blueprint"]

# Importing these registers their pages.
_PAGES = (orders, payments, places)
