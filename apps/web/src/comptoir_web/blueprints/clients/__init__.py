"""The clients, for an administrator: what needs a decision, each figure, one client, the totals.

- `views`   the pages, their filters in the address, and the jobs they ask for
- `reading` the page of one client, without what only the client does
- `words`   what a state is called, and the finding of a chart
"""

from comptoir_web.blueprints.clients.views import blueprint

__all__ = ["blueprint"]
