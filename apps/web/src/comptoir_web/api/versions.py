"""Versions on the wire: the ETag an answer carries, and the one that a change names.

A change names the version it was made from (``If-Match``), so that no change is overwritten unseen
(RFC 9110, section 13.1.1). What was never saved has version 0.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

from comptoir_web.api.problems import ETAG_NEEDED, ApiProblem
from shared_kernel import FaultKind, FaultList, Faults

__all__ = ["ChangeHeaders", "etag"]

_ETAG: Final = re.compile(r'"([0-9]{1,9})"', re.ASCII)

BAD_ETAG = FaultKind(
    "api.bad_etag", "this is no ETag of ours: send the one that was read, as {example}"
)


@attrs.frozen(kw_only=True)
class ChangeHeaders:
    """The headers of a request that changes.

    Attributes:
        if_match: The ETag of the version that the change was made from.
    """

    if_match: str | None = attrs.field(
        default=None,
        metadata={
            "name": "If-Match",
            "type": str,
            "schema": {"pattern": '^"[0-9]{1,9}"$', "examples": ['"1"']},
        },
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        ok = self.if_match is None or _ETAG.fullmatch(self.if_match) is not None
        faults.check(ok, BAD_ETAG, "If-Match", example='"1"')
        faults.raise_if_any(Faults)

    def version(self) -> int:
        """Give the version that was read.

        Raises:
            ApiProblem: None is named (428).
        """
        named = self.named()
        if named is None:
            raise ApiProblem(ETAG_NEEDED)
        return named

    def named(self) -> int | None:
        """Give the version that was read; None when none is named, where it may be left out."""
        found = _ETAG.fullmatch(self.if_match) if self.if_match else None
        return None if found is None else int(found[1])


def etag(version: int) -> str:
    """Write a version as an ETag."""
    return f'"{version}"'
