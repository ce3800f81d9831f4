"""The alerts of each owner: the levels they watch, what was found, read and mailed, once each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, RowMapping, delete, func, select, update

from shared_kernel import Money
from shared_kernel.columns import money_from, money_values, optional_money_from
from shared_kernel.engine import inserting
from wealth_core.errors import PlanFaults
from wealth_core.planning import _faults
from wealth_core.planning.alerts import (
    AlertKind,
    AlertRule,
    Direction,
    Finding,
    Valuation,
    crossings,
    figures,
    threshold_crossed,
)
from wealth_core.quotes import QuoteBook
from wealth_core.storage import _locks
from wealth_core.storage.planning_tables import wealth_alert_rules, wealth_alerts

__all__ = ["AlertStore", "RaisedAlert", "SavedAlertRule"]

MAX_RULES: Final = 50
"""How many levels one owner may watch."""


@attrs.frozen(kw_only=True)
class SavedAlertRule:
    """A level that an owner watches.

    Args:
        owner: who.
        rule: what is watched, and which level.
        figure: the last one that was looked at; None before the first one.
        crossed: how often the level was passed.
        created_at: since when it is watched (UTC).
    """

    owner: str
    rule: AlertRule
    figure: Money | None
    crossed: int
    created_at: datetime


@attrs.frozen(kw_only=True)
class RaisedAlert(Finding):
    """An alert as it is kept.

    Args:
        id: its identifier.
        owner: who is told.
        at: when it was found (UTC).
        read_at: when it was read on the page; None until then.
        mailed_at: when it was taken to be mailed; None until then.
    """

    id: str
    owner: str
    at: datetime
    read_at: datetime | None = None
    mailed_at: datetime | None = None


class AlertStore:
    """Keeps what each owner wants to be told, and what they were told.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self, owner: str) -> tuple[SavedAlertRule, ...]:
        """Gives the levels an owner watches, the oldest first."""
        return self._rules(owner, locked=False)

    def put_rule(self, owner: str, rule: AlertRule, *, at: datetime) -> SavedAlertRule:
        """Watches a level, in the place of the one of the same id where there is one.

        A rule that is changed begins anew: it is first crossed after it was looked at once.

        Raises:
            PlanFaults: the owner watches 50 levels already.
        """
        _locks.writing(self._connection)
        table = wealth_alert_rules
        others = select(func.count()).where(table.c.owner == owner, table.c.id != rule.id)
        if self._connection.execute(others).scalar_one() >= MAX_RULES:
            raise PlanFaults.of(_faults.TOO_MANY_RULES, most=MAX_RULES)
        changed = {
            "subject": rule.subject,
            "direction": rule.direction.value,
            **money_values("level", rule.level),
            **money_values("figure", None),
        }
        statement = self._insert(table).values(
            owner=owner, id=rule.id, crossed=0, created_at=at, **changed
        )
        # The count goes on: the next crossing must not have the key of an earlier one.
        statement = statement.on_conflict_do_update(
            index_elements=["owner", "id"], set_=changed
        ).returning(*table.c)
        return _rule(self._connection.execute(statement).mappings().one())

    def remove_rule(self, owner: str, rule_id: str) -> bool:
        """Watches a level no more; gives whether it was watched."""
        table = wealth_alert_rules.c
        mine = delete(wealth_alert_rules).where(table.owner == owner, table.id == rule_id)
        return bool(self._connection.execute(mine).rowcount)

    def look(
        self,
        owner: str,
        *,
        at: datetime,
        valuation: Valuation | None = None,
        book: QuoteBook | None = None,
        findings: Iterable[Finding] = (),
    ) -> tuple[RaisedAlert, ...]:
        """Looks at the figures of an owner, and keeps what is new to tell.

        Args:
            owner: whose.
            at: the moment, an aware datetime.
            valuation: the last one of theirs; an incomplete one crosses nothing.
            book: the prices of the moment; a stale one crosses nothing.
            findings: what else was found: `stale_prices`, `late_months`.

        Returns:
            What was not known before, and nothing of it when it is looked at again, whoever looks
            and in whatever process.
        """
        _locks.writing(self._connection)
        # Held until the end: of two who look at once, the second finds the figure of the first.
        watched = {saved.rule.id: saved for saved in self._rules(owner, locked=True)}
        rules = [saved.rule for saved in watched.values()]
        before = {each.rule.id: each.figure for each in watched.values() if each.figure}
        after = figures(rules, valuation=valuation, book=book)
        crossed = {rule.id for rule in crossings(rules, before, after)}
        found = list(findings)
        for rule_id, figure in after.items():
            saved = watched[rule_id]
            number = saved.crossed + (rule_id in crossed)
            if rule_id in crossed:
                found.append(threshold_crossed(saved.rule, figure, number))
            if figure != saved.figure:
                here = wealth_alert_rules.c
                self._connection.execute(
                    update(wealth_alert_rules)
                    .where(here.owner == owner, here.id == rule_id)
                    .values(crossed=number, **money_values("figure", figure))
                )
        return tuple(alert for each in found if (alert := self._keep(owner, each, at)))

    def alerts(
        self, owner: str, *, unread: bool = False, limit: int = 50
    ) -> tuple[RaisedAlert, ...]:
        """Gives the alerts of an owner, the newest first; only those not read where asked."""
        table = wealth_alerts.c
        statement = select(wealth_alerts).where(table.owner == owner)
        if unread:
            statement = statement.where(table.read_at.is_(None))
        ordered = statement.order_by(table.at.desc(), table.id).limit(limit)
        return tuple(_alert(row) for row in self._connection.execute(ordered).mappings())

    def mark_read(self, owner: str, alert_id: str | None = None, *, at: datetime) -> int:
        """Marks an alert as read, or all of the owner's; gives how many were not."""
        table = wealth_alerts.c
        statement = update(wealth_alerts).where(table.owner == owner, table.read_at.is_(None))
        if alert_id is not None:
            statement = statement.where(table.id == alert_id)
        return self._connection.execute(statement.values(read_at=at)).rowcount

    def claim_mails(self, *, at: datetime, limit: int = 100) -> tuple[RaisedAlert, ...]:
        """Takes alerts to be mailed, the oldest first: each is given once, to whoever asks first.

        The claim is kept when the caller commits. Commit before sending: a mail that was sent
        cannot be taken back, and one whose sending fails can be given up with `release_mail`.
        """
        table = wealth_alerts
        waiting = (
            select(table.c.id)
            .where(table.c.mailed_at.is_(None))
            .order_by(table.c.at, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = update(table).where(table.c.id.in_(waiting)).values(mailed_at=at)
        taken = self._connection.execute(statement.returning(*table.c)).mappings()
        return tuple(sorted(map(_alert, taken), key=lambda alert: (alert.at, alert.id)))

    def release_mail(self, alert_id: str) -> None:
        """Gives up a claim whose mail was not sent: the next who asks gets it."""
        mine = update(wealth_alerts).where(wealth_alerts.c.id == alert_id)
        self._connection.execute(mine.values(mailed_at=None))

    def erase(self, owner: str) -> int:
        """Deletes all that is kept here of an owner; gives how many rows it was."""
        _locks.erasing(self._connection)
        tables = (wealth_alert_rules, wealth_alerts)
        return sum(
            self._connection.execute(delete(table).where(table.c.owner == owner)).rowcount
            for table in tables
        )

    def export(self, owner: str) -> dict[str, object]:
        """Gives all that is kept here of an owner, ready for JSON."""
        return {
            "rules": [_plain(row) for row in self._all(wealth_alert_rules, owner)],
            "alerts": [_plain(row) for row in self._all(wealth_alerts, owner)],
        }

    def _rules(self, owner: str, *, locked: bool) -> tuple[SavedAlertRule, ...]:
        table = wealth_alert_rules.c
        statement = select(wealth_alert_rules).where(table.owner == owner)
        ordered = statement.order_by(table.created_at, table.id)
        if locked:
            ordered = ordered.with_for_update()
        return tuple(_rule(row) for row in self._connection.execute(ordered).mappings())

    def _keep(self, owner: str, finding: Finding, at: datetime) -> RaisedAlert | None:
        """Keeps what was found; None when it was known."""
        statement = (
            self._insert(wealth_alerts)
            .values(
                id=uuid4().hex,
                owner=owner,
                kind=finding.kind.value,
                key=finding.key,
                details=dict(finding.details),
                at=at,
            )
            .on_conflict_do_nothing(index_elements=["owner", "key"])
            .returning(*wealth_alerts.c)
        )
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _alert(row)

    def _insert(self, table: Any) -> Any:
        """An insert that knows of conflicts: each database has a class of its own for it."""
        return inserting(self._connection, table)

    def _all(self, table: Any, owner: str) -> Iterable[RowMapping]:
        statement = select(table).where(table.c.owner == owner).order_by(table.c.id)
        return self._connection.execute(statement).mappings()


def _rule(row: RowMapping) -> SavedAlertRule:
    values = dict(row)
    rule = AlertRule(
        id=row["id"],
        subject=row["subject"],
        direction=Direction(row["direction"]),
        level=money_from(values, "level"),
    )
    return SavedAlertRule(
        owner=row["owner"],
        rule=rule,
        figure=optional_money_from(values, "figure"),
        crossed=row["crossed"],
        created_at=row["created_at"],
    )


def _alert(row: RowMapping) -> RaisedAlert:
    return RaisedAlert(**{**row, "kind": AlertKind(row["kind"])})


def _plain(row: RowMapping) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }
