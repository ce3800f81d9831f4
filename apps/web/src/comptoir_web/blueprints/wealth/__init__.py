"""Net worth, for the client: what one owns and owes, valued only when asked for.

- `words`      the names of categories, kinds and envelopes
- `forms`      a form for each kind of line
- `kinds`      the kinds of line: their names, their form, their place
- `lines`      from a form to a line and back
- `facts`      what a line says of itself
- `dashboard`  the first page: the figure, what it is made of, what mends it
- `evolution`  the history: its curves and what each of them shows
- `matching`   which line of a file is which of those there are
- `views`      the blueprint, the first page, the history, and what the pages share
- `holdings`   the pages that list, add, change, remove and bring back
- `imports`    a file: its faults, what it would change, and the saving of it
- `exports`    the downloads
"""

from __future__ import annotations

from . import exports, holdings, imports
from .views import blueprint

__all__ = ["blueprint"]

# Importing these registers their pages.
_PAGES = (exports, holdings, imports)
