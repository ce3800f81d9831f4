"""Loans: the calculator, the loans one saved, their tables, charts, CSV and PDF.

- `forms`      what a person types: five fields first, the rest folded
- `question`   from the form to the loan
- `address`    from a loan back to the form's address
- `terms`      the terms of a loan in words
- `answer`     what is owed, the figures that matter, the chart's finding
- `table`      the table, one year at a time
- `documents`  the table as CSV and PDF (also for jobs)
- `export`     the job that puts every saved loan in one file
- `views`      the blueprint, and who reaches it
- `calculator` the pages of a loan that is not saved
- `saved`      the pages of those that are
"""

from __future__ import annotations

from . import calculator, saved
from .views import blueprint

__all__ = ["blueprint"]

# Importing these two registers their pages.
_PAGES = (calculator, saved)
