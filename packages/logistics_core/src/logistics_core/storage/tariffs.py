"""The tariffs of a platform: each published once, under its number, and never changed but to end.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import attrs
from sqlalchemy import Connection, func, insert, or_, select, text, update

from logistics_core._checks import check_moment, check_text, in_lines, in_utc
from logistics_core.errors import TariffFaults, TariffMissing, TariffOverlap
from logistics_core.storage.events import SubjectKind
from logistics_core.storage.events import note as note_event
from logistics_core.storage.tariff_tables import logistics_tariffs
from logistics_core.tariffs.documents import tariff_from_json, tariff_to_json
from shared_kernel import FaultKind, FaultList, StorageError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from logistics_core.tariffs import Tariff

__all__ = ["PublishedTariff", "TariffStore"]

LATE: Final = timedelta(minutes=1)
"""How far in the past a tariff may begin: what a person and a network take between two clicks."""
MAX_NOTE: Final = 500

IN_THE_PAST = FaultKind(
    "tariff.in_the_past", "{given} is in the past: write a moment from {now} on"
)


@attrs.frozen(kw_only=True)
class PublishedTariff:
    """A tariff as it is kept.

    Args:
        tariff: the tariff, with its number and its end if it has one.
        published_at: when it was published (UTC).
        published_by: who published it.
        note: why, for administrators.
    """

    tariff: Tariff
    published_at: datetime
    published_by: str
    note: str


class TariffStore:
    """Keeps every tariff ever published.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def publish(self, tariff: Tariff, *, at: datetime, actor: str, note: str = "") -> Tariff:
        """Publishes a tariff under the next number, one at a time whoever publishes.

        One that began before is ended where the new one begins, when it has no end, or when the new
        one ends where it would have: nothing of it is left over. A tariff that has an end leaves
        nothing in force after it, until another is published.

        Args:
            tariff: what to publish; its own number is of no account.
            at: the moment, an aware datetime.
            actor: who publishes it.
            note: why, in at most 500 characters.

        Returns:
            The tariff with its number.

        Raises:
            TariffFaults: it begins more than a minute before `at`, or the note cannot be shown.
            TariffOverlap: its dates meet those of another one; nothing is written.
            ColumnRefused: the actor is not an identifier.
        """
        written = in_lines(note)
        _check(tariff, written, in_utc(at))
        table = logistics_tariffs
        if self._connection.dialect.name == "postgresql":
            # On SQLite whoever writes is alone already. Those who read never wait.
            self._connection.execute(text("LOCK TABLE logistics_tariffs IN EXCLUSIVE MODE"))
        self._make_room(tariff)
        last = self._connection.execute(select(func.max(table.c.version))).scalar_one()
        published = attrs.evolve(tariff, version=(last or 0) + 1)
        self._connection.execute(
            insert(table).values(
                version=published.version,
                effective_from=published.effective_from,
                effective_until=published.effective_until,
                document=tariff_to_json(published),
                published_at=at,
                published_by=actor,
                note=written,
            )
        )
        self._note("published", published, at, actor)
        return published

    def in_force(self, at: datetime) -> Tariff:
        """Gives the tariff in force at a moment.

        Raises:
            TariffMissing: there is none.
        """
        table = logistics_tariffs.c
        until = table.effective_until
        statement = (
            select(table.document)
            .where(table.effective_from <= at, or_(until.is_(None), until > at))
            .order_by(table.version.desc())
            .limit(1)
        )
        document = self._connection.execute(statement).scalar_one_or_none()
        if document is None:
            raise TariffMissing("no tariff is in force: publish one")
        return _read(document)

    def version(self, number: int) -> PublishedTariff:
        """Gives the tariff of a number.

        Raises:
            TariffMissing: none has it.
        """
        statement = select(logistics_tariffs).where(logistics_tariffs.c.version == number)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise TariffMissing("no tariff has the number {number}", number=str(number))
        return _published(row)

    def all(self) -> tuple[PublishedTariff, ...]:
        """Gives every tariff, the newest first."""
        statement = select(logistics_tariffs).order_by(logistics_tariffs.c.version.desc())
        return tuple(_published(row) for row in self._connection.execute(statement).mappings())

    def _make_room(self, tariff: Tariff) -> None:
        """Ends the tariff that the new one follows; refuses any other meeting of dates."""
        table = logistics_tariffs
        start, end = tariff.effective_from, tariff.effective_until
        meets = or_(table.c.effective_until.is_(None), table.c.effective_until > start)
        statement = select(table).where(meets).order_by(table.c.effective_from)
        if end is not None:
            statement = statement.where(table.c.effective_from < end)
        for row in self._connection.execute(statement).mappings().all():
            until = row["effective_until"]
            if row["effective_from"] >= start or until not in (None, end):
                raise TariffOverlap(
                    "these dates meet those of tariff {number}, from {start} until {end}",
                    number=str(row["version"]),
                    start=row["effective_from"].isoformat(),
                    end="-" if until is None else until.isoformat(),
                )
            ended = attrs.evolve(_read(row["document"]), effective_until=start)
            self._connection.execute(
                update(table)
                .where(table.c.version == row["version"])
                .values(effective_until=start, document=tariff_to_json(ended))
            )

    def _note(self, action: str, tariff: Tariff, at: datetime, actor: str) -> None:
        detail = {"effective_from": tariff.effective_from.isoformat()}
        subject = str(tariff.version)
        note_event(
            self._connection, SubjectKind.TARIFF, subject, action, at=at, actor=actor, detail=detail
        )


def _check(tariff: Tariff, note: str, at: datetime) -> None:
    found = FaultList()
    if check_moment(found, "at", at) and tariff.effective_from < at - LATE:
        start = tariff.effective_from.isoformat()
        found.add(IN_THE_PAST, "effective_from", given=start, now=at.isoformat(timespec="minutes"))
    check_text(found, "note", note, most=MAX_NOTE)
    found.raise_if_any(TariffFaults)


@lru_cache(maxsize=64)
def _read(document: str) -> Tariff:
    """The tariff of a kept document; read once, for each quote asks for the same one."""
    try:
        return tariff_from_json(document)
    except TariffFaults:
        refused = StorageError("a tariff is kept in a form that cannot be read: restore a backup")
    # Raised out there, for the faults could tell a cost: no trace of this error leads to them.
    raise refused


def _published(row: RowMapping) -> PublishedTariff:
    return PublishedTariff(
        tariff=_read(row["document"]),
        published_at=row["published_at"],
        published_by=row["published_by"],
        note=row["note"],
    )
