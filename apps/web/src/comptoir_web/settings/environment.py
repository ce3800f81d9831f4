"""The variables as they are written: their names, defaults, help and earlier names."""

from __future__ import annotations

from collections.abc import Mapping

import environ

__all__ = ["ALIASES", "QUOTE_SOURCES", "SECTIONS", "Environment", "variables", "without_aliases"]

SECTIONS = ("wealth", "freight", "cards", "shop", "accounting")
QUOTE_SOURCES = ("binance", "ecb")

_EMPTY_COUNTS = frozenset({"COMPTOIR_QUOTE_SOURCES"})
"""Variables whose empty value means none, and not that they were left alone."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "COMPTOIR_DATABASE_URL": ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI"),
    "COMPTOIR_SECRET_KEY": ("SECRET_KEY",),
    "COMPTOIR_ALLOWED_HOSTS": ("ALLOWED_HOSTS",),
    "COMPTOIR_REQUIRE_ADMIN_2FA": ("ADMIN_REQUIRE_2FA",),
    "COMPTOIR_ORANGE_CLIENT_ID": ("ORANGE_MONEY_CLIENT_ID",),
    "COMPTOIR_ORANGE_CLIENT_SECRET": ("ORANGE_MONEY_CLIENT_SECRET",),
    "COMPTOIR_ORANGE_MERCHANT_KEY": ("ORANGE_MONEY_MERCHANT_KEY",),
    "COMPTOIR_ORANGE_COUNTRY": ("ORANGE_MONEY_COUNTRY",),
    "COMPTOIR_ORANGE_CURRENCY": ("ORANGE_MONEY_CURRENCY",),
    "COMPTOIR_ORANGE_BASE_URL": ("ORANGE_MONEY_BASE_URL",),
}
"""Names of earlier programs, tried in order when the canonical one is not set."""


@environ.config(prefix="COMPTOIR", frozen=True)
class Environment:
    """The variables as they are written, before any check."""

    env: str = environ.var("production", help="development or production")
    database_url: str = environ.var(
        "sqlite:///var/comptoir.db", help="sqlite:///file or postgresql://user@host/base"
    )
    secret_key: str = environ.var("", help="signs cookies and links; `comptoir secret-key`")
    allowed_hosts: str = environ.var("", help="host names served, separated by commas")
    public_url: str = environ.var("", help="address of the site in mails, https://example.com")
    require_admin_2fa: str = environ.var("true", help="an administrator needs a second factor")
    trusted_proxies: str = environ.var("", help="addresses whose forwarded headers are believed")
    broker_url: str = environ.var("", help="redis://... runs the jobs by Celery")
    smtp_host: str = environ.var(
        "",
        help="mail server; without it mails are shown in development, and not sent elsewhere",
    )
    smtp_port: str = environ.var("587", help="port of the mail server")
    smtp_user: str = environ.var("", help="account on the mail server")
    smtp_password: str = environ.var("", help="its password")
    smtp_security: str = environ.var("starttls", help="starttls, tls or none")
    mail_from: str = environ.var("comptoir@localhost", help="sender of the mails")
    files: str = environ.var("var/files", help="a folder or s3://bucket/prefix")
    s3_endpoint_url: str = environ.var("", help="address of an S3 server other than AWS")
    metrics_token: str = environ.var("", help="lets a remote collector read /metrics")
    sections: str = environ.var(",".join(SECTIONS), help="sections switched on")
    business_name: str = environ.var("Comptoir", help="name shown on every page")
    sentry_dsn: str = environ.var("", help="errors are sent there when set")
    locale: str = environ.var("fr", help="language of the first visit: fr or en")
    max_body_bytes: str = environ.var("1000000", help="largest request body")
    rate_limit: str = environ.var("600 per minute", help="requests of one address")
    rate_storage: str = environ.var(
        "memory://",
        help="where the rates are counted: memory://, or redis://... for all processes",
    )
    quote_sources: str = environ.var(
        ",".join(QUOTE_SOURCES),
        help="who is asked for prices; empty asks nobody, as development does unless it is set",
    )
    quotes_refresh_minutes: str = environ.var(
        "60", help="minutes between two refreshes of the prices; 0 leaves them to people"
    )
    phone_region: str = environ.var(
        "GN", help="country of a phone number written without its code, two letters"
    )
    merchant_sign_up: str = environ.var(
        "true", help="an unknown phone that proves itself gets a merchant's account"
    )
    sms: str = environ.var(
        "console",
        help="who sends the text messages: orange, or console, which shows them in development "
        "and sends none elsewhere",
    )
    sms_a_day: str = environ.var(
        "1000",
        help="most codes sent by text message in a day (UTC); half of them at most to phones "
        "without an account",
    )
    orange_client_id: str = environ.var("", help="the application's id at Orange")
    orange_client_secret: str = environ.var("", help="its secret")
    orange_merchant_key: str = environ.var(
        "", help="the merchant key of Orange Money; payments by it are offered when set"
    )
    orange_country: str = environ.var(
        "dev", help="country of the Orange Money contract, two letters; dev for its sandbox"
    )
    orange_currency: str = environ.var(
        "", help="currency of the payments; by default OUV in the sandbox and GNF elsewhere"
    )
    orange_sms_sender: str = environ.var(
        "", help="the number that Orange gives to send messages from, for example +2240000"
    )
    orange_base_url: str = environ.var("https://api.orange.com", help="address of Orange's API")
    smallest_booking_litres: str = environ.var(
        "500",
        help="least volume that can be booked in a container; one with less left goes to sea",
    )


def variables() -> list[tuple[str, str]]:
    """The name and the help of every variable, in the order they are declared."""
    return [
        (a.name, a.metadata["environ_config"].help or "")
        for a in Environment.__attrs_attrs__  # type: ignore[attr-defined]  # environ builds it
    ]


def without_aliases(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Keep what is set and not empty under its canonical name, and say where it came from."""
    canonical: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, _ in variables():
        variable = f"COMPTOIR_{name.upper()}"
        for candidate in (variable, *ALIASES.get(variable, ())):
            value = given.get(candidate, "").strip()
            if value or (candidate in given and candidate in _EMPTY_COUNTS):
                canonical[variable] = value
                origins[variable] = candidate
                break
    return canonical, origins
