"""An S3 for the tests: `moto`'s server in a process of its own, on the loopback."""

from __future__ import annotations

import contextlib
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from testkit.processes import server

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What a client of this S3 needs in its environment; any key is accepted."""


def _answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/moto-api/"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Run moto on a free port of the loopback; gives `http://127.0.0.1:<port>`."""

    def command(port: int) -> list[str]:
        # Its own warnings are not ours to make errors of.
        program = "from moto.server import main; main()"
        return [sys.executable, "-W", "ignore", "-c", program, "-H", "127.0.0.1", "-p", str(port)]

    with server("moto", command, folder=folder, ready=_answers, timeout_s=120) as port:
        yield f"http://127.0.0.1:{port}"
