"""The link to the panel: one thread tells, one hears. It lives only while this home is enrolled at one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.core.occurrences import next_duties
from agent.host.enrolment import Enrolled, Enrolment, NotEnrolled
from agent.host.joining import agent_version
from agent.host.keys import Keys
from agent.host.outlook import Outlook
from agent.host.watchful import Watchful
from agent.store import audit, pauses
from agent.store.evidence import open_evidence
from agent.store.tables import EvidenceRow, RunRow
from agent.sync import wire
from agent.sync.hearing import Hearing
from agent.sync.pusher import Pusher, Shot, Sources
from agent.sync.telling import Foretold
from agent.system.automations import automation_folders
from agent.system.paths import Home
from agent.system.seal import SealBroken
from agent.system.settings import Settings
from agent.system.site_books import site_titles
from agent.system.vault import open_vault

_AHEAD = 6  # starts that the panel knows of, so that it can miss them when this computer cannot speak

_NOT_RUNNABLE = frozenset(
    {"unknown_automation", "broken_automation", "broken_book", "defect", "unknown_site"}
)


class PanelLink:
    """Both threads; ``ring`` wakes the host when a command has become a row."""

    def __init__(self, home: Home, settings: Settings, keys: Keys, ring: Callable[[], None]) -> None:
        vault, said = open_vault(home), _Said(home, settings, keys)
        about = wire.About(
            socket.gethostname(),
            agent_version(),
            settings.panel.site_words,
            settings.panel.pictures,
            {name: office.zone for name, office in settings.offices.items()},
        )
        sources = Sources(said.foretell, said.agenda, said.audit_head, said.picture, site_titles(home))
        self._teller = _Teller(Pusher(settings.panel, about, vault, sources))
        self._hearer = _Hearer(Hearing(vault, lambda: set(automation_folders(home)), ring))

    def start(self) -> None:
        """Begin to tell and to hear."""
        self._teller.start()
        self._hearer.start()

    def wake(self) -> None:
        """Something may be new."""
        self._teller.wake()

    def stop(self) -> None:
        """Stop; what was not told is told after the next start."""
        self._hearer.stop()
        self._teller.stop()

    @property
    def defect(self) -> BaseException | None:
        """What one of them died of."""
        return self._teller.defect or self._hearer.defect


class _Teller(Watchful):
    def __init__(self, pusher: Pusher) -> None:
        super().__init__("panel-teller")
        self._pusher = pusher

    def _work(self) -> None:
        self._pusher.work(self._wake, self._stopping)


class _Hearer(Watchful):
    def __init__(self, hearing: Hearing) -> None:
        super().__init__("panel-hearer")
        self._hearing = hearing
        self._ended = threading.Event()

    def _work(self) -> None:
        self._hearing.work(self._wake, self._stopping)

    def stop(self) -> None:
        """Stop at once, although an answer may be waited for."""
        self._stopping.set()
        while self._thread is not None and not self._ended.wait(0.1):
            self._hearing.hang_up()  # again: it may have been about to ask just now
        super().stop()

    def _end(self) -> None:
        self._ended.set()


@dataclass
class _Said:
    """What the host says to the panel beside the rows of the outbox."""

    home: Home
    settings: Settings
    keys: Keys
    _enrolment: Enrolment = field(init=False)
    _outlook: Outlook = field(init=False)

    def __post_init__(self) -> None:
        self._enrolment = Enrolment(self.home, self.settings)
        self._outlook = Outlook(self.settings)

    def foretell(self, run: RunRow) -> Foretold:
        """Return a run's deadline and, while it goes on, its forecast."""
        deadline_at = self._outlook.deadline_at(run)
        found = self._outlook.of(run, datetime.now(UTC))
        if found is None:
            return Foretold(deadline_at)
        return Foretold(deadline_at, found.verdict.value, found.earliest_at, found.latest_at)

    def agenda(self) -> wire.Agenda:
        """Return what this home runs by its schedule, with its next starts, and what it could run by hand."""
        now, paused = datetime.now(UTC), pauses.known()
        scheduled, others = self._enrolment.look(now)
        owned = [
            wire.Owned(
                one.automation,
                one.office,
                one.title,
                scheduled=True,
                paused_by=paused[one.automation].who if one.automation in paused else None,
                upcoming=() if one.automation in paused else _upcoming(one, now),
            )
            for one in scheduled
        ]
        owned += [
            wire.Owned(one.automation, one.office, self._enrolment.title(one.automation), scheduled=False)
            for one in others
            if _is_runnable(one)
        ]
        return wire.Agenda(tuple(owned))

    def audit_head(self) -> wire.AuditHead | None:
        """Return where this home's audit log ends."""
        head = audit.head()
        return wire.AuditHead(head.count, head.mac) if head.count else None

    def picture(self, ident: str) -> Shot | None:
        """Return a picture, masked when it was taken; None if it was removed."""
        row = EvidenceRow.get_or_none(EvidenceRow.id == ident)
        if row is None:
            return None
        try:
            content = open_evidence(ident, self.keys.run_key(row.run.id, bytes(row.run.sealed_key)))
        except (KeyError, SealBroken):
            return None
        return Shot(row.run.id, row.task.name if row.task else None, row.created_at, content)


def _upcoming(one: Enrolled, now: datetime) -> tuple[wire.Upcoming, ...]:
    duties = next_duties(one.rules, ZoneInfo(one.zone), one.days, now, _AHEAD)
    return tuple(wire.Upcoming(duty.due_at, duty.deadline_at) for duty in duties if duty.skip is None)


def _is_runnable(one: NotEnrolled) -> bool:
    return one.why["code"] not in _NOT_RUNNABLE
