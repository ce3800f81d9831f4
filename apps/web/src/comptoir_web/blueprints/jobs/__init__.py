"""The pages of one's jobs: what was asked, how far it is, its file.

``views``   the pages and the state that the script of the page asks for
``outcomes`` what the jobs of wealth came to, and whom they left out
``words``   what a job and its state are called on the screen
"""

from comptoir_web.blueprints.jobs.views import blueprint

__all__ = ["blueprint"]
