"""Escalation: whoever has to answer for an overdue disclosure is told, once for each stage that it reaches."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from traceback import format_tb

from pipelines.core.messages import Message
from pipelines.flow.deadlines import Obligation, State, obligations
from pipelines.flow.escalation.records import Records, Waiting, alone, notice_id, records
from pipelines.flow.installation import Installation
from pipelines.notifying import Notice, NotTold, OverdueEntry, post_webhook, send_mail
from pipelines.registry.escalation import EscalationDescriptor, is_mail_address

_logger = logging.getLogger(__name__)

MAIL, WEBHOOK = "mail", "webhook"
#: A message tells so many at most; a receiver of more gets several.
_MOST_ENTRIES = 500
#: One message is given up after so many seconds.
_SECONDS = 60.0


@dataclass(frozen=True)
class Escalated:
    """What became of one message. ``message`` and ``remedy``: why it could not be handed over, if it could not."""

    way: str
    receiver: str
    notice: Notice
    message: Message | None = None
    remedy: Message | None = None


def escalate(inst: Installation, at: dt.datetime, overdue: Iterable[Obligation] | None = None) -> list[Escalated]:
    """Tell what is overdue at a time and has not been told, and what could not be told before and still is overdue.

    Args:
        inst: the installation.
        at: the time, with its zone.
        overdue: all obligations that are overdue then, where the caller knows them.

    Returns:
        One record per message; without ``escalation.yaml`` there are none.
    """
    escalation = inst.catalog.escalation
    if escalation is None:
        return []
    found = _overdue(inst, at) if overdue is None else list(overdue)
    with alone(inst.workspace), records(inst.workspace) as kept:
        kept.forget(_outdated(kept, found))
        for waiting in _new(inst, escalation, kept, found, at):
            kept.claim(waiting.way, waiting.receiver, waiting.notice)
        return [_hand_over(inst, escalation, kept, waiting) for waiting in _sendable(escalation, kept)]


def to_escalate(inst: Installation, at: dt.datetime, overdue: Iterable[Obligation] | None = None) -> list[Waiting]:
    """What :func:`escalate` would hand over; nothing is written down."""
    escalation = inst.catalog.escalation
    if escalation is None:
        return []
    found = _overdue(inst, at) if overdue is None else list(overdue)
    with records(inst.workspace) as kept:
        outdated = _outdated(kept, found)
        waiting = [entry for entry in _sendable(escalation, kept) if entry.notice.id not in outdated]
        return [*waiting, *_new(inst, escalation, kept, found, at, outdated)]


def failed_before(inst: Installation) -> list[Waiting]:
    """Messages that could not be handed over so far."""
    if inst.catalog.escalation is None:
        return []
    with records(inst.workspace) as kept:
        return [entry for entry in _sendable(inst.catalog.escalation, kept) if entry.failure is not None]


def _overdue(inst: Installation, at: dt.datetime) -> list[Obligation]:
    return [entry for entry in obligations(inst, at, open_only=True) if entry.state(at) is State.OVERDUE]


def _outdated(kept: Records, overdue: Collection[Obligation]) -> frozenset[str]:
    """Messages that wait and tell something that is not overdue any more; what still is goes into another message."""
    keys = {entry.key for entry in overdue}
    return frozenset(
        waiting.notice.id
        for waiting in kept.waiting()
        if not all(entry.obligation in keys for entry in waiting.notice.entries)
    )


def _sendable(escalation: EscalationDescriptor, kept: Records) -> list[Waiting]:
    """Messages that wait, by ways that there still are."""
    return [waiting for waiting in kept.waiting() if waiting.way in _ways(escalation)]


def _ways(escalation: EscalationDescriptor) -> Collection[str]:
    ways = {MAIL: escalation.mail, WEBHOOK: escalation.webhook}
    return [way for way, described in ways.items() if described is not None]


def _new(inst: Installation, escalation: EscalationDescriptor, kept: Records, overdue: Iterable[Obligation],
         at: dt.datetime, forgotten: Collection[str] = ()) -> Iterator[Waiting]:  # fmt: skip
    """Messages of what has not been told yet: all for one receiver in one."""
    entries = [entry for obligation in overdue if (entry := _entry(inst, escalation, obligation, at)) is not None]
    for way in _ways(escalation):
        by_receiver: defaultdict[str, list[OverdueEntry]] = defaultdict(list)
        for entry in kept.unclaimed(way, entries, forgotten):
            by_receiver[entry.responsible if way == MAIL else WEBHOOK].append(entry)
        for receiver, mine in sorted(by_receiver.items()):
            for start in range(0, len(mine), _MOST_ENTRIES):
                yield Waiting(way, receiver, _notice(inst, way, receiver, mine[start : start + _MOST_ENTRIES], at))


def _entry(inst: Installation, escalation: EscalationDescriptor, obligation: Obligation,
           at: dt.datetime) -> OverdueEntry | None:  # fmt: skip
    days = obligation.days_overdue(at)
    stage = max((stage for stage in escalation.stages if stage <= days), default=None)
    if stage is None:
        return None
    descriptor = inst.catalog.dataset(obligation.dataset).descriptor
    department = inst.catalog.organisations[obligation.department]
    return OverdueEntry(
        obligation=obligation.key,
        stage=stage,
        dataset=obligation.dataset,
        title=descriptor.title.model_dump(),
        subject=obligation.rule.subject.model_dump(),
        period=obligation.period,
        department=obligation.department,
        department_name={"zh": department.name_zh, "en": department.name_en},
        responsible=obligation.responsible,
        due_date=obligation.due.last_day.isoformat(),
        days_overdue=days,
    )


def _notice(inst: Installation, way: str, receiver: str, entries: list[OverdueEntry], at: dt.datetime) -> Notice:
    catalog = inst.catalog.descriptor
    created = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return Notice(
        notice_id(way, receiver, entries), created, catalog.title.model_dump(), catalog.contact, tuple(entries)
    )


def _hand_over(inst: Installation, escalation: EscalationDescriptor, kept: Records, waiting: Waiting) -> Escalated:
    try:
        with _only_this(waiting):
            _send(inst, escalation, waiting)
    except NotTold as failed:
        kept.record_failure(waiting.notice.id, failed.message)
        return Escalated(waiting.way, waiting.receiver, waiting.notice, failed.message, failed.remedy)
    kept.record_told(waiting.notice.id, dt.datetime.now(dt.UTC))
    return Escalated(waiting.way, waiting.receiver, waiting.notice)


@contextlib.contextmanager
def _only_this(waiting: Waiting) -> Iterator[None]:
    """Whatever goes wrong with one message is that message's: the others are handed over all the same.

    Raises:
        NotTold: instead of any other error.
    """
    try:
        yield
    except NotTold:
        raise
    except Exception as problem:
        # By its class alone: what it says may quote the message, or what opens the server.
        reason, trace = type(problem).__name__, "".join(format_tb(problem.__traceback__))
        _logger.error("message %s: %s\n%s", waiting.notice.id, reason, trace)
        raise NotTold("notify-failed", reason=reason) from None


def _send(inst: Installation, escalation: EscalationDescriptor, waiting: Waiting) -> None:
    private = escalation.private_hosts
    if waiting.way == WEBHOOK and escalation.webhook is not None:
        post_webhook(escalation.webhook, waiting.notice, escalation.hosts, private, _SECONDS)
    if waiting.way == MAIL and escalation.mail is not None:
        organisation = inst.catalog.organisations.get(waiting.receiver)
        if organisation is None or not is_mail_address(organisation.email):
            raise NotTold("notify-mail-address", organisation=waiting.receiver)
        send_mail(escalation.mail, waiting.notice, organisation.email, private, _SECONDS)
