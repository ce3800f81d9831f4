"""How Sphinx builds the documentation; a warning is an error."""

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
