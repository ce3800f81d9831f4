"""A visitor who tries everything: each address with each method, each link, each form.

`Crawler` asks as one person (a browser with cookies, or a program with a token) and hands whatever
comes back to a `testkit.sentinels.Watch`. `Visits` remembers which endpoint answered what to whom,
so that a test can prove that the visit went everywhere.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import attrs
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from testkit.sentinels import Watch

__all__ = ["Crawler", "Form", "Visits", "forms_of"]

_HOST: Final = "localhost"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_DRAWN: Final = frozenset({"text/css", "text/javascript", "application/javascript"})


@attrs.define
class Visits:
    """What was answered, by whom.

    Attributes:
        statuses: What each endpoint answered to each method, by who asked.
        failures: The requests that were answered as a failure of the site.
    """

    statuses: dict[tuple[str, str, str], set[int]] = attrs.field(factory=lambda: defaultdict(set))
    failures: list[str] = attrs.field(factory=list)

    def of(self, who: str) -> dict[tuple[str, str], set[int]]:
        """The statuses that one person got, by endpoint and method."""
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for (one, name, method), statuses in self.statuses.items():
            if one == who:
                found[name, method] |= statuses
        return found

    def all_statuses(self) -> set[int]:
        """Every status that anyone got."""
        return set().union(*self.statuses.values())


@attrs.frozen
class Form:
    """A form of a page.

    Attributes:
        action: Where it goes.
        method: ``get`` or ``post``.
        fields: What it sends as it stands; boxes are ticked.
    """

    action: str
    method: str
    fields: dict[str, str]


@attrs.define
class _Page(HTMLParser):
    """The links and the forms of a page."""

    links: list[str] = attrs.field(factory=list)
    forms: list[Form] = attrs.field(factory=list)
    _select: str = ""

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.links += [given[name] for name in ("href", "src", "data-from") if given.get(name)]
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower(), {}))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag in {"input", "button", "textarea"} and given.get("name"):
            chosen = given.get("type") != "radio" or "checked" in given
            if given.get("type") != "file" and chosen:
                fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = given.get("name", "")
        if tag == "option" and self._select and given.get("value"):
            fields.setdefault(self._select, given["value"])


def forms_of(page: str) -> list[Form]:
    """The forms of a page."""
    return _read(page).forms


def _read(page: str) -> _Page:
    read = _Page()
    read.feed(page)
    return read


@attrs.define
class Crawler:
    """Someone who asks.

    Attributes:
        app: The application.
        who: A name for the report.
        client: What they ask with.
        watch: Where the answers go.
        visits: What was visited, shared by everyone who asks.
    """

    app: Flask
    who: str
    client: FlaskClient
    watch: Watch
    visits: Visits
    _packed: int = 0
    _read: set[str] = attrs.field(factory=set)

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Ask for something, and keep everything of the answer.

        Args:
            method: Of HTTP.
            path: With its query.
            **more: As for `FlaskClient.open`.
        """
        self._packed += 1
        headers = {**more.pop("headers", {})}
        # Pages travel packed for one request in three, which must hide nothing.
        headers.setdefault("Accept-Encoding", "" if self._packed % 3 else "gzip")
        answer = self.client.open(path, method=method, headers=headers, **more)
        where = f"{self.who}: {method} {path[:120]} -> {answer.status_code}"
        for name, value in answer.headers.items():
            self.watch.add(f"{where} (header {name})", f"{name}: {value}")
        self.watch.add(
            where,
            answer.data,
            encoding=answer.headers.get("Content-Encoding", ""),
            drawn=answer.mimetype in _DRAWN,
        )
        if answer.status_code >= 500:
            self.visits.failures.append(where)
        endpoint = self._endpoint(method, path)
        self.visits.statuses[self.who, endpoint, method].add(answer.status_code)
        return answer

    def _endpoint(self, method: str, path: str) -> str:
        urls = self.app.url_map.bind(_HOST)
        try:
            return str(urls.match(urlsplit(path).path, method=method)[0])
        except RequestRedirect:
            return "a redirection"
        except HTTPException:
            return "nothing"

    def text(self, path: str) -> str:
        """A page as it is read."""
        return self.ask("GET", path, headers={"Accept-Encoding": ""}).text

    # -- by its links and forms -------------------------------------------------------------------

    def follow(self, start: Iterable[str], *, most: int = 200) -> dict[tuple[str, str], Form]:
        """Read pages and whatever they lead to; gives the forms met, by method and address."""
        forms: dict[tuple[str, str], Form] = {}
        waiting = list(start)
        while waiting and len(self._read) < most:
            path = waiting.pop(0)
            if path in self._read:
                continue
            self._read.add(path)
            answer = self.ask("GET", path, headers={"Accept-Encoding": ""})
            page = _read(answer.text if answer.mimetype == "text/html" else "")
            links = [*page.links, *filter(None, [answer.location])]
            waiting += [each for each in (urljoin(path, link) for link in links) if _here(each)]
            for form in page.forms:
                forms.setdefault((form.method, form.action or path), form)
        return forms

    def send(self, form: Form, *, to: str = "", **change: str | bytes | None) -> TestResponse:
        """Send a form as it stands but for some fields; None leaves one out, bytes are a file."""
        fields = {**form.fields, **change}
        given: dict[str, Any] = {
            name: FileStorage(io.BytesIO(value), filename="a.png")
            if isinstance(value, bytes)
            else value
            for name, value in fields.items()
            if value is not None
        }
        path = to or form.action
        if form.method == "get":
            return self.ask("GET", path, query_string=given)
        return self.ask("POST", path, data=given)

    # -- by the map of addresses ------------------------------------------------------------------

    def try_rule(
        self,
        rule: Rule,
        values: Mapping[str, Sequence[object]],
        bodies: Sequence[Mapping[str, Any]],
        *,
        most: int = 4,
        every_method: bool = True,
    ) -> None:
        """Ask for an address with every method, with each of some ids, with each of some bodies.

        Args:
            rule: The address.
            values: What its variables are filled with, by their names.
            bodies: What is sent with the methods that change something.
            most: Combinations of values at most.
            every_method: HEAD, OPTIONS and one that it does not take as well.
        """
        methods = set(rule.methods or ())
        paths = list(islice(self._paths(rule, values), most))
        for path in paths:
            for method in sorted(methods if every_method else methods - {"HEAD", "OPTIONS"}):
                for body in [{}] if method in _SAFE else bodies:
                    self.ask(method, path, **_fresh(body))
        if paths and every_method:
            self.ask("PATCH" if "DELETE" in methods else "DELETE", paths[0])

    def _paths(self, rule: Rule, values: Mapping[str, Sequence[object]]) -> Iterator[str]:
        names = sorted(rule.arguments)
        urls = self.app.url_map.bind(_HOST)
        wanted = [values[name] for name in names]
        # The first ones of each, then the second ones: one's own, another's, nothing.
        for chosen in zip(*wanted, strict=False) if wanted else [()]:
            try:
                yield urls.build(rule.endpoint, dict(zip(names, chosen, strict=True)))
            except (ValueError, TypeError):
                continue  # what such an address cannot hold


def _fresh(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same body again: a file is read once."""
    return {name: dict(value) if isinstance(value, dict) else value for name, value in body.items()}


def _here(link: str) -> bool:
    parts = urlsplit(link)
    return parts.netloc in {"", _HOST} and parts.scheme in {"", "http"}
