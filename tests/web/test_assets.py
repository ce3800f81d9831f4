"""Style sheets, scripts and fonts: ours alone, named by their content, kept for a year, small."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from comptoir_web.presentation.assets import ASSETS, Assets

SignIn = Callable[..., FlaskClient]
QUESTION = (
    "/plateforme/prets/calcul?principal=215000&annual_rate=3,35&months=300"
    "&first_due=2025-10-01&on=2025-12-09"
)


@pytest.mark.parametrize("name", ASSETS.names())
def test_a_file_is_immutable_and_compressed(client: FlaskClient, name: str) -> None:
    """A browser keeps it for a year without asking; what it reads is what was compressed."""
    answer = client.get(ASSETS.url(name), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    body = answer.data
    if name.endswith(".woff2"):
        assert "Content-Encoding" not in answer.headers
    else:
        assert answer.headers["Content-Encoding"] == "gzip"
        body = gzip.decompress(body)
    plain = client.get(ASSETS.url(name), headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.data == body == ASSETS.get(name).content


def test_the_name_changes_with_the_content() -> None:
    """Two files of one name and different contents are served under different names."""
    one = ASSETS.get("comptoir.css")
    other = type(one)(one.name, one.content + b"\n", one.media_type)
    assert one.served_name != other.served_name


def test_a_name_of_another_version_is_not_found(client: FlaskClient) -> None:
    """An old address never gives the new content, which a browser would keep for a year."""
    for name in ("comptoir.css", "comptoir.000000000000.css", "..", "comptoir..css", "x"):
        assert client.get(f"/assets/{name}").status_code == 404


def test_a_fresh_process_serves_a_page_of_another() -> None:
    """The name is found from the content alone: no process has to have written the page itself."""
    served = ASSETS.get("comptoir.js").served_name
    found = Assets().served(served)
    assert found is not None
    assert found.name == "comptoir.js"


def test_an_unknown_file_is_named_with_those_there_are() -> None:
    """A template that asks for a wrong file learns which exist."""
    with pytest.raises(KeyError, match=r"comptoir\.css"):
        ASSETS.url("comptoir.scss")


def test_the_icons_find_their_font(client: FlaskClient) -> None:
    """The icons' style sheet points at the hashed font, and at nothing else."""
    sheet = ASSETS.get("bootstrap-icons.css").content.decode()
    assert re.findall(r"url\(([^)]*)\)", sheet) == [
        f'"{ASSETS.get("bootstrap-icons.woff2").served_name}"'
    ]


@pytest.mark.parametrize("name", ["comptoir.css", "comptoir.js", "bootstrap-icons.css"])
def test_no_file_of_ours_asks_another_host(name: str) -> None:
    """No address of another site; the name of the SVG language is not one."""
    text = ASSETS.get(name).content.decode().replace("http://www.w3.org/2000/svg", "")
    found = set(re.findall(r"https?://([\w.]+)", text))
    # What is left stands in the licences of Bootstrap, which stay with its files.
    assert found <= {"getbootstrap.com", "icons.getbootstrap.com", "github.com"}
    assert "sourceMappingURL" not in text


def test_no_template_holds_a_script_or_a_style() -> None:
    """The policy forbids inline scripts, styles and handlers: no template has one."""
    forbidden = re.compile(
        r"<style|style=|<script(?![^>]*\bsrc=)|\son\w+=|javascript:", re.IGNORECASE
    )
    folder = Path(str(resources.files("comptoir_web"))) / "templates"
    pages = sorted(folder.rglob("*.html"))
    assert pages
    bad = {
        page.name: found[0]
        for page in pages
        if "mail" not in page.parts and (found := forbidden.search(page.read_text("utf-8")))
    }
    assert bad == {}


@pytest.mark.parametrize("address", ["/plateforme/prets/", QUESTION, f"{QUESTION}&year=all"])
def test_a_page_of_ours_is_small(signed_in_client: SignIn, address: str) -> None:
    """The page, our style sheet and our script are under 60 kB compressed, a long table too."""
    page = signed_in_client().get(address)
    assert page.status_code == 200
    own = [page.data, ASSETS.get("comptoir.css").content, ASSETS.get("comptoir.js").content]
    assert sum(len(gzip.compress(part, 9)) for part in own) < 60_000


def test_every_file_of_a_page_is_served(signed_in_client: SignIn) -> None:
    """What the page of a loan names, this application answers."""
    browser = signed_in_client()
    page = browser.get(QUESTION).text
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(named) >= 6
    assert all(browser.get(address).status_code == 200 for address in named)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
