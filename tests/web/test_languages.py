"""French first, English by the switch; every text has its French, set as French is set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2.ext import babel_extract

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.presentation.languages import COOKIE, in_language, local_address
from comptoir_web.presentation.languages import gettext as _
from shared_kernel import all_fault_kinds

SignIn = Callable[..., FlaskClient]
PAGE = "/plateforme/connexion"
SWITCH = "/plateforme/langue/en"


def messages() -> list[Message]:
    """Every text of the catalogue, with its French."""
    source = resources.files("comptoir_web").joinpath("translations/fr.po")
    with source.open("rb") as file:
        return [message for message in read_po(file, locale="fr") if message.id]


def forms(text: str | Iterable[str]) -> tuple[str, ...]:
    """A text alone, or the forms of a plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def catalogue() -> frozenset[str]:
    """The English texts that have a French one; a plural by its first form."""
    return frozenset(forms(message.id)[0] for message in messages() if all(forms(message.string)))


def walk(folder: Traversable) -> Iterator[Path]:
    """Every file below a folder of the package."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from walk(entry)
        else:
            yield Path(str(entry))


def texts() -> Iterator[tuple[str, str]]:
    """Every text marked for translation in the package, with its file."""
    names = ("_", "gettext", "ngettext", "lazy_gettext", "translate")
    words = {name: (1, 2) if name == "ngettext" else None for name in names}
    for path in walk(resources.files("comptoir_web")):
        if path.suffix not in {".py", ".html"}:
            continue
        with path.open("rb") as file:
            found: list[object] = (
                [row[1] for row in extract("python", file, words)]
                if path.suffix == ".py"
                else [row[2] for row in babel_extract(file, names, [], {"silent": "false"})]
            )
        for message in found:
            marked = (message,) if isinstance(message, str) else message
            yield next(form for form in marked if isinstance(form, str)), path.name  # type: ignore[attr-defined]  # a text or several


def test_a_visitor_reads_french(client: FlaskClient) -> None:
    """Without any choice, and whatever the browser says it prefers."""
    page = client.get(PAGE, headers={"Accept-Language": "en"}).text
    assert '<html lang="fr">' in page
    assert "Se connecter" in page


def test_the_switch_is_remembered(client: FlaskClient) -> None:
    """One click, and every later page is in English; the way back is in the same place."""
    answer = client.get(f"{SWITCH}?next={PAGE}")
    assert answer.status_code == 303
    assert answer.location == PAGE
    page = client.get(PAGE).text
    assert '<html lang="en">' in page
    assert "Sign in" in page
    assert 'hreflang="fr" lang="fr"' in page
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.value == "en"
    assert cookie.http_only


def test_the_switch_keeps_the_address(client: FlaskClient) -> None:
    """The page one was on comes back with all its arguments."""
    page = client.get(f"{PAGE}?next=/plateforme/prets/calcul?principal=1").text
    assert "next=/plateforme/connexion?next%3D" in page


def test_the_choice_follows_the_account(
    app: Flask, signed_in_client: SignIn, identity: IdentityService
) -> None:
    """Signed in, the choice is kept with the account and found again in another browser."""
    browser = signed_in_client(Role.CLIENT)
    browser.get(SWITCH)
    user = identity.user_by_email("client@example.com")
    assert user is not None
    assert user.locale == "en"
    other = signed_in_client(Role.CLIENT)
    assert '<html lang="en">' in other.get("/plateforme/prets/").text


def test_a_language_without_texts_is_not_found(client: FlaskClient) -> None:
    """Only the languages that have texts can be chosen, and a forged cookie chooses none."""
    assert client.get("/plateforme/langue/de").status_code == 404
    client.set_cookie(COOKIE, "de")
    assert '<html lang="fr">' in client.get(PAGE).text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.com/",
        "//example.com/",
        "/\\example.com",
        "\\\\example.com",
        "javascript:alert(1)",
        "/\t/example.com",
        "/a\\b",
        "",
        "plateforme",
    ],
)
def test_the_switch_never_leaves_the_site(client: FlaskClient, elsewhere: str) -> None:
    """An address of another site, in any of the ways browsers read one, leads home."""
    assert local_address(elsewhere, otherwise="/") == "/"
    answer = client.get(SWITCH, query_string={"next": elsewhere})
    assert answer.location == "/"


def test_a_letter_is_written_in_its_readers_language(app: Flask) -> None:
    """Inside `in_language` texts are in that language, whoever reads the page."""
    with app.test_request_context("/"):
        assert _("Loans") == "Prêts"
        with in_language("en"):
            assert _("Loans") == "Loans"
        assert _("Loans") == "Prêts"


def test_every_text_has_its_french() -> None:
    """No text of a page, a field or a message is left in English."""
    known = catalogue()
    missing = sorted({f"{name}: {text}" for text, name in texts() if text not in known})
    assert missing == []


def test_every_fault_of_the_pages_has_its_french(app: Flask) -> None:
    """So have the sentences of the faults that the shell declares."""
    known = catalogue()
    kinds = [kind for kind in all_fault_kinds() if kind.package == "comptoir_web"]
    assert kinds
    assert [kind.template for kind in kinds if kind.template not in known] == []


def test_french_keeps_the_holes_of_its_text() -> None:
    """A translation fills the same places as the text it translates."""
    hole = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)\}(?!\})")
    for message in messages():
        holes = {found for text in forms(message.id) for found in hole.findall(text)}
        for french in forms(message.string):
            assert set(hole.findall(french)) <= holes, french


def test_french_is_set_as_french_is() -> None:
    """A no-break space stands before a high sign and inside quotation marks, never a plain one."""
    plain = re.compile(r" [:;!?»](?=\s|$)|« | %(?=[\s.,)]|$)")
    assert plain.search("un mot : la suite")
    french = [form for message in messages() for form in forms(message.string)]
    assert [form for form in french if plain.search(form)] == []
