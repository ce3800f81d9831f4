"""Problem documents (RFC 9457): how the API says what was wrong, all of it at once.

An answer that is not what was asked for is an ``application/problem+json`` document with a type, a
title, a sentence that says what to do, and every fault of the input with its path, its stable code
and its message. Programs read the codes; people read the messages, in English, or in French when
``Accept-Language`` prefers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import attrs
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from comptoir_web.errors import WebError
from comptoir_web.identity.errors import UnknownUser
from shared_kernel import Fault, Faults
from shared_kernel.convert import dump_json
from shared_kernel.errors import DiskFull, StorageError
from shared_kernel.translations import catalogue, translate_fault

__all__ = [
    "KINDS",
    "MEDIA_TYPE",
    "ApiProblem",
    "Problem",
    "ProblemFault",
    "ProblemKind",
    "answer_with_problems",
    "api_locale",
    "is_api_request",
    "problem_for",
]

MEDIA_TYPE: Final = "application/problem+json"
TYPES_PAGE: Final = "/api/problems"
MOST_DRAINED_BYTES: Final = 32_000_000
_PACKAGE: Final = "comptoir_web"


@attrs.frozen
class ProblemKind:
    """A kind of problem: where it is explained, its status, and its texts.

    Attributes:
        slug: The last part of its type, ``/api/problems#slug``.
        status: The HTTP status it answers with.
        title: What happened, an English sentence that is also its gettext key.
        advice: What to do, likewise; ``{name}`` is filled by the problem's parameters.
    """

    slug: str
    status: int
    title: str
    advice: str

    @property
    def type(self) -> str:
        """The problem's type: a reference to the page that lists them."""
        return f"{TYPES_PAGE}#{self.slug}"


_ALL: Final = (
    BAD_REQUEST := ProblemKind(
        "bad-request",
        400,
        "The request is refused as it stands",
        "Check the address, the host and the headers.",
    ),
    MALFORMED := ProblemKind(
        "malformed-request",
        400,
        "The request cannot be read",
        "Send one JSON document in UTF-8, with each key once.",
    ),
    UNAUTHENTICATED := ProblemKind(
        "access-token-needed",
        401,
        "A valid access token is needed",
        "Send the header 'Authorization: Bearer' with a token of POST /api/v1/auth/token.",
    ),
    CREDENTIALS_REFUSED := ProblemKind(
        "credentials-refused",
        401,
        "The sign-in is refused",
        "Check the e-mail address, the password and the code: which of them is wrong is not said.",
    ),
    CODE_NEEDED := ProblemKind(
        "second-factor-needed",
        401,
        "A code of the second factor is needed",
        "Send the same request again with the current code, or a recovery code, in '{field}'.",
    ),
    CODE_OVER := ProblemKind(
        "code-over",
        401,
        "The code is over",
        "It was used, is too old, or met too many tries: ask for another one.",
    ),
    FORBIDDEN := ProblemKind(
        "forbidden",
        403,
        "This account may not do that",
        "Ask an administrator which role reaches this part.",
    ),
    SECOND_FACTOR_MISSING := ProblemKind(
        "second-factor-missing",
        403,
        "An administrator needs a second factor",
        "Sign in to the site with this account and set the second factor up.",
    ),
    NOT_FOUND := ProblemKind(
        "not-found",
        404,
        "There is nothing here",
        "Check the address: it may have been deleted, or belong to another account.",
    ),
    METHOD_NOT_ALLOWED := ProblemKind(
        "method-not-allowed",
        405,
        "This address does not take that method",
        "Use one of: {allowed}.",
    ),
    CONFLICT := ProblemKind(
        "conflict",
        409,
        "This contradicts what is saved",
        "Read the present state, then send the change again.",
    ),
    NOT_NOW := ProblemKind(
        "not-possible-now",
        409,
        "This cannot be done as things are",
        "Nothing was done: {why}.",
    ),
    CHANGED_MEANWHILE := ProblemKind(
        "changed-meanwhile",
        412,
        "This was changed in the meantime",
        "Nothing was written. Read it again for its new ETag, then send the change again.",
    ),
    TOO_LARGE := ProblemKind(
        "too-large",
        413,
        "The request is too large",
        "Send at most {limit} bytes.",
    ),
    NOT_JSON := ProblemKind(
        "not-json",
        415,
        "The request is not JSON",
        "Send JSON in UTF-8 with the header 'Content-Type: application/json'.",
    ),
    NOT_IMAGE := ProblemKind(
        "not-a-picture",
        415,
        "The request is not a picture",
        "Send a JPG or a PNG with the header 'Content-Type: image/jpeg' or 'image/png'.",
    ),
    REFUSED := ProblemKind(
        "invalid-input",
        422,
        "The input is refused",
        "Mend each of the faults listed, then send the request again.",
    ),
    ETAG_NEEDED := ProblemKind(
        "etag-needed",
        428,
        "The version being changed is not named",
        "Send the header If-Match with the ETag that was read.",
    ),
    TOO_MANY := ProblemKind(
        "too-many-requests",
        429,
        "Too many requests",
        "Wait for as many seconds as the header Retry-After says.",
    ),
    INTERNAL := ProblemKind(
        "internal-error",
        500,
        "Something failed on our side",
        "Nothing was written. Try again later; the failure has been recorded.",
    ),
    UNAVAILABLE := ProblemKind(
        "unavailable",
        503,
        "The service cannot answer now",
        "Nothing was written. Try again in a moment.",
    ),
    DISK_FULL := ProblemKind(
        "disk-full",
        507,
        "There is no room left to save",
        "Nothing was written. Tell the administrator that the disk is full.",
    ),
)
KINDS: Final[Mapping[str, ProblemKind]] = {kind.slug: kind for kind in _ALL}
"""Every kind of problem, by slug, in the order of their statuses."""
_BY_STATUS: Final = {kind.status: kind for kind in reversed(_ALL)}


@attrs.frozen
class ProblemFault:
    """One fault of the input.

    Attributes:
        path: Where it is, such as `loan.insurance[0].annual_rate`; empty for the whole input.
        code: What it is, for programs: stable in every version.
        message: What was wrong and what would be accepted, for people.
    """

    path: str
    code: str
    message: str


@attrs.frozen(kw_only=True)
class Problem:
    """Why the request was not done (RFC 9457).

    Attributes:
        type: The kind of problem, as the reference of the page that explains it.
        title: What happened, the same for every problem of this kind.
        status: The HTTP status.
        detail: What to do about it.
        faults: Every fault of the input, in its order; empty when the input is not at fault.
    """

    type: str = attrs.field(metadata={"schema": {"format": "uri-reference"}})
    title: str
    status: int
    detail: str
    faults: tuple[ProblemFault, ...]


class ApiProblem(WebError):
    """Raised by an endpoint that cannot do what was asked; answered as a problem document.

    Args:
        kind: What kind of problem.
        faults: The faults of the input, if it is at fault.
        headers: Headers of the answer, such as ``Retry-After``.
        **params: What fills the holes of the kind's advice.
    """

    def __init__(
        self,
        kind: ProblemKind,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **params: str,
    ) -> None:
        super().__init__(kind.title)
        self.kind = kind
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.params = params

    def response(self) -> Response:
        """Write the problem in the language asked for."""
        locale = api_locale()
        texts = catalogue(_PACKAGE, locale)
        document = Problem(
            type=self.kind.type,
            title=texts.gettext(self.kind.title),
            status=self.kind.status,
            detail=texts.gettext(self.kind.advice).format_map(self.params),
            faults=tuple(
                ProblemFault(fault.path, fault.code, translate_fault(fault, locale))
                for fault in self.faults
            ),
        )
        answer = Response(
            dump_json(attrs.asdict(document)), status=self.kind.status, mimetype=MEDIA_TYPE
        )
        answer.headers["Content-Language"] = locale
        answer.vary.add("Accept-Language")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers.extend(self.headers)
        return answer


def api_locale() -> str:
    """Give the language of the messages: English, or French when the request prefers it."""
    # Werkzeug's best_match would take the "en" of "fr-CA, en;q=0.5", because it is exact.
    for name, quality in request.accept_languages:
        primary = name.partition("-")[0].lower()
        if quality > 0 and primary in {"en", "fr"}:
            return primary
    return "en"


def is_api_request() -> bool:
    """Say whether the request is the API's, whose every error is a problem document."""
    return request.path == "/api" or request.path.startswith("/api/")


def problem_for(error: Exception) -> Response:
    """Give the problem document that answers an error: ours, HTTP's, the storage's or any other.

    Faults are the input's (422); a database that cannot answer is 503, a full disk 507; an
    unforeseen error is 500 and tells nothing of itself.
    """
    if isinstance(error, ApiProblem):
        return error.response()
    if isinstance(error, Faults):
        return ApiProblem(REFUSED, faults=error.faults).response()
    if isinstance(error, DiskFull):
        return ApiProblem(DISK_FULL).response()
    if isinstance(error, StorageError):
        return ApiProblem(UNAVAILABLE, headers={"Retry-After": "5"}).response()
    if isinstance(error, UnknownUser):
        return ApiProblem(NOT_FOUND).response()
    if isinstance(error, HTTPException):
        status = error.code or 500
        if status < 400:  # a redirection is an answer
            there = error.get_response(request.environ)
            return Response(there.get_data(), status=status, headers=list(there.headers))
        return _http_problem(error, status).response()
    return ApiProblem(INTERNAL).response()


def answer_with_problems(blueprint: Blueprint) -> None:
    """Answer the foreseen errors of a blueprint with problem documents.

    The storage's, HTTP's and the unforeseen ones are left to the application, which records them
    before it answers by `problem_for`.
    """
    for error in (ApiProblem, Faults):
        blueprint.register_error_handler(error, problem_for)


def _http_problem(error: HTTPException, status: int) -> ApiProblem:
    headers = {
        name: value
        for name, value in error.get_headers(request.environ)
        if name not in {"Content-Type", "Content-Length"}
    }
    kind = _BY_STATUS.get(status)
    if kind is None:
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused"
        kind = ProblemKind(f"http-{status}", status, phrase, phrase)
    if kind is METHOD_NOT_ALLOWED and isinstance(error, MethodNotAllowed):
        return ApiProblem(
            kind, headers=headers, allowed=", ".join(sorted(error.valid_methods or ()))
        )
    if kind is METHOD_NOT_ALLOWED:
        return ApiProblem(kind, headers=headers, allowed=headers.get("Allow", "GET"))
    if kind is TOO_LARGE:
        _drain()
        return ApiProblem(kind, headers=headers, limit=str(request.max_content_length or 0))
    return ApiProblem(kind, headers=headers)


def _drain() -> None:
    """Read what the client is still sending, and forget it.

    A program sends its whole body before it reads the answer: were the connection closed in the
    middle, it would meet a broken pipe in place of the problem. Beyond the limit it meets one.
    """
    left = request.content_length or 0
    if left > MOST_DRAINED_BYTES:
        return
    stream = request.environ["wsgi.input"]
    while left > 0:
        chunk = stream.read(min(left, 65_536))
        if not chunk:
            break
        left -= len(chunk)
