"""Suppliers: those a merchant may buy from, as administrators keep their catalogue.

The map::

    supplier    a supplier: where, what kind of goods, its badges of trust, its minimum order
    countries   the codes of countries

Nothing here reads a clock, a network or a database.
"""

from logistics_core.suppliers.countries import COUNTRY_CODES
from logistics_core.suppliers.supplier import Badge, Supplier

__all__ = ["COUNTRY_CODES", "Badge", "Supplier"]
