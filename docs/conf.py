"""How Sphinx builds the documentation; a warning is an error."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain

project = "Comptoir"
author = "The Comptoir developers"
copyright = "2026, The Comptoir developers"  # noqa: A001 (the name Sphinx reads)

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "exclude-members": "cache_ok",  # SQLAlchemy documents it, with references of its own
}
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "Comptoir"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#137C8B", "color-brand-content": "#137C8B"},
    "dark_css_variables": {"color-brand-primary": "#6FC3CF", "color-brand-content": "#6FC3CF"},
}
html_show_sourcelink = False


class OwnLibraryFirst(PythonDomain):
    """A name that two libraries have, such as ``Quote``, is that of the library speaking."""

    def find_obj(
        self,
        env: Any,  # Sphinx's own, unchanged
        modname: str,
        classname: str,
        name: str,
        type: str | None,  # noqa: A002 (the name Sphinx gives)
        searchmode: int = 0,
    ) -> list[Any]:
        """Find what a name may mean; among several libraries', the page's own."""
        found = super().find_obj(env, modname, classname, name, type, searchmode)
        library = (modname or "").partition(".")[0]
        own = [one for one in found if library and one[0].startswith(f"{library}.")] or found
        # A name that a second module gives again is an alias of the first one's.
        first = [one for one in own if not one[1].aliased]
        return first if len(own) > 1 and first else own


def setup(app: Sphinx) -> None:
    """Register what this configuration adds."""
    app.add_domain(OwnLibraryFirst, override=True)
