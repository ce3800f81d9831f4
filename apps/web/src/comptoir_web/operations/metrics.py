"""``/metrics`` for Prometheus: requests, their durations, jobs, connections, sources of prices.

Told to this machine and to the holder of ``COMPTOIR_METRICS_TOKEN`` alone. Requests are labelled by
the name of their page, never by their address: an address can hold anything, and each value is a
series that is kept.

With several serving processes, `prepare_folder` is called once before they start: each process then
counts in a file of that folder and every one of them answers for all. The jobs come from the
database and are the same whoever answers; the connections are those of the process that answers.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from comptoir_web.identity.roles import reached_by_anyone
from comptoir_web.jobs.model import JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.operations.callers import may_see_details
from comptoir_web.settings import Settings
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wiring import services
from shared_kernel import StorageError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from wealth_core.quotes.ports import SourceState

__all__ = ["Metrics", "blueprint", "init_metrics", "prepare_folder"]

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

blueprint = Blueprint("metrics", __name__)
blueprint.before_request(
    reached_by_anyone("a collector has no account; the page asks for this machine or a token")
)


def prepare_folder(folder: Path) -> None:
    """Empty the folder where serving processes count together, and name it in the environment.

    To be called by the process that starts the others, before any of them imports
    prometheus_client: what a former run left would be counted again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[FOLDER_VARIABLE] = str(folder)


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        self.requests = Counter(
            "comptoir_http_requests",
            "Requests answered, by page and status.",
            ("method", "page", "status"),
            registry=self.registry,
        )
        self.durations = Histogram(
            "comptoir_http_request_duration_seconds",
            "Time on the server, by page.",
            ("method", "page"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )

    def observe(self, *, method: str, page: str, status: int, seconds: float) -> None:
        """Count one answer."""
        method = method if method in METHODS else "OTHER"
        self.requests.labels(method, page, str(status)).inc()
        self.durations.labels(method, page).observe(seconds)

    def text(
        self,
        *,
        counts: Callable[[], Mapping[JobState, int]],
        sources: Callable[[], Sequence[SourceState]],
        engine: Engine,
    ) -> bytes:
        """Everything, in the text form of Prometheus."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        moment = CollectorRegistry()
        moment.register(_Moment(counts, sources, engine))
        return generate_latest(self._requests(MultiProcessCollector)) + generate_latest(moment)

    def _requests(self, collector: Callable[[CollectorRegistry], object]) -> CollectorRegistry:
        if FOLDER_VARIABLE not in os.environ:
            return self.registry
        from prometheus_client import CollectorRegistry

        shared = CollectorRegistry()
        collector(shared)
        return shared


class _Moment:
    """What is read at the moment it is asked for."""

    def __init__(
        self,
        counts: Callable[[], Mapping[JobState, int]],
        sources: Callable[[], Sequence[SourceState]],
        engine: Engine,
    ) -> None:
        self._counts = counts
        self._sources = sources
        self._engine = engine

    def collect(self) -> Iterable[Metric]:
        from prometheus_client.metrics_core import GaugeMetricFamily

        up = GaugeMetricFamily("comptoir_database_up", "Whether the database answered just now.")
        try:
            counts, sources = self._counts(), self._sources()
        except (StorageError, SQLAlchemyError):
            up.add_metric((), 0)
        else:
            up.add_metric((), 1)
            jobs = GaugeMetricFamily("comptoir_jobs", "Jobs by state.", labels=("state",))
            for state, number in counts.items():
                jobs.add_metric((state.value,), number)
            yield jobs
            yield from _of_sources(sources)
        yield up
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            in_use = GaugeMetricFamily(
                "comptoir_database_connections", "Connections of this process.", labels=("state",)
            )
            in_use.add_metric(("in_use",), pool.checkedout())
            in_use.add_metric(("idle",), pool.checkedin())
            yield in_use


def _of_sources(sources: Sequence[SourceState]) -> Iterable[Metric]:
    from prometheus_client.metrics_core import GaugeMetricFamily

    failures = GaugeMetricFamily(
        "comptoir_quote_source_failures",
        "How many times in a row a source of prices has failed.",
        labels=("source",),
    )
    answered = GaugeMetricFamily(
        "comptoir_quote_source_answered_timestamp_seconds",
        "When a source of prices last answered.",
        labels=("source",),
    )
    for state in sources:
        failures.add_metric((state.name,), state.failures)
        if state.last_success_at is not None:
            answered.add_metric((state.name,), state.last_success_at.timestamp())
    yield failures
    yield answered


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures, for this machine or the holder of the token; for others there is no page."""
    settings = services().get(Settings)
    if not may_see_details(request.environ, token=settings.metrics_token.value):
        abort(404)
    from flask import current_app
    from prometheus_client import CONTENT_TYPE_LATEST

    kept: Metrics = current_app.extensions["comptoir_metrics"]
    body = kept.text(
        counts=services().get(JobQueue).counts,
        sources=services().get(QuoteService).source_states,
        engine=services().get(Engine),
    )
    return Response(
        body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


def init_metrics(app: Flask) -> Metrics:
    """Count every answer of the application."""
    kept = Metrics()
    app.extensions["comptoir_metrics"] = kept

    def start() -> None:
        g.comptoir_started = time.perf_counter()

    def count(response: Response) -> Response:
        started = g.get("comptoir_started")
        if started is not None:
            kept.observe(
                method=request.method,
                page=request.endpoint or "unknown",
                status=response.status_code,
                seconds=time.perf_counter() - started,
            )
        return response

    # First before everything and, as Flask runs these backwards, last after everything: the time
    # includes what the other hooks take.
    app.before_request_funcs.setdefault(None, []).insert(0, start)
    app.after_request_funcs.setdefault(None, []).insert(0, count)
    return kept
