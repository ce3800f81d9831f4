"""The columns of a table of holdings, and what its words may be, in French and in English."""

import unicodedata
from typing import Final

from wealth_core.networth.categories import CashKind, Envelope

COLUMNS: Final = (
    "line",
    "kind",
    "id",
    "label",
    "amount",
    "currency",
    "as_of",
    "symbol",
    "quantity",
    "share_percent",
    "sold_on",
    "property",
    "rate_percent",
    "months",
    "first_due",
    "terms",
)
"""The columns, in the order they are written; read, they may be in any order."""

FRENCH_COLUMNS: Final = dict(
    zip(
        COLUMNS,
        (
            "ligne",
            "type",
            "identifiant",
            "nom",
            "montant",
            "devise",
            "au",
            "symbole",
            "quantité",
            "part_en_pourcent",
            "vendu_le",
            "bien",
            "taux_en_pourcent",
            "mois",
            "première_échéance",
            "conditions",
        ),
        strict=True,
    )
)
"""What each column is called in French."""

_OTHER_COLUMNS: Final = {
    "libellé": "label",
    "name": "label",
    "valeur": "amount",
    "value": "amount",
    "solde": "amount",
    "balance": "amount",
    "date": "as_of",
    "part": "share_percent",
    "share": "share_percent",
    "taux": "rate_percent",
    "rate": "rate_percent",
    "durée_en_mois": "months",
}

LINES: Final = (
    "cash",
    "investment",
    "property",
    "property_loan",
    "crypto",
    "other_good",
    "credit",
)
"""What a line is of: the first cell."""

FRENCH_LINES: Final = dict(
    zip(
        LINES,
        (
            "liquidités",
            "placement",
            "bien_immobilier",
            "prêt_immobilier",
            "crypto",
            "autre_bien",
            "crédit",
        ),
        strict=True,
    )
)
_OTHER_LINES: Final = {
    "compte": "cash",
    "immobilier": "property",
    "mortgage": "property_loan",
    "prêt": "property_loan",
    "cryptomonnaie": "crypto",
}

_CASH_WORDS: Final = {
    "courant": CashKind.CURRENT,
    "compte_courant": CashKind.CURRENT,
    "autre": CashKind.CUSTOM,
}
_ENVELOPE_WORDS: Final = {
    "assurance_vie": Envelope.LIFE_INSURANCE,
    "compte_titres": Envelope.CTO,
    "financement_participatif": Envelope.CROWDFUNDING,
    "autre": Envelope.CUSTOM,
}


def folded(word: str) -> str:
    """A word as words are compared: lower case, no accents, one sign between its parts.

    >>> folded(" Première échéance "), folded("PEA-PME")
    ('premiere_echeance', 'pea_pme')
    """
    letters = unicodedata.normalize("NFKD", word.strip().lower())
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return "_".join(plain.replace("-", " ").replace("_", " ").replace("'", " ").split())


COLUMN_OF: Final = {
    folded(name): column
    for name, column in (
        *((name, name) for name in COLUMNS),
        *((french, name) for name, french in FRENCH_COLUMNS.items()),
        *_OTHER_COLUMNS.items(),
    )
}
LINE_OF: Final = {
    folded(name): line
    for name, line in (
        *((name, name) for name in LINES),
        *((french, name) for name, french in FRENCH_LINES.items()),
        *_OTHER_LINES.items(),
    )
}
CASH_KIND_OF: Final = {folded(kind.value): kind for kind in CashKind} | _CASH_WORDS
ENVELOPE_OF: Final = {folded(each.value): each for each in Envelope} | _ENVELOPE_WORDS
