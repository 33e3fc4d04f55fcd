"""Somebody knows: looks at the rows, decides by :mod:`agent.core.notices`, tells, and remembers it.

A notice is a row before it is sent. A crash between sending and remembering tells it once more: better twice
than never.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.core import notices as rules
from agent.core.failures import BrokenAddress, Failure
from agent.core.notices import DESKTOP, EVERYBODY, HEARTBEAT, TABLE, Event, Happening, Place, RunSeen
from agent.core.states import RunState
from agent.core.totals import COUNT
from agent.host.current_settings import CurrentSettings
from agent.host.missed import Unbegun
from agent.host.outlook import Outlook, deadline_of, what_it_waits_for
from agent.host.preflight import Afternoon
from agent.host.telling import message
from agent.host.watchful import Watchful
from agent.store import notices, occurrences, queries
from agent.store.tables import NoticeRow, RunRow
from agent.system.addresses import Addresses
from agent.system.notify import RealSender, Sender, heartbeat_url
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.timekeeping import COMPUTERS_TIME, Time
from agent.system.vault import open_vault

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""How often the rows are looked at when nobody rings: what becomes impossible is told within two minutes."""

PACE_SECONDS = 3.0
"""How soon after a look the next may follow: each record rings, and telling must not slow the work."""

_LOOKED_BACK = timedelta(days=7)

Source = Callable[[datetime], Iterable[Happening]]


class Notices(Watchful):
    """The thread that tells. ``sources`` may add happenings of their own."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        sender: Sender | None = None,
        sources: Sequence[Source] = (),
        time: Time = COMPUTERS_TIME,
    ) -> None:
        super().__init__("notices", time)
        self._home, self._current = home, CurrentSettings(home, settings)
        self.sender = sender or RealSender()
        self._sources: tuple[Source, ...] = (
            self._of_runs,
            self._of_schedule,
            Unbegun(),
            Afternoon(home, lambda: self._settings),
            *sources,
        )
        self._settled: set[tuple[str, datetime]] = set()
        self._begun_at: datetime | None = None
        self._sent: set[int] = set()  # told, and perhaps not yet noted: that a disk is full repeats no notice
        self._told_directly: set[str] = set()
        self._go_by(settings)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            now = self._time.now()
            try:
                self.look(now)
                self.send(now)
            except Failure as failure:  # a full disk, say: the next look may find it better
                _log.warning("notices_wait why=%s", failure)
                self._tell_directly(failure, now)
            self._time.wait(self._stopping, PACE_SECONDS)
            self._time.wait(self._wake, LOOK_SECONDS)

    def _go_by(self, settings: Settings) -> None:
        self._settings, self._outlook = settings, Outlook(settings)
        self._zones = {office.name: ZoneInfo(office.zone) for office in settings.offices.values()}

    # ── what there is to tell ─────────────────────────────────────────────────────────────────────────────
    def look(self, now: datetime) -> list[Happening]:
        """Store what there is to tell and was not known yet; returns it."""
        settings = self._current.now()
        if settings is not self._settings:
            self._go_by(settings)
        found = []
        for source in self._sources:
            for happening in source(now):
                if notices.know(happening, self._when(happening, now), now):
                    _log.info("notice event=%s run=%s", happening.event, happening.run)
                    found.append(happening)
        return found

    def _when(self, happening: Happening, now: datetime) -> dict[str, datetime]:
        wishes, zone = self._settings.notices, self._zones.get(happening.office, UTC)
        told = rules.addressees(happening.event, wishes.tell, heartbeat=wishes.heartbeat_url is not None)
        return {name: rules.tell_at(happening, name, now, wishes.quiet, zone) for name in told}

    def _of_runs(self, now: datetime) -> Iterable[Happening]:
        if self._begun_at is None:
            self._begun_at = notices.begin(now)
        since = max(self._begun_at, now - _LOOKED_BACK)
        for run in notices.runs_to_tell_of(since):
            if run.office not in self._zones or (run.id, run.ended_at) in self._settled:
                continue
            yield from rules.of_run(self._seen(run), self._outlook.of(run, now), now)
            if run.ended_at is not None:  # all that there is to tell of it is in the rows by now
                self._settled.add((run.id, run.ended_at))

    def _seen(self, run: RunRow) -> RunSeen:
        counts = queries.record_counts(run.id)
        questions = notices.open_questions(run.id)
        nouns = [kind["noun"] for kind in run.manifest.get("record_types", {}).values()]
        source = [figures[COUNT]["source"] for figures in (run.totals or {}).values() if COUNT in figures]
        state = RunState(run.state)
        return RunSeen(
            id=run.id,
            automation=run.automation,
            title=run.title,
            office=run.office,
            day=run.business_date,
            state=state,
            started_at=run.started_at,
            ended_at=run.ended_at,
            deadline_at=deadline_of(self._settings, run),
            noun=(nouns[0][0], nouns[0][1]) if len(nouns) == 1 else ("record", "records"),
            arrived=counts["verified"],
            need=counts["in_review"] + counts["rejected"] + counts["invalid"],
            checked=max((int(figure) for figure in source), default=None),
            questions=len(questions),
            newest_question=max(questions, default=None),
            reason=run.reason if state is RunState.FAILED else what_it_waits_for(run),
        )

    def _of_schedule(self, now: datetime) -> Iterable[Happening]:
        """What no run tells of: a start that is due and has no run, days without success."""
        places = {
            (row.automation, row.office): Place(row.automation, row.title, row.office)
            for row in occurrences.schedules()
        }
        for row in notices.due_without_run(now):
            where = places.get(
                (row.automation, row.office), Place(row.automation, row.automation, row.office)
            )
            late = rules.not_begun(where, row.id, row.business_date, self._outlook.of_owed(row, now), now)
            if late is not None:
                yield late
        for where in places.values():
            last, days = notices.days_without_success(where.automation, where.office, now)
            silence = rules.nothing_succeeded(where, last, days, self._settings.notices.silent_days)
            if silence is not None:
                yield silence

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────
    def send(self, now: datetime) -> None:
        """Tell what is due: one message to each addressee, however many notices it holds."""
        due = notices.due(now)
        everybody = [notice for notice in due if notice.addressee == EVERYBODY]
        if everybody:
            self._spread(everybody, now)
            due = notices.due(now)
        by_addressee: dict[str, list[NoticeRow]] = {}
        for notice in due:
            by_addressee.setdefault(notice.addressee, []).append(notice)
        for addressee, group in by_addressee.items():
            if addressee == HEARTBEAT:  # pings cannot be put together
                for notice in group:
                    self._tell(addressee, [notice], now)
            elif addressee != EVERYBODY:  # else the vault is locked: they wait for it
                self._tell(addressee, group, now)

    def _spread(self, everybody: Sequence[NoticeRow], now: datetime) -> None:
        try:
            names = list(Addresses(open_vault(self._home)).all())
        except Failure as failure:
            _log.warning("notices_wait why=%s", failure)
            notices.put_off(everybody, failure.code, now)
            return
        for notice in everybody:
            notices.spread(notice, names, now)

    def _tell(self, addressee: str, part: Sequence[NoticeRow], now: datetime) -> None:
        fresh = [notice for notice in part if notice.id not in self._sent]
        try:
            if fresh:
                self._deliver(addressee, fresh)
        except Failure as failure:
            _log.warning("notice_undelivered addressee=%s why=%s", addressee, failure)
            notices.put_off(fresh, str(failure.params.get("problem", failure.code)), now)
        else:
            self._note_told(part, now)

    def _note_told(self, part: Sequence[NoticeRow], now: datetime) -> None:
        try:
            notices.told(part, now)
        except Failure:
            self._sent |= {notice.id for notice in part}
            raise
        self._sent -= {notice.id for notice in part}

    def _deliver(self, addressee: str, part: Sequence[NoticeRow]) -> None:
        if addressee == HEARTBEAT:
            self._ping(part[0])
        elif addressee == DESKTOP:
            self.sender.desktop(message(part, self._zones))
        else:
            self.sender.send(self._address(addressee), message(part, self._zones))

    def _tell_directly(self, failure: Failure, now: datetime) -> None:
        """Tell that nothing can be stored, which cannot be stored: once a day, or again after a restart."""
        happening = rules.cannot_work(failure.as_json(), now.date())
        if happening.cause in self._told_directly:
            return
        row = NoticeRow(event=happening.event, automation="", office="", run=None, params=happening.params)
        wishes = self._settings.notices
        names = set(rules.addressees(happening.event, wishes.tell, heartbeat=False))
        if EVERYBODY in names:
            names |= self._known_addresses()
        for addressee in sorted(names - {EVERYBODY}):
            try:
                self._deliver(addressee, [row])
            except Failure as why:
                _log.warning("notice_undelivered addressee=%s why=%s", addressee, why)
            else:
                self._told_directly.add(happening.cause)

    def _known_addresses(self) -> set[str]:
        try:
            return set(Addresses(open_vault(self._home)).all())
        except Failure as failure:
            _log.warning("addresses_unknown why=%s", failure)
            return set()

    def _ping(self, notice: NoticeRow) -> None:
        url, ping = self._settings.notices.heartbeat_url, TABLE[Event(notice.event)].ping
        if url is not None and ping is not None:
            self.sender.ping(heartbeat_url(url, notice.automation, ping.value))

    def _address(self, name: str) -> str:
        address = Addresses(open_vault(self._home)).all().get(name)
        if address is None:
            raise BrokenAddress(service=name)
        return address
