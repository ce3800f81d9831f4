"""Every page: accessible, within its width, light, and kept as pictures to look at.

Every state of a page is looked at in French, in the light, at both widths. The dark scheme, where
colours alone differ, and English, where words alone do, are looked at once a page, and for the
states that are marked for it (``every_look``).

The pictures go to ``var/screenshots/<page>-<width>-<scheme>.png``, in French; in English to
``<page>-en-<width>-light.png``.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships none
    Axe,
)
from playwright.sync_api import Page, Response
from testkit.browser import Scheme, Visit
from testkit.every_page import NOT_PAGES, PAGES, Scene, SitePage
from testkit.site import Site

from comptoir_web.app import close_app, create_app
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User
from comptoir_web.settings import Settings

OpenVisit = Callable[..., Visit]

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"
WIDTHS = (1280, 390)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
HEAVIEST = 60_000
GRAVE = {"serious", "critical"}
FRAMEWORK = re.compile(r"/assets/(bootstrap|chart|popper)|/api/docs/swagger")
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")

# Swagger UI writes its own markup from the document: the viewer is a tool for developers, and the
# same document is at /api/v1/openapi.json.
_THEIRS = {"api-viewer": "#viewer"}
# Three hundred rows alike are not looked at one by one, nor drawn.
_MORE_OF_THE_SAME = "table.data tbody tr:nth-child(n + 16)"
_TALLEST = 6_000


@pytest.fixture(scope="module")
def readers(site: Site) -> Callable[[Role, str], User]:
    """One account a role and a language, with the loans of the demonstration for a client."""
    made: dict[tuple[Role, str], User] = {}

    def reader(role: Role, language: str) -> User:
        key = role, language
        if key not in made:
            made[key] = site.new_user(role, locale=language, name=_NAMES[role])
            if role is Role.CLIENT:
                site.give_loans(made[key])
            if role is Role.ADMIN:
                site.enrol(made[key])
        return made[key]

    return reader


_NAMES = {
    Role.ADMIN: "Administration",
    Role.CLIENT: "Une cliente au nom plutôt long, pour voir",
    Role.MERCHANT: "Un marchand",
    Role.STAFF: "L’équipe",
}


def _with_every_look() -> frozenset[str]:
    """The names of the states that are looked at in every scheme and language."""
    first = {shown.endpoint: shown.name for shown in reversed(PAGES)}
    return frozenset({*first.values(), *(shown.name for shown in PAGES if shown.every_look)})


EVERY_LOOK = _with_every_look()
LOOKS = [
    pytest.param(shown, language, id=f"{shown.name}-{language}")
    for shown in PAGES
    for language in (("fr", "en") if shown.name in EVERY_LOOK else ("fr",))
]


@pytest.mark.parametrize(("shown", "language"), LOOKS)
def test_every_page(
    shown: SitePage,
    language: str,
    site: Site,
    open_visit: OpenVisit,
    readers: Callable[[Role, str], User],
) -> None:
    """A page has no grave fault for axe, scrolls in one direction only and weighs under 60 kB.

    At both widths; in both schemes and both languages where they are looked at.
    """
    user = None
    cookies = [("comptoir_language", language)]
    if shown.role is not None:
        user = (
            site.new_user(shown.role, locale=language)
            if shown.fresh
            else readers(shown.role, language)
        )
        cookies.append(site.session_cookie(user))
    visit = open_visit(cookies=cookies, language=language)
    visit.refusals |= shown.statuses
    page = visit.page
    path = shown.path_for(Scene(site, visit, user))
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    problems: list[str] = []
    schemes = SCHEMES if language == "fr" and shown.name in EVERY_LOOK else SCHEMES[:1]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844 if width < 768 else 800})
        status = visit.goto(path)
        assert status == 200 or status in shown.statuses, f"{path} answers {status}"
        if shown.act:
            shown.act(visit)
        page.evaluate("document.fonts.ready")
        assert page.locator("html").get_attribute("lang") == language
        problems += _too_wide(page, width)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            problems += _inaccessible(page, f"{width} {scheme}", _THEIRS.get(shown.name))
            spoken = "" if language == "fr" else f"-{language}"
            _keep_picture(page, f"{shown.name}{spoken}-{width}-{scheme}")
        page.emulate_media(color_scheme="light")
    problems += _too_heavy(answers)
    assert not problems, "\n".join(problems)


def _inaccessible(page: Page, where: str, theirs: str | None) -> list[str]:
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if "dark" in where:
        # The same page in other colours: nothing else can have changed.
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    apart = [[_MORE_OF_THE_SAME], *([[theirs]] if theirs else [])]
    found = Axe().run(page, context={"exclude": apart}, options=options).response["violations"]
    return [
        f"{fault['id']} ({where}): {node['html']} {node.get('failureSummary', '')}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def _too_wide(page: Page, width: int) -> list[str]:
    """Whatever is wider than the window, or scrolls sideways inside it."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = [];
          const root = document.documentElement;
          if (root.scrollWidth > root.clientWidth) wide.push(`page: ${root.scrollWidth}`);
          const parts = ".table-frame, .masthead-sections ul, pre";
          for (const part of document.querySelectorAll(parts)) {
            if (part.clientWidth && part.scrollWidth > part.clientWidth + 1)
              wide.push(`${part.className}: ${part.scrollWidth} in ${part.clientWidth}`);
          }
          return wide;
        }"""
    )
    return [f"too wide at {width} px: {part}" for part in found]


def _keep_picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    # A question over the page belongs to the window, the rest to the whole page.
    whole = not page.locator("dialog[open]").count()
    width, height = page.evaluate(
        "() => [document.documentElement.clientWidth, document.documentElement.scrollHeight]"
    )
    page.screenshot(
        path=SCREENSHOTS / f"{name}.png",
        full_page=whole,
        clip={"x": 0, "y": 0, "width": width, "height": min(height, _TALLEST)} if whole else None,
        animations="disabled",
    )


def _too_heavy(answers: Sequence[Response]) -> list[str]:
    """The page with its own style sheet and scripts; those of the frameworks are kept for good."""
    problems = []
    pages = [one for one in answers if one.request.resource_type == "document" and not _moved(one)]
    heaviest = max(one.request.sizes()["responseBodySize"] for one in pages)
    files = {one.url for one in answers if one.request.resource_type in {"stylesheet", "script"}}
    ours = {url for url in files if not FRAMEWORK.search(url)}
    total = heaviest + sum(_served(url).size for url in ours)
    if total >= HEAVIEST:
        problems.append(f"{total} bytes, of which {heaviest} for the page")
    fonts = {one.url for one in answers if one.request.resource_type == "font"}
    for url in files | fonts:
        served = _served(url)
        if not HASHED.search(url):
            problems.append(f"{url} is not named by its content")
        if "immutable" not in served.cache:
            problems.append(f"{url} is asked for again")
        if not served.compressed and not url.endswith(".woff2"):
            problems.append(f"{url} is not compressed")
    return problems


def _moved(answer: Response) -> bool:
    return 300 <= answer.status < 400


@frozen
class _Served:
    size: int
    cache: str
    compressed: bool


@cache
def _served(url: str) -> _Served:
    """A file as the server sends it: a browser that has it already would say that nothing came."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        encoding = answer.headers.get("Content-Encoding", "")
        return _Served(
            len(answer.read()), answer.headers.get("Cache-Control", ""), encoding == "gzip"
        )


def test_the_list_is_whole(tmp_path: Path) -> None:
    """Every address that answers to GET is a page that is looked at, or is said not to be one."""
    settings = Settings.from_environ(
        {
            "COMPTOIR_ENV": "development",
            "COMPTOIR_DATABASE_URL": f"sqlite:///{tmp_path / 'list.sqlite3'}",
            "COMPTOIR_FILES": str(tmp_path / "files"),
        }
    )
    app = create_app(settings, testing=True)
    try:
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    finally:
        close_app(app)
    endpoints = {rule.endpoint for rule in rules}
    looked_at = {shown.endpoint for shown in PAGES} - {""}
    assert endpoints == looked_at | set(NOT_PAGES)
    assert not looked_at & set(NOT_PAGES)


@pytest.mark.parametrize("role", list(Role))
def test_the_header_leads_somewhere(
    role: Role,
    site: Site,
    open_visit: OpenVisit,
    readers: Callable[[Role, str], User],
) -> None:
    """Every link of the header and of the account's menu opens a page of that role."""
    visit = open_visit(cookies=[site.session_cookie(readers(role, "fr"))])
    assert visit.goto("/plateforme/") == 200
    links = visit.page.locator("header a[href]:not([hreflang])")
    addresses = {str(link.get_attribute("href")) for link in links.all()}
    assert len(addresses) >= 2
    for address in sorted(addresses):
        assert visit.goto(address) == 200, f"{address} for {role.value}"
