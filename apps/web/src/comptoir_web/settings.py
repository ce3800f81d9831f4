"""What the environment says, read once, checked whole.

`Environment` declares the variables (environ-config) with their defaults and help; `Settings` is
what the rest of the shell reads: typed, frozen, its secrets hidden from ``repr``. The names used
by earlier programs are understood through `ALIASES`; a canonical name wins over its alias.

Two of the rules protect an installation: outside development a default or short secret key is
refused, and so is a missing list of allowed hosts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar
from urllib.parse import urlsplit

import environ
from attrs import field, frozen

from comptoir_web.errors import SettingsFaults
from shared_kernel import FaultKind, FaultList

__all__ = [
    "ALIASES",
    "DEVELOPMENT_SECRET",
    "Environment",
    "Mode",
    "Network",
    "Secret",
    "Setting",
    "Settings",
]

Network = IPv4Network | IPv6Network
T = TypeVar("T")

DEVELOPMENT_SECRET = "development-only-not-a-secret-key"  # noqa: S105 # nosec B105
"""The secret key of development, public by design and refused anywhere else."""

MIN_SECRET_LENGTH = 32
SECTIONS = ("wealth", "freight", "cards", "shop", "accounting")
QUOTE_SOURCES = ("binance", "ecb")
MOST_REFRESH_MINUTES = 24 * 60

_EMPTY_COUNTS = frozenset({"COMPTOIR_QUOTE_SOURCES"})
"""Variables whose empty value means none, and not that they were left alone."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "COMPTOIR_DATABASE_URL": ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI"),
    "COMPTOIR_SECRET_KEY": ("SECRET_KEY",),
    "COMPTOIR_ALLOWED_HOSTS": ("ALLOWED_HOSTS",),
    "COMPTOIR_REQUIRE_ADMIN_2FA": ("ADMIN_REQUIRE_2FA",),
}
"""Names of earlier programs, tried in order when the canonical one is not set."""

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
CHOICE_WRONG = FaultKind("settings.choice_wrong", "{given} is not accepted: choose {accepted}")
NUMBER_WRONG = FaultKind(
    "settings.number_wrong", "{given} is not a whole number between {minimum} and {maximum}"
)
NETWORK_WRONG = FaultKind(
    "settings.network_wrong",
    "{given} is neither an address nor a network, for example 10.0.0.0/8 or 192.168.1.4",
)
URL_WRONG = FaultKind(
    "settings.url_wrong", "the address is not one of {accepted}: for example {example}"
)
MAIL_WRONG = FaultKind(
    "settings.mail_wrong", "{given} is not a mail address, for example comptoir@example.com"
)
SMTP_INCOMPLETE = FaultKind(
    "settings.smtp_incomplete",
    "{missing} is required when {present} is set",
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


class Mode(StrEnum):
    """Where the shell runs: development is lenient, production is not."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@frozen(repr=False)
class Secret:
    """A string that never shows itself: ``repr`` and ``str`` say only whether it is set.

    >>> Secret("hunter2")
    Secret(set)
    >>> f"{Secret('hunter2')}"
    'Secret(set)'
    """

    value: str = ""

    def __repr__(self) -> str:
        return f"Secret({'set' if self.value else 'not set'})"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self.value)


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


@frozen
class Setting:
    """One line of `Settings.describe`: a variable, what is shown of it, and where it comes from."""

    name: str
    shown: str
    origin: str
    help: str


@frozen(kw_only=True)
class Settings:
    """The checked settings of one installation; secrets are hidden from ``repr``.

    >>> settings = Settings.from_environ({"COMPTOIR_ENV": "development"})
    >>> settings.development, settings.locale
    (True, 'fr')
    """

    mode: Mode = Mode.DEVELOPMENT
    database_url: Secret = Secret("sqlite:///var/comptoir.db")
    secret_key: Secret = Secret(DEVELOPMENT_SECRET)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    public_url: str = "http://127.0.0.1:8000"
    require_admin_2fa: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    broker_url: Secret = Secret()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: Secret = Secret()
    smtp_security: str = "starttls"
    mail_from: str = "comptoir@localhost"
    files: str = "var/files"
    s3_endpoint_url: str = ""
    metrics_token: Secret = Secret()
    sections: tuple[str, ...] = SECTIONS
    business_name: str = "Comptoir"
    sentry_dsn: Secret = Secret()
    locale: str = "fr"
    max_body_bytes: int = 1_000_000
    rate_limit: str = "600 per minute"
    rate_storage: Secret = Secret("memory://")
    quote_sources: tuple[str, ...] = ()
    quotes_refresh_minutes: int = 60
    origins: Mapping[str, str] = field(factory=dict, repr=False, eq=False)

    @property
    def development(self) -> bool:
        """Whether the lenient rules of development apply."""
        return self.mode is Mode.DEVELOPMENT

    @classmethod
    def from_environ(cls, environ_: Mapping[str, str] | None = None) -> Settings:
        """Read and check the whole environment (`os.environ` by default).

        Raises:
            SettingsFaults: with every fault at once; a path is a variable's name, and no message
                repeats the value of a secret.
        """
        given = os.environ if environ_ is None else environ_
        canonical, origins = _without_aliases(given)
        raw = environ.to_config(Environment, environ=canonical)
        return _checked(raw, origins)

    def describe(self) -> tuple[Setting, ...]:
        """Every variable with what may be shown of it: a secret says only whether it is set."""
        lines = []
        for name, help_ in _variables():
            value = getattr(self, "mode" if name == "env" else name)
            variable = f"COMPTOIR_{name.upper()}"
            origin = self.origins.get(variable, "default")
            lines.append(Setting(variable, _shown(name, value), origin, help_))
        return tuple(lines)


def _variables() -> list[tuple[str, str]]:
    return [
        (a.name, a.metadata["environ_config"].help or "")
        for a in Environment.__attrs_attrs__  # type: ignore[attr-defined]  # environ builds it
    ]


def _shown(name: str, value: object) -> str:
    if isinstance(value, Secret):
        if name == "database_url":
            return _without_password(value.value)
        return "***" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.username}:***@{host}{port}{parts.path}"


def _without_aliases(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Keep what is set and not empty under its canonical name, and say where it came from."""
    canonical: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, _ in _variables():
        variable = f"COMPTOIR_{name.upper()}"
        for candidate in (variable, *ALIASES.get(variable, ())):
            value = given.get(candidate, "").strip()
            if value or (candidate in given and candidate in _EMPTY_COUNTS):
                canonical[variable] = value
                origins[variable] = candidate
                break
    return canonical, origins


def _checked(raw: Environment, origins: dict[str, str]) -> Settings:
    faults = FaultList()

    def path(name: str) -> str:
        variable = f"COMPTOIR_{name.upper()}"
        return origins.get(variable, variable)

    def choice(name: str, value: str, accepted: tuple[str, ...]) -> str:
        faults.check(
            value in accepted, CHOICE_WRONG, path(name), given=value, accepted=", ".join(accepted)
        )
        return value

    def number(name: str, value: str, minimum: int, maximum: int) -> int:
        good = value.isascii() and value.isdigit() and minimum <= int(value) <= maximum
        faults.check(
            good,
            NUMBER_WRONG,
            path(name),
            given=value,
            minimum=str(minimum),
            maximum=str(maximum),
        )
        return int(value) if good else minimum

    def listed(
        name: str, value: str, parse: Callable[[str], T | None], kind: FaultKind
    ) -> tuple[T, ...]:
        found = []
        for part in (piece.strip() for piece in value.split(",")):
            if not part:
                continue
            parsed = parse(part)
            if parsed is None:
                faults.add(kind, path(name), given=part)
            else:
                found.append(parsed)
        return tuple(found)

    env = choice("env", raw.env.lower(), tuple(Mode))
    mode = Mode.DEVELOPMENT if env == Mode.DEVELOPMENT else Mode.PRODUCTION
    development = mode is Mode.DEVELOPMENT

    _check_url(
        faults,
        path("database_url"),
        raw.database_url,
        ("sqlite", "postgresql", "postgres", "postgresql+psycopg2"),
        "postgresql://comptoir@127.0.0.1/comptoir",
    )
    secret = _check_secret(faults, path("secret_key"), raw.secret_key, development=development)
    hosts = listed("allowed_hosts", raw.allowed_hosts.lower(), _host, HOST_WRONG)
    if not hosts and not raw.allowed_hosts:
        faults.check(development, HOSTS_MISSING, path("allowed_hosts"))
        hosts = ("127.0.0.1", "localhost", "[::1]")
    public_url = raw.public_url.rstrip("/")
    if public_url:
        _check_url(
            faults,
            path("public_url"),
            public_url,
            ("http", "https") if development else ("https",),
            "https://example.com",
        )
    elif development or not hosts:
        public_url = "http://127.0.0.1:8000"
    else:
        public_url = f"https://{hosts[0].lstrip('.')}"
    truth = choice(
        "require_admin_2fa",
        raw.require_admin_2fa.lower(),
        ("true", "false", "1", "0", "yes", "no", "on", "off"),
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
            _check_url(faults, path(name), value, accepted, example)
    _check_mail(faults, path, raw)
    sections = tuple(
        choice("sections", part.strip().lower(), SECTIONS)
        for part in raw.sections.split(",")
        if part.strip()
    )
    asked_sources = raw.quote_sources.lower()
    if development and "COMPTOIR_QUOTE_SOURCES" not in origins:
        asked_sources = ""  # a machine of development reaches nobody unless it is told to
    quote_sources = tuple(
        dict.fromkeys(
            choice("quote_sources", part.strip(), QUOTE_SOURCES)
            for part in asked_sources.split(",")
            if part.strip()
        )
    )
    if not _is_rate(raw.rate_limit):
        faults.add(RATE_WRONG, path("rate_limit"), given=raw.rate_limit)
    settings = Settings(
        mode=mode,
        database_url=Secret(raw.database_url),
        secret_key=secret,
        allowed_hosts=hosts,
        public_url=public_url,
        require_admin_2fa=truth in {"true", "1", "yes", "on"},
        trusted_proxies=listed("trusted_proxies", raw.trusted_proxies, _network, NETWORK_WRONG),
        broker_url=Secret(raw.broker_url),
        smtp_host=raw.smtp_host,
        smtp_port=number("smtp_port", raw.smtp_port, 1, 65535),
        smtp_user=raw.smtp_user,
        smtp_password=Secret(raw.smtp_password),
        smtp_security=choice(
            "smtp_security", raw.smtp_security.lower(), ("starttls", "tls", "none")
        ),
        mail_from=raw.mail_from,
        files=raw.files,
        s3_endpoint_url=raw.s3_endpoint_url,
        metrics_token=Secret(raw.metrics_token),
        sections=sections,
        business_name=raw.business_name,
        sentry_dsn=Secret(raw.sentry_dsn),
        locale=choice("locale", raw.locale.lower(), ("fr", "en")),
        max_body_bytes=number("max_body_bytes", raw.max_body_bytes, 10_000, 1_000_000_000),
        rate_limit=raw.rate_limit,
        rate_storage=Secret(raw.rate_storage),
        quote_sources=quote_sources,
        quotes_refresh_minutes=number(
            "quotes_refresh_minutes", raw.quotes_refresh_minutes, 0, MOST_REFRESH_MINUTES
        ),
        origins=origins,
    )
    faults.raise_if_any(SettingsFaults)
    return settings


def _check_secret(faults: FaultList, path: str, value: str, *, development: bool) -> Secret:
    if development:
        return Secret(value or DEVELOPMENT_SECRET)
    if not value:
        faults.add(SECRET_MISSING, path)
    elif len(value) < MIN_SECRET_LENGTH:
        faults.add(SECRET_SHORT, path, length=str(len(value)), minimum=str(MIN_SECRET_LENGTH))
    elif value == DEVELOPMENT_SECRET or len(set(value)) < 10 or _starts_well_known(value):
        faults.add(SECRET_DEFAULT, path)
    return Secret(value)


def _starts_well_known(value: str) -> bool:
    # Each word is long enough that a random key never starts with it.
    return value.lower().startswith(_WELL_KNOWN)


def _check_url(
    faults: FaultList, path: str, value: str, accepted: tuple[str, ...], example: str
) -> None:
    # The value itself stays out of the message: an address may hold a password.
    scheme, separator, rest = value.partition("://")
    good = bool(separator) and scheme in accepted and (bool(rest) or scheme == "memory")
    try:
        urlsplit(value).port  # noqa: B018 (asking for the port is what checks it)
    except ValueError:
        good = False
    shown = ", ".join(f"{name}://" for name in accepted)
    faults.check(good, URL_WRONG, path, accepted=shown, example=example)


def _check_mail(faults: FaultList, path: Callable[[str], str], raw: Environment) -> None:
    sender = raw.mail_from
    good = sender.count("@") == 1 and not any(c.isspace() for c in sender) and sender[0] != "@"
    faults.check(good and sender[-1] != "@", MAIL_WRONG, path("mail_from"), given=sender)
    if raw.smtp_user and not raw.smtp_password:
        faults.add(
            SMTP_INCOMPLETE,
            path("smtp_password"),
            missing="COMPTOIR_SMTP_PASSWORD",
            present="COMPTOIR_SMTP_USER",
        )
    if raw.smtp_user and not raw.smtp_host:
        faults.add(
            SMTP_INCOMPLETE,
            path("smtp_host"),
            missing="COMPTOIR_SMTP_HOST",
            present="COMPTOIR_SMTP_USER",
        )


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


def _is_rate(text: str) -> bool:
    from limits import parse_many  # imported late: only the web server needs the library

    try:
        return bool(parse_many(text))
    except ValueError:
        return False
