"""Prices and rates, for an administrator: what is fresh, stale or failing, and used by whom.

- `views`  the pages, the refresh as a job, the entry of a rate
- `forms`  what a rate is made of
- `words`  what a price, its age and a source are called
"""

from comptoir_web.blueprints.quotes.views import blueprint

__all__ = ["blueprint"]
