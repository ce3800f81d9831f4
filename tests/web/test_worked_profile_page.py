"""The worked profile from its file to its figures, through the pages alone."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

from flask.testing import FlaskClient
from testkit.pages import FrozenClock, csrf_token, post
from testkit.wealth import get_text, sent_fields

from comptoir_web.identity.roles import Role
from wealth_core.testing.worked import WORKED_AT, worked_atlas_document

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/patrimoine/"
IMPORT = f"{HOME}importer"
RATES = "/plateforme/admin/cours/saisir"


def figures(browser: FlaskClient) -> str | None:
    """The net worth the first page shows, exactly; None before there is one."""
    found = re.search(r'<data id="net-worth" value="([^"]+)">', browser.get(HOME).text)
    return found[1] if found else None


def test_every_figure_from_the_file(signed_in_client: SignIn, clock: FrozenClock) -> None:
    """Imported, priced and recalculated for 9 December by forms, in the exact reckoning."""
    clock.now = WORKED_AT  # a line of the file is known since the day it is imported
    admin, browser = signed_in_client(Role.ADMIN), signed_in_client()
    file = io.BytesIO(json.dumps(worked_atlas_document()).encode())
    sent = {"csrf_token": csrf_token(browser, IMPORT), "file": (file, "profil.json")}
    preview = browser.post(IMPORT, data=sent)
    confirmed = {**sent_fields(preview.text, "/enregistrer"), "mode": "add"}
    assert browser.post(f"{IMPORT}/enregistrer", data=confirmed).status_code == 303
    for symbol, price, day in (
        ("BTC", "95 000,00", "09/12/2025"),
        ("ETH", "3 030,2375", "09/12/2025"),
        ("BTC", "80 000,00", "02/01/2026"),  # still to come: it does not count
    ):
        rate = {"kind": "crypto", "base": symbol, "price": price, "quote": "EUR", "as_of": day}
        assert post(admin, RATES, rate).status_code == 303
    assert figures(browser) is None
    fields = sent_fields(browser.get(HOME).text, "/recalculer")
    fields |= {"on": "09/12/2025", "rounding": "exact"}
    assert browser.post(f"{HOME}recalculer", data=fields).status_code == 303
    assert figures(browser) == "84945.28"
    text = get_text(browser, HOME)
    for known in (
        "4 700,00 €", "25 700,00 €", "36 380,59 €", "11 924,19 €", "8 000,00 €",
        "86 704,78 €", "1 759,50 €", "84 945,28 €", "213 619,41 €",
        "Valorisé le 9 décembre 2025, aux cours du 9 décembre 2025.",
    ):  # fmt: skip
        assert known in text, known
