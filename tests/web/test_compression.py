"""What travels compressed, and what stays as it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask.testing import FlaskClient

from comptoir_web.identity.roles import Role

PAGE = "/plateforme/prets/calcul?principal=215000&annual_rate=3.35&months=300&first_due=2025-10-01"
GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_whoever_understands_it(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """The same page, at a fraction of its size; a cache keeps the two apart."""
    browser = signed_in_client(Role.CLIENT)
    plain = browser.get(PAGE)
    packed = browser.get(PAGE, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.content_length == len(packed.data) < len(plain.data) / 3
    assert "Coût total" in gzip.decompress(packed.data).decode()


def test_a_refused_encoding_is_not_used(signed_in_client: Callable[..., FlaskClient]) -> None:
    """`gzip;q=0` says that gzip is not understood."""
    browser = signed_in_client(Role.CLIENT)
    answer = browser.get(PAGE, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_sizes_say_little(signed_in_client: Callable[..., FlaskClient]) -> None:
    """The same page asked for again has another length, so lengths do not betray its token."""
    browser = signed_in_client(Role.CLIENT)
    lengths = {browser.get(PAGE, headers=GZIP).content_length for _time in range(12)}
    assert len(lengths) > 3


def test_what_is_compressed_already_stays_as_it_is(client: FlaskClient) -> None:
    """Files are compressed once, and small answers not at all."""
    page = client.get("/plateforme/connexion").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = client.get(address, headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"@charset")
    assert "Content-Encoding" not in client.get("/livez", headers=GZIP).headers


def test_a_pdf_is_sent_as_it_is(signed_in_client: Callable[..., FlaskClient]) -> None:
    """Its format compresses already."""
    answer = signed_in_client(Role.CLIENT).get(
        PAGE.replace("/calcul?", "/calcul.pdf?"), headers=GZIP
    )
    assert answer.data.startswith(b"%PDF")
