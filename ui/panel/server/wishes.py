"""What people want of workstations: who may start what where, and the commands that come of it.

A command holds a verb and known ids only. The workstation checks it again, by the rules of a click there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resources.i18n import texts
from ui.panel.server import live, telling, wording
from ui.panel.server.models.base import Role, Standing, Verb
from ui.panel.server.models.commands import Command, Target, Wish
from ui.panel.server.models.live import Change
from ui.panel.server.models.runs import Allowed
from ui.panel.server.refusals import Refused, unknown
from ui.panel.server.tables import commands, runs, workstations
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import CommandRow, OwnedRow, RunRow, WorkstationRow
from ui.panel.server.who import Who

_ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
_MAY: dict[Verb, frozenset[str]] = {
    Verb.RETRY: frozenset({"FAILED"}),
    Verb.RESUME: frozenset({"NEEDS_REVIEW"}),
    Verb.CANCEL: frozenset({"PENDING", "DOWNLOADING", "PROCESSING", "UPLOADING", "NEEDS_REVIEW", "FAILED"}),
}


# ── who may start what ────────────────────────────────────────────────────────────────────────────────
def targets(who: Who) -> list[Target]:
    """Return every automation at every workstation that a person may see."""
    places = {row.id: row for row in workstations.seen_by(who.offices(Role.VIEWER))}
    conflicts, waiting = workstations.conflicts(), runs.waiting_at()
    newest = {(row.workstation_id, row.automation): row for row in runs.newest_of_each()}
    return [
        _target(
            who,
            places[owned.workstation_id],
            owned,
            newest.get((owned.workstation_id, owned.automation)),
            waiting.get(owned.workstation_id, 0),
            conflict=(places[owned.workstation_id].office, owned.place, owned.automation) in conflicts,
        )
        for owned in workstations.owned()
        if owned.workstation_id in places
    ]


def _target(  # all that the line shows
    who: Who, place: WorkstationRow, owned: OwnedRow, newest: RunRow | None, waiting: int, *, conflict: bool
) -> Target:
    why_not = _why_not_run(who, place, owned, newest, conflict=conflict)
    told = {"workstation": place.name, "title": owned.title, "waiting": waiting or None}
    sign, words = telling.standing_sign(telling.standing(place)), wording.say(telling.standing(place).value)
    if newest is not None:
        sign, words = wording.run_sign(newest.told), wording.run_words(newest.told)
    return Target(
        workstation=place.id,
        workstation_name=place.name,
        office=place.office,
        automation=owned.automation,
        title=owned.title,
        standing=telling.standing(place),
        sign=sign,
        words=words,
        waiting=waiting,
        conflict=conflict,
        allowed=why_not is None,
        why_not="" if why_not is None else why_not.words,
        confirm=wording.say("confirm_run", told),
    )


def _why_not_run(
    who: Who, place: WorkstationRow, owned: OwnedRow, newest: RunRow | None, *, conflict: bool
) -> Refused | None:
    """Return why a person may not start an automation now; None if that is allowed."""
    if not who.may(Role.OPERATOR, place.office):
        return Refused(403, "denied")
    if conflict:
        return Refused(409, "conflict", title=owned.title, office=place.office)
    if telling.standing(place) is not Standing.ONLINE:
        return Refused(409, "silent", workstation=place.name)
    if newest is not None and newest.state not in _ENDED:
        return Refused(409, "run_open", run=newest.run)
    return None


def may(who: Who, row: RunRow) -> list[Allowed]:
    """Return what a person may do with a run now, and else why not."""
    told = []
    for verb in _MAY:
        refused = _why_not(who, row, verb)
        told.append(
            Allowed(verb=verb, allowed=refused is None, why_not="" if refused is None else refused.words)
        )
    return told


def _why_not(who: Who, row: RunRow, verb: Verb) -> Refused | None:
    if not who.may(Role.OPERATOR, row.workstation.office):
        return Refused(403, "denied")
    if row.state not in _MAY[verb]:
        return Refused(409, "wrong_state", state=texts.standing("state_words", row.state))
    if telling.standing(row.workstation) is not Standing.ONLINE:
        return Refused(409, "silent", workstation=row.workstation.name)
    return None


# ── giving ────────────────────────────────────────────────────────────────────────────────────────────
def give(who: Who, wanted: Wish) -> Command:
    """Store a wish for its workstation, once for each nonce. Raises Refused (403, 404, 409, 422)."""
    place = visible(who, wanted.workstation)
    who.require(Role.OPERATOR, place.office)
    if (wanted.verb is Verb.RUN) != (wanted.automation is not None) or (wanted.verb in _MAY) != (
        wanted.run is not None
    ):
        raise Refused(409, "not_understood")

    def job() -> list[CommandRow]:
        known = commands.by_nonce(who.person, wanted.nonce)
        if known:
            return known
        if wanted.verb is Verb.RUN:
            _require_run(who, place, str(wanted.automation))
        elif wanted.verb in _MAY:
            _require_verb(who, place, str(wanted.run), wanted.verb)
        else:  # answers go through their questions
            raise Refused(409, "not_understood")
        what = {"verb": wanted.verb.value, "automation": wanted.automation, "run": wanted.run}
        return [commands.give(who.person, who.name, wanted.nonce, place, **what)]

    return tell(write(job))[0]


def _require_run(who: Who, place: WorkstationRow, automation: str) -> None:
    owned = next((one for one in workstations.owned(place.id) if one.automation == automation), None)
    if owned is None:
        raise Refused(409, "has_not", workstation=place.name)
    unended = runs.open_runs(place.id, automation)
    conflict = (place.office, owned.place, automation) in workstations.conflicts()
    refused = _why_not_run(who, place, owned, unended[0] if unended else None, conflict=conflict)
    if refused is not None:
        raise refused


def _require_verb(who: Who, place: WorkstationRow, run: str, verb: Verb) -> None:
    row = runs.get(place.id, run)
    if row is None:
        raise unknown()
    refused = _why_not(who, row, verb)
    if refused is not None:
        raise refused


def tell(given: Sequence[CommandRow]) -> list[Command]:
    """Ring for commands that were stored, and return them."""
    live.ring(
        *(Change(kind="command", workstation=row.workstation_id, id=row.id, run=row.run) for row in given)
    )
    return [telling.command_of(row, _place_of(row)) for row in given]


def show(who: Who, number: int) -> Command:
    """Return what became of a command. Raises Refused (404)."""
    row = commands.get(number)
    if row is None:
        raise unknown()
    place = _place_of(row)
    if not who.may(Role.VIEWER, place.office):
        raise unknown()
    return telling.command_of(row, place)


def visible(who: Who, number: int) -> WorkstationRow:
    """Return a workstation that a person may see and that is not revoked. Raises Refused (404, 409)."""
    place = workstations.get(number)
    if place is None or not who.may(Role.VIEWER, place.office):
        raise unknown()
    if place.revoked_at is not None:
        raise Refused(409, "revoked")
    return place


def _place_of(row: Any) -> WorkstationRow:  # noqa: ANN401  # a row with a workstation
    place = workstations.get(row.workstation_id)
    assert place is not None  # commands go with their workstation
    return place
