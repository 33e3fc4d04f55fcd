"""The dashboard: workstations by automations, and what wants somebody, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ui.panel.server import telling, wording
from ui.panel.server.models.base import Role, Sign, Standing
from ui.panel.server.models.morning import Attention, Cell, Dashboard, Workstation
from ui.panel.server.tables.board import Board, board
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import DutyRow, OwnedRow, ReviewRow, RunRow, WorkstationRow
from ui.panel.server.who import Who

_RECENT = timedelta(hours=24)
_SILENT_MATTERS = timedelta(hours=12)
_FAR = datetime.max.replace(tzinfo=UTC)
_ORDER = ("conflict", "failed", "missed", "needs_you", "at_risk", "silent")


def dashboard(who: Who, since: int | None) -> Dashboard:
    """Return the morning at the offices that a person may see; with ``since`` what has changed after it."""
    now = utc_now()
    with board(now) as found:
        return Morning(found, who, since, now).told()


class Morning:
    """One look at the board, by one person."""

    def __init__(self, board: Board, who: Who, since: int | None, now: datetime) -> None:
        self._now, self._since = now, since
        self._revision, self._reviews = board.rev, board.reviews
        seen = who.offices(Role.VIEWER)
        self._places = {
            number: row
            for number, row in sorted(board.places.items(), key=lambda one: (one[1].name, one[0]))
            if seen is None or row.office in seen
        }
        self._newest = {key: row for key, row in board.newest.items() if key[0] in self._places}
        self._waiting = {number: len(waiting) for number, waiting in board.pending.items()}
        self._owned = {key: row for key, row in board.owned.items() if key[0] in self._places}
        self._conflicts = board.conflicts()
        self._duties = {key: row for key, row in board.duties.items() if row.due_at >= now - _RECENT}

    def told(self) -> Dashboard:
        """Return the dashboard."""
        attention = sorted(self._attention(), key=self._urgency)
        whole = not self._since or not 0 < self._since <= self._revision
        changed = None if whole else self._since
        at_work = sum(wording.RUN_SIGNS.get(row.state) is Sign.RUNNING for row in self._newest.values())
        done = sum(
            row.state == "COMPLETED" and row.ended_at is not None and row.ended_at > self._now - _RECENT
            for row in self._newest.values()
        )
        return Dashboard(
            now=self._now,
            revision=self._revision,
            whole=whole,
            headline=self._headline(len(attention), at_work, done),
            workstations=[
                self._workstation(row) for row in self._places.values() if _after(row.rev, changed)
            ],
            cells=list(self._cells(changed)),
            attention=attention,
        )

    def _headline(self, needs: int, at_work: int, done: int) -> str:
        if not self._places:
            return wording.say("nothing_yet")
        if not needs and not at_work:
            return wording.say("all_well")
        return wording.say("headline", {"needs": needs, "running": at_work, "done": done})

    # ── rows and cells ────────────────────────────────────────────────────────────────────────────────────
    def _workstation(self, row: WorkstationRow) -> Workstation:
        how = telling.standing(row, self._now)
        return Workstation(
            id=row.id,
            name=row.name,
            office=row.office,
            zone=telling.zone_of(row),
            standing=how,
            sign=telling.standing_sign(how),
            words=wording.say(how.value),
            seen_at=row.seen_at,
        )

    def _cells(self, changed: int | None) -> Iterator[Cell]:
        """Return a cell for all that is owned, and for what is owned no more but ran lately."""
        known = set()
        for (workstation, automation, _place), owned in self._owned.items():
            if (workstation, automation) in known:
                continue  # one automation for two places of one workstation is one cell
            known.add((workstation, automation))
            row = self._newest.get((workstation, automation))
            place = self._places[workstation]
            if _after(max(place.rev, row.rev if row else 0, self._review_rev(row)), changed):
                yield self._cell(place, owned, row)
        for (workstation, automation), row in self._newest.items():
            recent = row.created_at > self._now - _RECENT
            if (workstation, automation) not in known and recent and _after(row.rev, changed):
                yield self._cell(self._places[workstation], None, row)

    def _review_rev(self, row: RunRow | None) -> int:
        return max((review.rev for review in self._open_of(row)), default=0)

    def _cell(self, place: WorkstationRow, owned: OwnedRow | None, row: RunRow | None) -> Cell:
        automation = owned.automation if owned else row.automation if row else ""
        upcoming = _upcoming(owned, self._now)
        sign, words = self._standing(place, owned, row)
        questions = self._open_of(row)
        return Cell(
            workstation=place.id,
            automation=automation,
            title=owned.title if owned else row.title if row else automation,
            office=place.office,
            zone=telling.zone_of(place, row.place if row else owned.place if owned else None),
            sign=sign,
            words=words,
            run=row.run if row else None,
            state=row.state if row else None,
            progress=telling.progress_of(row.told) if row else None,
            forecast=telling.forecast_of(row.told) if row else None,
            deadline_at=row.deadline_at if row and row.ended_at is None else upcoming[1],
            due_at=upcoming[0],
            open_reviews=len(questions),
            waiting=self._waiting.get(place.id, 0),
            conflict=owned is not None and (place.office, owned.place, automation) in self._conflicts,
            changed_at=row.ended_at or row.created_at if row else None,
        )

    def _standing(
        self, place: WorkstationRow, owned: OwnedRow | None, row: RunRow | None
    ) -> tuple[Sign, str]:
        """Return the sign and words of a cell: its newest run, or the duty that came after it."""
        duty = self._duties.get((place.id, owned.automation, owned.place)) if owned else None
        if duty is not None and duty.run is None and (row is None or row.created_at < duty.due_at):
            return wording.duty_sign(duty.outcome, duty.reason), wording.duty_words(duty.outcome, duty.reason)
        if row is not None:
            told = row.told
            return wording.run_sign(told), wording.run_words(told, [one.told for one in self._open_of(row)])
        if owned is not None and owned.paused_by:
            return Sign.WAITING, wording.say("is_paused", {"who": owned.paused_by})
        return Sign.WAITING, wording.say("next" if owned is not None and owned.scheduled else "by_hand")

    def _open_of(self, row: RunRow | None) -> list[ReviewRow]:
        return list(self._reviews.get((row.workstation_id, row.run), {}).values()) if row else []

    # ── what wants somebody ───────────────────────────────────────────────────────────────────────────────
    def _attention(self) -> Iterator[Attention]:
        for row in self._newest.values():
            yield from self._of_run(row)
        for key, duty in self._duties.items():
            newest = self._newest.get(key[:2])
            if duty.outcome == "missed" and key[0] in self._places and not _served(duty, newest):
                yield self._about(
                    "missed", Sign.FAILED, key[0], duty, why=wording.why(duty.reason), since=duty.due_at
                )
        for place in self._places.values():
            yield from self._silent(place)
        for (office, _place, automation), owners in self._conflicts.items():
            seen = [owner for owner in owners if owner.id in self._places]
            if seen:
                names = ", ".join(owner.name for owner in owners)
                title = self._title(seen[0].id, automation)
                words = wording.say("conflict", {"title": title, "office": office, "names": names})
                yield Attention(
                    kind="conflict",
                    sign=Sign.FAILED,
                    words=words,
                    workstation=seen[0].id,
                    workstation_name=seen[0].name,
                    zone=telling.zone_of(seen[0]),
                    automation=automation,
                    run=None,
                    since=None,
                    deadline_at=None,
                )

    def _of_run(self, row: RunRow) -> Iterator[Attention]:
        noun, questions = wording.noun_of(row.told), self._open_of(row)
        told: dict[str, Any] = {"deadline_at": row.deadline_at, "since": row.ended_at}
        if questions:
            since = min(one.created_at for one in questions)
            words = wording.question(questions[0].told, noun)
            if len(questions) > 1:
                words = wording.say("questions", {"count": len(questions)})
            told["since"] = since
            yield self._about("needs_you", Sign.NEEDS_YOU, row.workstation_id, row, question=words, **told)
        elif row.state == "FAILED":
            reason = wording.why(row.told["reason"] or {"code": "failure"}, noun)
            yield self._about("failed", Sign.FAILED, row.workstation_id, row, reason=reason, **told)
        elif wording.run_sign(row.told) is Sign.AT_RISK:
            yield self._about("at_risk", Sign.AT_RISK, row.workstation_id, row, **told)

    def _silent(self, place: WorkstationRow) -> Iterator[Attention]:
        """A workstation that is not heard of, when something is due there before long."""
        if telling.standing(place, self._now) is Standing.ONLINE:
            return
        for (workstation, _automation, _place), owned in self._owned.items():
            deadline = _upcoming(owned, self._now)[1]
            if workstation == place.id and deadline is not None and deadline < self._now + _SILENT_MATTERS:
                told = {"since": place.seen_at, "deadline_at": deadline}
                yield self._about("silent", Sign.AT_RISK, place.id, owned, **told)
                return
        yield self._about("silent", Sign.AT_RISK, place.id, None, since=place.seen_at)

    def _about(  # the parts of one sentence
        self,
        kind: str,
        sign: Sign,
        workstation: int,
        what: RunRow | DutyRow | OwnedRow | None,
        *,
        since: datetime | None = None,
        deadline_at: datetime | None = None,
        **params: str,
    ) -> Attention:
        name = self._places[workstation].name
        automation = what.automation if what is not None else None
        title = self._title(workstation, automation) if automation else None
        told: Mapping[str, Any] = {"workstation": name, "title": title, **params}
        return Attention(
            kind=kind,
            sign=sign,
            words=wording.say(f"attention_{kind}", told),
            workstation=workstation,
            workstation_name=name,
            zone=telling.zone_of(self._places[workstation], what.place if what is not None else None),
            automation=automation,
            run=None if what is None or isinstance(what, OwnedRow) else what.run,
            since=since,
            deadline_at=deadline_at,
        )

    def _title(self, workstation: int, automation: str) -> str:
        titles = (row.title for key, row in self._owned.items() if key[:2] == (workstation, automation))
        row = self._newest.get((workstation, automation))
        return next(titles, row.title if row else automation)

    def _urgency(self, one: Attention) -> tuple[datetime, int, str]:
        late = one.deadline_at if one.deadline_at and one.deadline_at > self._now else _FAR
        return (late, _ORDER.index(one.kind), one.words)


def _after(rev: int, since: int | None) -> bool:
    return since is None or rev > since


def _upcoming(owned: OwnedRow | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the next start and its deadline, of those whose deadline is still to come."""
    for one in owned.upcoming if owned else ():
        due, deadline = telling.moment(one["due_at"]), telling.moment(one["deadline_at"])
        if deadline is not None and deadline > now:
            return due, deadline
    return None, None


def _served(duty: DutyRow, newest: RunRow | None) -> bool:
    """Tell whether a missed duty was made good by a later run."""
    return newest is not None and newest.state == "COMPLETED" and newest.created_at >= duty.due_at
