"""What a line of a balance sheet is: its category, the kind of account, the envelope.

The categories of assets are in the order of every table and chart; credits stand apart from them.
Terms that have no English (PEA, PER, livret A ...) keep their names.
"""

from enum import StrEnum

__all__ = ["CashKind", "Category", "Envelope"]


class Category(StrEnum):
    """The categories of assets, in the order they are shown.

    >>> [category.value for category in Category]
    ['cash', 'investments', 'real_estate', 'crypto', 'other_goods']
    """

    CASH = "cash"
    INVESTMENTS = "investments"
    REAL_ESTATE = "real_estate"
    """Net of the loans of each property."""
    CRYPTO = "crypto"
    OTHER_GOODS = "other_goods"


class CashKind(StrEnum):
    """The kinds of cash accounts."""

    LIVRET_A = "livret_a"
    LDDS = "ldds"
    """Livret de développement durable et solidaire."""
    PEL = "pel"
    """Plan d'épargne logement."""
    CEL = "cel"
    """Compte d'épargne logement."""
    CURRENT = "current"
    """A current account: the one kind that may be overdrawn."""
    CUSTOM = "custom"


class Envelope(StrEnum):
    """The envelopes that hold financial investments."""

    PEA = "pea"
    """Plan d'épargne en actions."""
    PEA_PME = "pea_pme"
    PER = "per"
    """Plan d'épargne retraite."""
    LIFE_INSURANCE = "life_insurance"
    CTO = "cto"
    """Compte-titres ordinaire."""
    PEE = "pee"
    """Plan d'épargne entreprise."""
    PERCO = "perco"
    """Plan d'épargne pour la retraite collectif, and its heir the PER d'entreprise collectif."""
    SCPI = "scpi"
    """Société civile de placement immobilier."""
    PRIVATE_EQUITY = "private_equity"
    CROWDFUNDING = "crowdfunding"
    CUSTOM = "custom"
