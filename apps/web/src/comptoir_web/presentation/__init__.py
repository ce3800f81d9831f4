"""What a person sees: languages, figures, navigation, tables, forms and the files of the pages.

- `assets`      the style sheets, scripts and fonts, served by us, named by their content
- `languages`   French first, English by the switch
- `formats`     amounts, percentages and dates in a template
- `navigation`  the header, by role
- `tables`      columns, pages and sorts, kept in the address
- `forms`       problems of a form, attributes of a field
- `fields`      fields that read amounts, rates, days and choices as people type them
- `charts`      data for the charts, as attributes the script reads
- `csv_files`   a table as a file a spreadsheet opens
- `compression` pages and documents, compressed on their way

`install(app)` sets all of it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .assets import install_assets
from .formats import install_formats
from .forms import install_forms
from .languages import (
    gettext,
    install_languages,
    language,
    languages_blueprint,
    lazy_gettext,
    ngettext,
)
from .navigation import install_navigation
from .tables import install_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

__all__ = ["gettext", "install", "language", "lazy_gettext", "ngettext"]


def install(
    app: Flask,
    *,
    business_name: str = "Comptoir",
    default_language: str = "fr",
    remember_language: Callable[[str], None] | None = None,
) -> None:
    """Set the application's pages up: languages, filters, macros' helpers, assets, the header.

    Args:
        app: The application.
        business_name: What the header and the titles call this installation.
        default_language: `fr` or `en`.
        remember_language: Keeps the signed-in reader's choice (the language's code) with the
            account.

    Raises:
        ValueError: A default language that has no texts.
    """
    install_languages(app, default=default_language)
    install_formats(app)
    install_forms(app)
    install_navigation(app)
    install_tables(app)
    app.extensions["comptoir_remember_language"] = remember_language
    install_assets(app)
    app.register_blueprint(languages_blueprint)

    @app.context_processor
    def _page() -> dict[str, object]:
        from .languages import other_languages

        return {
            "business_name": business_name,
            "language": language(),
            "other_languages": other_languages,
        }
