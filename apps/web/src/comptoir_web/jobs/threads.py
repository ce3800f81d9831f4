"""The default way to work: one thread in each serving process, started by its first request.

It is never started at import nor in the process that forks the others: a thread does not survive a
fork. With several serving processes each has one; the claims keep their jobs apart.
"""

from __future__ import annotations

import logging
import multiprocessing.util
import os
import threading
from collections.abc import Callable

from comptoir_web.jobs.runner import JobRunner

__all__ = ["RunnerThread"]

_log = logging.getLogger(__name__)


class RunnerThread:
    """A runner in a daemon thread of this process, and the announcer that wakes it.

    Args:
        make_runner: Builds the runner; called in the process that will run it.
        stop_wait_s: How long a process that ends waits for the step in hand.
    """

    def __init__(self, make_runner: Callable[[], JobRunner], *, stop_wait_s: float = 10) -> None:
        self._make_runner = make_runner
        self._stop_wait_s = stop_wait_s
        self._lock = threading.Lock()
        self._pid: int | None = None
        self._runner: JobRunner | None = None
        self._thread: threading.Thread | None = None

    def ensure_started(self) -> None:
        """Start the thread in this process unless it runs already."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            self._runner = self._make_runner()
            self._thread = threading.Thread(
                target=self._runner.run_forever, name="comptoir-jobs", daemon=True
            )
            self._thread.start()
            # Runs at the end of this process, whether it was started by multiprocessing (granian),
            # by os.fork (gunicorn) or by hand: a plain atexit does not run in the first.
            multiprocessing.util.Finalize(None, self.stop, exitpriority=100)
            self._pid = os.getpid()

    def announce(self, job_id: str) -> None:
        """Wake the thread of this process; another process finds the job at its next poll."""
        if self._pid == os.getpid() and self._runner is not None:
            self._runner.wake()

    def stop(self) -> None:
        """Stop after the step in hand and wait for it; the job goes back to the queue."""
        if self._pid != os.getpid() or self._runner is None or self._thread is None:
            return
        self._runner.stop()
        self._thread.join(self._stop_wait_s)
        if self._thread.is_alive():
            _log.warning("jobs: a step did not end in time; its job is taken again after its lease")
