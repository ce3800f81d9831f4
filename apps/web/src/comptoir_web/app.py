"""`create_app`: the application, and the list of everything that is registered.

The order below is the order in which a request meets its checks: the host, TLS, sizes, rates, the
origin of forms, the state of the database, then the guard of its blueprint, then the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import svcs
from flask import Flask, request
from werkzeug.exceptions import HTTPException

from comptoir_web.api import init_api
from comptoir_web.blueprints.account.enrolment import blueprint as enrolment
from comptoir_web.blueprints.account.views import blueprint as account
from comptoir_web.blueprints.admin.views import blueprint as admin
from comptoir_web.blueprints.auth.phone import blueprint as phone
from comptoir_web.blueprints.auth.views import blueprint as auth
from comptoir_web.blueprints.clients.views import blueprint as clients
from comptoir_web.blueprints.freight import blueprint as freight
from comptoir_web.blueprints.freight_admin import blueprint as freight_admin
from comptoir_web.blueprints.jobs.views import blueprint as jobs
from comptoir_web.blueprints.loans.views import blueprint as loans
from comptoir_web.blueprints.planning import blueprint as planning
from comptoir_web.blueprints.quotes.views import blueprint as quotes
from comptoir_web.blueprints.site.views import blueprint as site
from comptoir_web.blueprints.wealth import blueprint as wealth
from comptoir_web.error_pages import init_errors
from comptoir_web.identity.access import init_access, visitor
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.serving import init_jobs
from comptoir_web.logs import init_logs, init_sentry
from comptoir_web.operations.health import blueprint as operations
from comptoir_web.operations.metrics import blueprint as metrics
from comptoir_web.operations.metrics import init_metrics
from comptoir_web.presentation import install as install_presentation
from comptoir_web.presentation.compression import init_compression
from comptoir_web.security.forgery import exempt_api, init_forgery
from comptoir_web.security.headers import init_headers
from comptoir_web.security.hosts import PROBES, init_hosts
from comptoir_web.security.identifiers import init_identifiers
from comptoir_web.security.proxies import KnownProxies
from comptoir_web.security.rates import init_rates
from comptoir_web.security.sizes import init_sizes
from comptoir_web.settings import Settings
from comptoir_web.storage.readiness import Readiness
from comptoir_web.wiring import Clock, build_registry, services, utc_now

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from comptoir_web.files import FileStore
    from comptoir_web.mail import Mailer
    from comptoir_web.sms import SmsSender

__all__ = ["BLUEPRINTS", "PUBLIC_ENDPOINTS", "SECTIONS", "close_app", "create_app"]

BLUEPRINTS: tuple[Blueprint, ...] = (
    site,
    auth,
    phone,
    enrolment,
    account,
    admin,
    jobs,
    operations,
    metrics,
)
"""Pages of every installation; who reaches each is said beside it."""

SECTIONS: dict[str, tuple[Blueprint, ...]] = {
    "wealth": (wealth, planning, clients, quotes, loans),
    "freight": (freight, freight_admin),
}
"""Pages of the sections that the settings switch on."""

PUBLIC_ENDPOINTS = frozenset({"assets.asset", "languages.switch"})
"""Reached by anyone, though their blueprints carry no guard: files and the choice of a language."""


def create_app(
    settings: Settings | None = None,
    *,
    engine: Engine | None = None,
    clock: Clock = utc_now,
    mailer: Mailer | None = None,
    files: FileStore | None = None,
    sms: SmsSender | None = None,
    testing: bool = False,
) -> Flask:
    """Make the application.

    Args:
        settings: read from the environment by default.
        engine: replaces the one of the settings, and stays its owner's to dispose of.
        clock: tells the time to everything.
        mailer: sends the mails; by default what the settings say.
        files: keeps the files; by default what the settings say.
        sms: sends the text messages; by default what the settings say.
        testing: Flask's testing flag; jobs are then run by the test.

    Raises:
        SettingsFaults: the environment is not usable; every fault at once.
    """
    settings = settings or Settings.from_environ()
    init_logs(settings)
    init_sentry(settings)
    app = Flask(__name__, static_folder=None)
    app.testing = testing
    _configure(app, settings)
    registry = build_registry(
        settings, engine=engine, clock=clock, mailer=mailer, files=files, sms=sms
    )
    svcs.flask.init_app(app, registry=registry)
    init_compression(app)
    init_metrics(app)
    init_hosts(app, settings)
    init_sizes(app, settings)
    init_identifiers(app)
    init_rates(app, settings)
    protect = init_forgery(app)
    _init_readiness(app, registry)
    init_jobs(app, registry, settings)
    init_access(app)
    init_headers(app, settings)
    init_errors(app)
    install_presentation(
        app,
        business_name=settings.business_name,
        default_language=settings.locale,
        remember_language=_remember_language,
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for section in settings.sections:
        for blueprint in SECTIONS.get(section, ()):
            app.register_blueprint(blueprint)
    init_api(app)
    exempt_api(protect, app)
    # Outermost: everything above sees the visitor's own address.
    app.wsgi_app = KnownProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented way
    return app


def close_app(app: Flask) -> None:
    """Give back the connections of an application that is no longer used."""
    svcs.flask.close_registry(app)


def _configure(app: Flask, settings: Settings) -> None:
    secure = not settings.development
    app.config.update(
        SECRET_KEY=Keys(settings.secret_key).derive("page cookie"),
        # What a page keeps between two requests: messages and the token of forms, nothing else.
        SESSION_COOKIE_NAME="__Host-comptoir_page" if secure else "comptoir_page",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PREFERRED_URL_SCHEME="https" if secure else "http",
    )


def _init_readiness(app: Flask, registry: svcs.Registry) -> None:
    from sqlalchemy import Engine

    with svcs.Container(registry) as container:
        readiness = Readiness(container.get(Engine))

    @app.before_request
    def require_database() -> None:
        # Files and probes answer without a database; a wrong address is 404 all the same.
        if request.path in PROBES or request.path.startswith("/assets/"):
            return
        if isinstance(request.routing_exception, HTTPException):
            return
        readiness.require()


def _remember_language(code: str) -> None:
    services().get(IdentityService).set_locale(visitor().id, code)
