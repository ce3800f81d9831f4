"""The profiles of Atlas: read exactly, floats and all; nothing is dropped in silence."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from shared_kernel import money, parse_json
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import EXACT, Loan
from wealth_core.networth import (
    AtlasImport,
    CashKind,
    CreditBalance,
    CreditLoan,
    Envelope,
    Holdings,
    holdings_from_atlas,
    holdings_from_json,
    holdings_to_json,
    net_worth,
)
from wealth_core.testing import atlas_documents
from wealth_core.testing.worked import (
    WORKED_CREDITS,
    WORKED_NET_WORTH,
    WORKED_ON,
    WORKED_TOTAL_ASSETS,
    WORKED_TOTALS,
    worked_atlas_document,
    worked_holdings,
    worked_quotes,
)

LENT = {"has_credit": True, "credit_montant": 60000, "credit_taux": 2.5, "credit_duree": 20}


def read(**fields: Any) -> AtlasImport:
    """What is read of some fields (of any values), on the day of the worked profile."""
    return holdings_from_atlas(fields, as_of=WORKED_ON)


def flat(**fields: Any) -> AtlasImport:
    """What is read of one property with some fields (of any values)."""
    return read(immobilier_data_json=[{"nom": "Studio", "valeur": 90000, **fields}])


def codes(made: AtlasImport) -> dict[str, str]:
    """The notes, by their paths."""
    return {note.path: note.code for note in made.notes}


def test_the_worked_profile_gives_every_figure() -> None:
    """The worked profile, as Atlas wrote it, is worth what is known of it, to the cent."""
    made = holdings_from_atlas(worked_atlas_document(), as_of=WORKED_ON)
    assert made == AtlasImport(worked_holdings())
    worth = net_worth(made.holdings, on=WORKED_ON, quotes=worked_quotes(), loan_rounding=EXACT)
    assert {each.category.value: each.total for each in worth.categories} == WORKED_TOTALS
    assert worth.total_assets == WORKED_TOTAL_ASSETS
    assert worth.credits == WORKED_CREDITS
    assert worth.net_worth == WORKED_NET_WORTH


def test_text_floats_and_parsed_text_are_one() -> None:
    """The lists may be JSON texts; floats of Python and numbers of a text are read alike."""
    document = worked_atlas_document()
    as_texts = {
        key: json.dumps(value) if isinstance(value, list) else value
        for key, value in document.items()
    }
    parsed: Any = parse_json(json.dumps(as_texts))
    assert holdings_from_atlas(parsed, as_of=WORKED_ON).holdings == worked_holdings()


@pytest.mark.parametrize(
    ("told", "first_due", "moved"),
    [
        ("2024-10", date(2024, 10, 1), False),
        ("10/2024", date(2024, 10, 1), False),
        ("2024-10-01", date(2024, 10, 1), False),
        ("2024-10-15", date(2024, 10, 1), True),
        ("15/10/2024", date(2024, 10, 1), True),
        ("2024-10-15T00:00:00", date(2024, 10, 1), True),
        (date(2024, 10, 2), date(2024, 10, 1), True),
    ],
)
def test_the_month_a_loan_starts_is_that_of_its_first_instalment(
    told: object, first_due: date, moved: bool
) -> None:
    """However the month is written, the first instalment is on its first day; that is noted."""
    made = flat(**LENT, credit_date=told)
    assert made.holdings.properties[0].loans[0].loan == Loan(
        money("60000", "EUR"), Decimal("0.025"), 240, first_due
    )
    path = "immobilier_data_json[0].credit_date"
    assert codes(made) == ({path: "atlas.day_moved"} if moved else {})
    assert made.left_out == ()


def test_every_flat_amount_has_its_line() -> None:
    """Each flat amount makes a line of its kind; a blank and a zero make none."""
    cash = ["livret_a", "ldds", "pel", "cel", "current_account", "autres_livrets"]
    invested = ["pea", "pea_pme", "per", "life_insurance", "cto", "pee", "perco", "scpi"]
    invested += ["private_equity", "crowdfunding"]
    made = read(**{f"{name}_value": 10.5 for name in cash + invested}, compte_courant="", cel=None)
    assert [each.kind for each in made.holdings.cash] == [*list(CashKind)[:5], CashKind.CUSTOM]
    assert {each.envelope for each in made.holdings.investments} == set(Envelope) - {
        Envelope.CUSTOM
    }
    assert {each.balance for each in made.holdings.cash} == {money("10.50", "EUR")}
    assert made.notes == ()
    assert read(livret_a_value=0, pea_value=None, scpi_value=" ", cto_value="0,00") == AtlasImport(
        Holdings()
    )


@pytest.mark.parametrize(
    ("told", "share", "noted"),
    [(50, "0.5", []), ("33,33 %", "0.3333", []), (0.5, "0.5", ["50 %"]), (1, "1", ["100 %"])],
)
def test_a_share_of_a_property(told: object, share: str, noted: list[str]) -> None:
    """A share is in percent; one up to 1 was told as a part of the whole, and that is noted."""
    made = read(properties=[{"label": "House", "value": 5, "quote_part": told}])
    assert made.holdings.properties[0].ownership == Decimal(share)
    assert [note.params["kept"] for note in made.notes] == noted
    assert not made.left_out


def test_names_in_both_languages() -> None:
    """French and English names are understood, and each line keeps its name exactly."""
    made = read(
        liquidites_personnalisees_json=[{"name": "=1+1", "amount": "1 250,50 €"}],
        placements_personnalises_json=[{"nom": "<b>Or</b>", "montant": 5}],
        properties=[{"label": "House", "value": 5, "ownership_percent": 50, "currency": "USD"}],
        cryptos=[{"symbole": "eth", "quantite": 2}, {"nom": "Bitcoin", "quantity": 1}],
        other_goods=[{"name": "Car", "value": 8000}],
        credits=[{"nom": "Auto", "solde": 10}],
    )
    held = made.holdings
    assert (held.cash[0].label, held.cash[0].balance) == ("=1+1", money("1250.50", "EUR"))
    assert (held.investments[0].label, held.investments[0].envelope.value) == (
        "<b>Or</b>",
        "custom",
    )
    assert held.properties[0].ownership == Decimal("0.5")
    assert held.properties[0].value == money("5", "USD")
    assert [coin.symbol for coin in held.crypto] == ["ETH", "BTC"]
    assert held.other_goods[0].label == "Car"
    assert held.credits[0] == CreditBalance("credit-1", "Auto", money("10", "EUR"), WORKED_ON)
    assert codes(made) == {"cryptos[1].nom": "atlas.read_as"}


def test_a_debt_is_never_lost() -> None:
    """A loan whose terms are not whole is kept as the balance of a credit, and noted."""
    made = flat(**{**LENT, "credit_duree": None}, credit_date="soon")
    assert made.holdings.properties[0].loans == ()
    assert made.holdings.credits == (
        CreditBalance("credit-1", "Prêt Studio", money("60000", "EUR"), WORKED_ON),
    )
    assert codes(made) == {"immobilier_data_json[0]": "atlas.terms_missing"}
    assert "credit_duree, credit_date" in made.notes[0].message
    flag = flat(has_credit=True)
    assert [note.code for note in flag.left_out] == ["atlas.missing"]
    absent = flat(**{**LENT, "has_credit": False}, credit_date="2024-10")
    assert absent.holdings.properties[0].loans == ()
    assert codes(absent) == {"immobilier_data_json[0]": "atlas.credit_said_absent"}
    rate_of_apr = flat(
        **{key: value for key, value in LENT.items() if key != "credit_taux"},
        credit_taeg=2.5,
        credit_date="2024-10",
    )
    assert rate_of_apr.holdings.properties[0].loans[0].loan.annual_rate == Decimal("0.025")
    assert codes(rate_of_apr) == {"immobilier_data_json[0].credit_taeg": "atlas.apr_as_rate"}


def test_credits_are_loans_or_balances() -> None:
    """Whole terms make a loan, whatever balance is told beside; a balance alone stays one."""
    terms = {"montant_initial": 12000, "taux": 0, "duree": 1, "date_depart": "2025-12"}
    made = read(
        credits_data_json=[
            {"description": "Travaux", **terms, "montant_restant": 11000},
            {"description": "Exact", **terms, "duree": None, "duree_mois": 12},
            {"description": "Auto", "montant_initial": 6000, "montant_restant": 0},
            {"description": "Vague", "montant_initial": 6000},
            {"description": "Bientôt", **terms, "date_depart": "2026-06"},
        ]
    )
    loan = Loan(money("12000", "EUR"), Decimal(0), 12, date(2025, 12, 1))
    assert made.holdings.credits[:2] == (
        CreditLoan("credit-1", "Travaux", loan),
        CreditLoan("credit-2", "Exact", loan),
    )
    owed = [each.balance for each in made.holdings.credits if isinstance(each, CreditBalance)]
    assert owed == [money("0", "EUR"), money("6000", "EUR")]
    assert codes(made) == {"credits_data_json[3]": "atlas.terms_missing"}
    differs = read(credits_data_json=[{"nom": "Travaux", **terms, "solde": 9000}])
    assert codes(differs) == {"credits_data_json[0].solde": "atlas.terms_kept"}
    assert "9000.00 EUR" in differs.notes[0].message
    assert "11000.00 EUR" in differs.notes[0].message


def test_what_is_not_understood_is_noted() -> None:
    """Each thing that is changed or left out has a note at its path; the rest is read."""
    made = read(
        livret_a_value="beaucoup",
        has_ldds=False,
        ldds_value=4700.005,
        pel_cel_value=100,
        pea_value=-1,
        immobilier_data_json="not json",
        cryptomonnaies_data_json=[
            {"symbol": "BTC", "quantity": -1, "current_price": 95000.0},
            {"symbol": "ETH"},
            {"symbol": "a b", "quantity": 1},
            "BTC",
            None,
        ],
        autres_biens_data_json=[
            {"nom": "Deux\nlignes", "valeur": 5, "photo": "x.png", "poids": 3},
            {"nom": "Or", "valeur": 5, "devise": "FRF"},
        ],
        autres_biens_value=6,
        credits_data_json={"nom": "Auto"},
        real_estate_value=-5,
        yachts=["one"],
        motto="text",
        crew=0,
        calculated_total_actifs=12.5,
    )
    assert codes(made) == {
        "livret_a_value": "atlas.not_understood",
        "ldds_value": "atlas.rounded",
        "pel_cel_value": "atlas.pel_and_cel",
        "pea_value": "holding.amount_negative",
        "immobilier_data_json": "json.not_json",
        "cryptomonnaies_data_json[0].quantity": "holding.quantity_negative",
        "cryptomonnaies_data_json[1]": "atlas.missing",
        "cryptomonnaies_data_json[2].symbol": "holding.not_a_symbol",
        "cryptomonnaies_data_json[3]": "atlas.not_understood",
        "autres_biens_data_json[0].nom": "atlas.shortened",
        "autres_biens_data_json[0].photo": "atlas.unknown_text",
        "autres_biens_data_json[0].poids": "atlas.unknown_field",
        "autres_biens_data_json[1].devise": "money.unknown_currency",
        "autres_biens_value": "atlas.other_total",
        "credits_data_json": "atlas.not_understood",
        "real_estate_value": "holding.amount_negative",
        "yachts": "atlas.unknown_field",
        "motto": "atlas.unknown_text",
    }
    assert [account.label for account in made.holdings.cash] == ["LDDS", "PEL/CEL"]
    assert made.holdings.cash[0].balance == money("4700.01", "EUR")
    assert made.holdings.other_goods[0].label == "Deux lignes"
    assert {note.path for note in made.left_out} == {
        path
        for path, code in codes(made).items()
        if code
        not in {
            "atlas.rounded",
            "atlas.said_absent",
            "atlas.pel_and_cel",
            "atlas.shortened",
            "atlas.other_total",
            "atlas.unknown_text",
        }
    }


def test_totals_stand_for_lists_that_are_not_there() -> None:
    """The value of all properties makes one line where there is no list, and none beside it."""
    made = read(immobilier_value=250000.0, autres_biens_value="8000")
    assert [each.label for each in made.holdings.properties] == ["Immobilier"]
    assert [each.label for each in made.holdings.other_goods] == ["Autres biens"]
    assert flat().holdings.size == 1
    listed = read(immobilier_data_json=[{"nom": "Studio", "valeur": 90000}], immobilier_value=90000)
    assert (listed.holdings.size, listed.notes) == (1, ())


def test_what_is_told_twice_is_told_once() -> None:
    """The same under two names is read once; something else under the second name is noted."""
    made = read(pea=5, pea_value=5, per=6, per_value=7, crypto=[], cryptos=[{"symbol": "A"}])
    assert [each.value for each in made.holdings.investments] == [
        money("5", "EUR"),
        money("7", "EUR"),
    ]
    assert codes(made) == {"per": "atlas.unknown_field", "cryptos[0]": "atlas.missing"}
    named = read(autres_biens=[{"nom": "Or", "name": "Or", "valeur": 5, "value": 6}])
    assert codes(named) == {"autres_biens[0].value": "atlas.unknown_field"}


def test_a_loan_that_cannot_be_leaves_its_line_out() -> None:
    """Whole terms that no loan has are noted where they are told, and the line is left out."""
    made = flat(**{**LENT, "credit_taux": 120}, credit_date="2024-10")
    assert codes(made) == {"immobilier_data_json[0].credit_taux": "loan.rate_is_a_percentage"}
    assert (made.holdings.size, len(made.left_out)) == (0, 1)


def test_what_is_no_profile_is_refused() -> None:
    """What is no object, has no day or no known currency, or too many lines is refused."""
    none: list[object] = [[], None, "{}"]
    for document in none:
        with pytest.raises(HoldingsFaults, match="is no document"):
            holdings_from_atlas(document, as_of=WORKED_ON)
    moment: Any = datetime(2025, 12, 9)  # noqa: DTZ001 - any moment is refused
    with pytest.raises(HoldingsFaults, match=r"(?s)as_of: .*devise: FRF"):
        holdings_from_atlas({"devise": "FRF"}, as_of=moment)
    with pytest.raises(HoldingsFaults, match="50000 lines"):
        read(autres_biens_data_json=[{"nom": "x", "valeur": 1}] * 50_000)


@settings(max_examples=60)
@given(document=atlas_documents())
def test_any_profile_is_read(document: dict[str, Any]) -> None:
    """Any profile is read without an error; what it makes is written and read as any holdings."""
    made = holdings_from_atlas(document, as_of=WORKED_ON)
    assert holdings_from_json(holdings_to_json(made.holdings)) == made.holdings
    told = len(document.get("immobilier_data_json", ()))
    assert len(made.holdings.properties) == told
