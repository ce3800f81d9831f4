"""French by default, English by the header's switch, from catalogues compiled in memory.

The sources' texts are English; `translations/fr.po` holds the French ones. Flask-Babel normally
reads compiled
`.mo` files from folders: here its domain is replaced by one that asks
`shared_kernel.translations`, so no compiled file is built, shipped or forgotten.

A reader's language is, in this order: what the signed-in account prefers, what the cookie
remembers, and the installation's own. The browser's `Accept-Language` is left aside on purpose: a
French business writes French until its reader asks otherwise.
"""

from __future__ import annotations

import gettext as gettext_module
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import attrs
import flask_babel  # type: ignore[import-untyped]  # Flask-Babel ships no type information
from flask import (
    Blueprint,
    current_app,
    g,
    has_app_context,
    has_request_context,
    redirect,
    request,
    url_for,
)
from flask_login import current_user  # type: ignore[import-untyped]  # nor does Flask-Login

from comptoir_web.identity.roles import reached_by_anyone
from shared_kernel.translations import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "OtherLanguage",
    "gettext",
    "in_language",
    "install_languages",
    "keep_address",
    "language",
    "languages_blueprint",
    "lazy_gettext",
    "local_address",
    "ngettext",
    "other_languages",
]

PACKAGE: Final = "comptoir_web"
COOKIE: Final = "comptoir_language"
_YEAR: Final = 365 * 24 * 3600

#: code -> its name in itself, as the switch writes it
LANGUAGES: Final = {"fr": "Français", "en": "English"}

# One import for the whole shell: the rest of it sees typed functions.
lazy_gettext = flask_babel.lazy_gettext


def gettext(message: str, **values: object) -> str:
    """The text in the reader's language, with `%(name)s` replaced."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """The text for that number in the reader's language; `%(num)s` is the number."""
    return str(flask_babel.ngettext(singular, plural, num, **values))


class CatalogueDomain(flask_babel.Domain):  # type: ignore[misc]  # its base class has no types
    """Flask-Babel's domain, over the catalogues of `shared_kernel.translations`."""

    def get_translations(self) -> gettext_module.NullTranslations:
        """The catalogue of the reader's language (English texts where there is none)."""
        return catalogue(PACKAGE, language())

    def gettext(self, string: str, **variables: object) -> str:
        """Flask-Babel's contract: variables replace `%(name)s` only where some are given."""
        text = self.get_translations().gettext(string)
        return text % variables if variables else text

    def ngettext(self, singular: str, plural: str, num: int, **variables: object) -> str:
        """As `gettext`, for a number."""
        text = self.get_translations().ngettext(singular, plural, num)
        return text % {"num": num, **variables}

    def pgettext(self, context: str, string: str, **variables: object) -> str:
        """As `gettext`, with a context."""
        text = self.get_translations().pgettext(context, string)
        return text % variables if variables else text

    def npgettext(
        self, context: str, singular: str, plural: str, num: int, **variables: object
    ) -> str:
        """As `ngettext`, with a context."""
        text = self.get_translations().npgettext(context, singular, plural, num)
        return text % {"num": num, **variables}


def language() -> str:
    """The two letters of the language in which this request is answered; French outside one."""
    locale = flask_babel.get_locale() if has_app_context() else None
    return str(locale.language) if locale is not None else "fr"


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Write in that language inside the block (a letter to someone else than the reader)."""
    with flask_babel.force_locale(code):
        yield


def install_languages(app: Flask, *, default: str = "fr") -> None:
    """Set Flask-Babel up on the application.

    Args:
        app: The application.
        default: The installation's own language, `fr` or `en`.

    Raises:
        ValueError: A language that has no texts here.
    """
    if default not in LANGUAGES:
        raise ValueError(f"no texts in {default!r}; there are: {', '.join(LANGUAGES)}")
    babel = flask_babel.Babel(configure_jinja=False)
    babel.init_app(app, default_locale=default, locale_selector=_preferred)
    babel.domain_instance = CatalogueDomain()
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    # Jinja adds this method when the extension above is loaded, so it has no declared type.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: catalogue(PACKAGE, language()).gettext(text),
        ngettext=lambda one, many, num: catalogue(PACKAGE, language()).ngettext(one, many, num),
        pgettext=lambda context, text: catalogue(PACKAGE, language()).pgettext(context, text),
        npgettext=lambda context, one, many, num: catalogue(PACKAGE, language()).npgettext(
            context, one, many, num
        ),
        newstyle=True,
    )
    app.extensions["comptoir_default_language"] = default


def _preferred() -> str:
    if has_request_context():
        account = getattr(current_user, "locale", None) if _signed_in() else None
        for candidate in (account, request.cookies.get(COOKIE)):
            if candidate in LANGUAGES:
                return str(candidate)
    return str(current_app.extensions["comptoir_default_language"])


def _signed_in() -> bool:
    # Without a login manager (a page shown outside the whole shell) nobody is signed in.
    return hasattr(current_app, "login_manager") and bool(current_user.is_authenticated)


@attrs.frozen
class OtherLanguage:
    """A language the reader can switch to."""

    code: str
    name: str
    url: str


def other_languages() -> tuple[OtherLanguage, ...]:
    """The switch of the header: every language but the current one."""
    here = language()
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    back = g.get("comptoir_address", back)
    return tuple(
        OtherLanguage(code, name, url_for("languages.switch", code=code, next=back))
        for code, name in LANGUAGES.items()
        if code != here
    )


def keep_address(arguments: Mapping[str, str | None]) -> None:
    """Let the switch of this page come back to these arguments instead of those of its address.

    A page does this when its address holds what someone typed in one language (`1,234`), which
    another language would read otherwise.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    g.comptoir_address = f"{request.path}?{urlencode(given)}" if given else request.path


def local_address(address: str | None, *, otherwise: str) -> str:
    r"""The address when it stays on this site, else the other one.

    Refuses a scheme, a host, and the forms browsers read as one (`//host`, `/\host`, control
    characters).
    """
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return otherwise
    if any(character < " " or character == "\\" for character in address):
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc else address


languages_blueprint = Blueprint("languages", __name__)
languages_blueprint.before_request(
    reached_by_anyone("a visitor chooses a language before signing in")
)


@languages_blueprint.get("/plateforme/langue/<any(fr, en):code>")
def switch(code: str) -> Response:
    """Remember the language, in a cookie and with the signed-in account, and go back."""
    remember = current_app.extensions.get("comptoir_remember_language")
    if remember is not None and _signed_in():
        remember(code)
    response = redirect(local_address(request.args.get("next"), otherwise="/"), code=303)
    response.set_cookie(
        COOKIE, code, max_age=_YEAR, secure=request.is_secure, httponly=True, samesite="Lax"
    )
    return response
