"""The names that the fields of Atlas go by, in French and in English, in all its versions.

The tables are the documentation of what is understood. Names are compared in lower case.
"""

from typing import Final

from wealth_core.networth.categories import CashKind, Envelope

CASH: Final = {
    "livret_a": (CashKind.LIVRET_A, "Livret A"),
    "ldds": (CashKind.LDDS, "LDDS"),
    "pel": (CashKind.PEL, "PEL"),
    "cel": (CashKind.CEL, "CEL"),
    "pel_cel": (CashKind.PEL, "PEL/CEL"),
    "current_account": (CashKind.CURRENT, "Compte courant"),
    "compte_courant": (CashKind.CURRENT, "Compte courant"),
    "current_savings": (CashKind.CURRENT, "Épargne courante"),
    "autres_livrets": (CashKind.CUSTOM, "Autres livrets"),
}
"""The flat amounts of cash: ``livret_a_value``, with the flag ``has_livret_a``."""

INVESTMENTS: Final = {
    "pea": (Envelope.PEA, "PEA"),
    "pea_pme": (Envelope.PEA_PME, "PEA-PME"),
    "per": (Envelope.PER, "PER"),
    "life_insurance": (Envelope.LIFE_INSURANCE, "Assurance-vie"),
    "assurance_vie": (Envelope.LIFE_INSURANCE, "Assurance-vie"),
    "cto": (Envelope.CTO, "Compte-titres"),
    "pee": (Envelope.PEE, "PEE"),
    "perco": (Envelope.PERCO, "PERCO"),
    "scpi": (Envelope.SCPI, "SCPI"),
    "private_equity": (Envelope.PRIVATE_EQUITY, "Private equity"),
    "crowdfunding": (Envelope.CROWDFUNDING, "Crowdfunding"),
}
"""The flat amounts of investments: ``pea_value``, with the flag ``has_pea``."""

FLAT_ENDINGS: Final = ("_value", "_valeur", "")
"""A flat amount goes by its name with one of these after it."""

CUSTOM_CASH: Final = ("liquidites_personnalisees", "custom_cash")
CUSTOM_INVESTMENTS: Final = ("placements_personnalises", "custom_investments")
PROPERTIES: Final = ("immobilier", "biens_immobiliers", "properties")
CRYPTO: Final = ("cryptomonnaies", "cryptos", "crypto")
GOODS: Final = ("autres_biens", "other_goods")
CREDITS: Final = ("credits", "credits_consommation")
LISTS: Final = (CUSTOM_CASH, CUSTOM_INVESTMENTS, PROPERTIES, CRYPTO, GOODS, CREDITS)
LIST_ENDINGS: Final = ("_data_json", "_json", "_data", "")
"""A list goes by each of its names with each of these after it: ``immobilier_data_json``."""

PROPERTY_TOTALS: Final = ("immobilier_value", "real_estate_value")
"""The value of all properties, read where there is no list of them."""
GOODS_TOTALS: Final = ("autres_biens_value",)

LABEL: Final = ("nom", "name", "label", "libelle", "description", "type", "nature")
AMOUNT: Final = ("valeur", "value", "montant", "amount", "valeur_actuelle", "current_value")
CURRENCY: Final = ("devise", "currency")
SYMBOL: Final = ("symbol", "symbole", "crypto", "nom", "name")
QUANTITY: Final = ("quantity", "quantite", "quantité")
OWNERSHIP: Final = ("quote_part", "pourcentage_detention", "ownership_percent")
"""A share of a property, in percent; from 0 to 1, a part of the whole."""

LENT: Final = ("montant_initial", "montant", "initial_amount", "capital", "amount")
LEFT: Final = ("montant_restant", "solde", "remaining_amount", "capital_restant", "balance")
RATE: Final = ("taux", "interest_rate", "taux_interet", "rate")
APR: Final = ("taeg", "tag")
YEARS: Final = ("duree", "duree_annees", "duration_years", "duration")
MONTHS: Final = ("duree_mois", "duration_months", "months")
START: Final = ("date", "date_depart", "date_debut", "start_date", "credit_date")
"""The terms of a loan; for a property each has ``credit_`` before it: ``credit_taux``."""

IGNORED_OF_LINES: Final = frozenset(
    {
        "id",
        "surface",
        "adresse",
        "ville",
        "type",
        "type_credit",
        "credit_type",
        "description",
        "nature",
        "mensualite",
        "monthly_payment",
        "credit_mensualite",
        "credit_date_fin",
        "date_fin",
        "end_date",
        "current_price",
        "price",
        "prix",
        "calculated_value",
        "last_updated",
        "created_date",
        "updated_date",
        "valeur_totale",
    }
)
"""Fields of a line that say nothing of its worth, or what is computed again."""

IGNORED_STARTS: Final = (
    "calculated_",
    "objectif_",
    "question_",
    "profil_risque",
    "has_",
    "revenus_",
    "charges_",
    "monthly_",
    "investment_",
    "professional_",
)
IGNORED: Final = frozenset(
    {
        "version",
        "id",
        "user_id",
        "email",
        "as_of",
        "devise",
        "currency",
        "risk_tolerance",
        "family_situation",
        "civilite",
        "date_naissance",
        "lieu_naissance",
        "nationalite",
        "pays_residence",
        "pays_residence_fiscal",
        "metier",
        "tolerance_risque",
        "horizon_placement",
        "besoin_liquidite",
        "experience_investissement",
        "attitude_volatilite",
        "synthese_profil_risque",
        "date_completed",
        "last_updated",
        "last_calculation_date",
    }
)
"""Fields of the profile that are about the person, not about what is owned or owed."""

SYMBOLS: Final = {
    "bitcoin": "BTC",
    "ethereum": "ETH",
    "binancecoin": "BNB",
    "binance coin": "BNB",
    "solana": "SOL",
    "cardano": "ADA",
    "ripple": "XRP",
    "polkadot": "DOT",
    "chainlink": "LINK",
    "litecoin": "LTC",
    "avalanche": "AVAX",
    "avalanche-2": "AVAX",
    "polygon": "POL",
    "matic-network": "POL",
    "matic": "POL",
    "cosmos": "ATOM",
    "uniswap": "UNI",
    "tether": "USDT",
    "usd-coin": "USDC",
    "dogecoin": "DOGE",
}
"""The names of crypto-assets by which Atlas called them; any other is taken for a symbol."""
