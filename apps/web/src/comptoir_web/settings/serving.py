"""The checks of what serves: the secret key, hosts, proxies, addresses and rates."""

from __future__ import annotations

from ipaddress import ip_network

from comptoir_web.settings.checking import Checker
from comptoir_web.settings.environment import Environment
from comptoir_web.settings.values import DEVELOPMENT_SECRET, Network, Secret
from shared_kernel import FaultKind

__all__ = [
    "check_addresses",
    "check_rate",
    "checked_hosts",
    "checked_proxies",
    "checked_public_url",
    "checked_secret",
]

MIN_SECRET_LENGTH = 32

SECRET_MISSING = FaultKind(
    "settings.secret_missing",
    "a secret key is required outside development: `comptoir secret-key` makes one",
)
SECRET_SHORT = FaultKind(
    "settings.secret_short",
    "the secret key has {length} characters: at least {minimum} are required, "
    "`comptoir secret-key` makes one",
)
SECRET_DEFAULT = FaultKind(
    "settings.secret_default",
    "the secret key is a well-known one or repeats few characters: `comptoir secret-key` makes one",
)
HOSTS_MISSING = FaultKind(
    "settings.hosts_missing",
    "the allowed hosts are required outside development, for example example.com,www.example.com",
)
HOST_WRONG = FaultKind(
    "settings.host_wrong",
    "{given} is not a host name: write it without a scheme, port or path, for example example.com",
)
NETWORK_WRONG = FaultKind(
    "settings.network_wrong",
    "{given} is neither an address nor a network, for example 10.0.0.0/8 or 192.168.1.4",
)
RATE_WRONG = FaultKind("settings.rate_wrong", "{given} is not a rate, for example 600 per minute")

_WELL_KNOWN = (
    "changeme",
    "change-me",
    "change_me",
    "development",
    "django-insecure",
    "insecure",
    "password",
    "your-secret",
    "your_secret",
)


def checked_secret(check: Checker, raw: Environment, *, development: bool) -> Secret:
    """The secret key: long and its own outside development."""
    value, path = raw.secret_key, check.path("secret_key")
    if development:
        return Secret(value or DEVELOPMENT_SECRET)
    if not value:
        check.faults.add(SECRET_MISSING, path)
    elif len(value) < MIN_SECRET_LENGTH:
        check.faults.add(SECRET_SHORT, path, length=str(len(value)), minimum=str(MIN_SECRET_LENGTH))
    elif value == DEVELOPMENT_SECRET or len(set(value)) < 10 or _starts_well_known(value):
        check.faults.add(SECRET_DEFAULT, path)
    return Secret(value)


def checked_hosts(check: Checker, raw: Environment, *, development: bool) -> tuple[str, ...]:
    """The host names served: said outside development, those of the machine in it."""
    hosts = check.listed("allowed_hosts", raw.allowed_hosts.lower(), _host, HOST_WRONG)
    if hosts or raw.allowed_hosts:
        return hosts
    check.faults.check(development, HOSTS_MISSING, check.path("allowed_hosts"))
    return ("127.0.0.1", "localhost", "[::1]")


def checked_public_url(
    check: Checker, raw: Environment, hosts: tuple[str, ...], *, development: bool
) -> str:
    """The address of the site in mails: as said, or that of the first host."""
    public_url = raw.public_url.rstrip("/")
    if public_url:
        accepted = ("http", "https") if development else ("https",)
        check.url("public_url", public_url, accepted, "https://example.com")
        return public_url
    if development or not hosts:
        return "http://127.0.0.1:8000"
    return f"https://{hosts[0].lstrip('.')}"


def checked_proxies(check: Checker, raw: Environment) -> tuple[Network, ...]:
    """The networks whose forwarded headers are believed."""
    return check.listed("trusted_proxies", raw.trusted_proxies, _network, NETWORK_WRONG)


def check_addresses(check: Checker, raw: Environment) -> None:
    """The addresses of the other servers, where they are set."""
    check.url(
        "database_url",
        raw.database_url,
        ("sqlite", "postgresql", "postgres", "postgresql+psycopg2"),
        "postgresql://comptoir@127.0.0.1/comptoir",
    )
    for name, value, accepted, example in (
        ("broker_url", raw.broker_url, ("redis", "rediss", "unix"), "redis://127.0.0.1:6379/0"),
        ("s3_endpoint_url", raw.s3_endpoint_url, ("http", "https"), "https://s3.example.com"),
        ("sentry_dsn", raw.sentry_dsn, ("https", "http"), "https://key@sentry.example.com/1"),
        (
            "rate_storage",
            raw.rate_storage,
            ("memory", "redis", "rediss", "redis+unix"),
            "redis://127.0.0.1:6379/1",
        ),
    ):
        if value:
            check.url(name, value, accepted, example)


def check_rate(check: Checker, raw: Environment) -> None:
    """The rate of requests of one address."""
    from limits import parse_many  # imported late: only the web server needs the library

    try:
        good = bool(parse_many(raw.rate_limit))
    except ValueError:
        good = False
    check.faults.check(good, RATE_WRONG, check.path("rate_limit"), given=raw.rate_limit)


def _starts_well_known(value: str) -> bool:
    # Each word is long enough that a random key never starts with it.
    return value.lower().startswith(_WELL_KNOWN)


def _host(text: str) -> str | None:
    if text.startswith("[") and text.endswith("]"):
        return text
    bare = text.removeprefix(".")
    good = bool(bare) and all(c.isalnum() or c in "-." for c in bare) and ".." not in bare
    return text if good else None


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
