"""What a loan's form says of what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient

from comptoir_web.identity.roles import Role

PAGE = "/plateforme/prets/calcul?annual_rate=3.35&months=300&first_due=2025-10-01"


def test_amounts_are_written_as_the_reader_writes_them(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """A library's `-5.00 EUR` is `-5,00 €` on a French screen."""
    page = unescape(signed_in_client(Role.CLIENT).get(f"{PAGE}&principal=-5").text)
    assert "-5,00\u00a0€ n’est pas au-dessus de zéro" in page
    assert "-5.00 EUR" not in page


def test_what_cannot_be_read_is_not_missing_as_well(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """One field, one message."""
    address = f"{PAGE}&principal=1000&insurance-0-annual_rate=abc"
    page = unescape(signed_in_client(Role.CLIENT).get(address).text)
    assert "Un point demande votre attention" in page
    assert "abc n’est pas un nombre" in page
