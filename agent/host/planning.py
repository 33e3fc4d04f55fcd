"""From a wish ("run the clinic sync for Monday") to a stored run with its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.actors import Actor
from agent.core.calendar import OfficeDays, Rules, is_business_day, read_rules
from agent.core.failures import PasswordMissing, WrongState
from agent.core.occurrences import Duty, business_date_at, duties_of, period_of
from agent.core.parameters import plain
from agent.core.repair import Proof
from agent.core.states import TaskKind
from agent.host import parameters
from agent.host.describing import describe
from agent.host.keys import Keys
from agent.store import accounts, occurrences, runs
from agent.store import home as home_row
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import OccurrenceRow, RunRow
from agent.system.automations import find_automation
from agent.system.browsers import find_browser
from agent.system.fingerprint import agent_fingerprint
from agent.system.holidays import office_days
from agent.system.paths import Home
from agent.system.settings import Office, Settings

_REHEARSAL = "rehearsal"  # a slot of its own: it holds no duty, and keeps no run from its own


def plan(  # noqa: PLR0913  # whatever a run is planned from has a name
    home: Home,
    settings: Settings,
    keys: Keys,
    name: str,
    actor: Actor,
    *,
    business_date: date | None = None,
    office: str | None = None,
    options: Mapping[str, Any] | None = None,
    owed: OccurrenceRow | None = None,
) -> str:
    """Plan a run and return its id.

    ``owed`` is the occurrence for which the schedule plans. By hand there is none: then ``office`` is the
    main one when none is named, ``business_date`` the one of this moment in the office's zone when none is
    given, and the run adopts what that day owes by now. Among the ``options``, ``proof`` names of what this
    run keeps pictures, instead of what its automation says (:class:`~agent.core.repair.Proof`).

    Raises NotTakenOver, UnknownAutomation, BrokenAutomation, WrongState (no such office), BrokenSettings
    (a parameter), PasswordMissing, BrowserMissing, DutyIsOpen: then nothing is stored.
    """
    home_row.require_taken_over()
    folder = find_automation(home, name)
    manifest = describe(home, folder)
    place = _office(settings, owed.office if owed is not None else office)
    _require_accounts(manifest, place)
    find_browser()
    rules, zone, now = read_rules(manifest), ZoneInfo(place.zone), datetime.now(UTC)
    calendar = calendar_around(place, business_date or now.astimezone(zone).date())
    wishes = dict(options or {})
    rehearsal = bool(wishes.get("rehearse"))
    if wishes.get("proof"):
        wishes["proof"] = Proof(wishes["proof"]).value  # a wish that cannot be understood ends here
    values = {name: plain(value) for name, value in parameters.of_office(home, place, manifest).items()}
    if owed is None:
        day = business_date or business_date_at(rules, zone, calendar, now)
        today = _duties(rules, zone, calendar, day)
        slot = _slot_by_now(rules, today, now)
        duty = None if rehearsal else _adoptable(manifest["name"], place, today, now)
    else:
        duty = occurrences.duty_of(owed)
        day, slot = duty.business_date, duty.slot
    last_done = occurrences.last_done(manifest["name"], place.name)
    period = period_of(rules, day, slot, calendar, last_done)
    run_id = runs.new_run_id(day)
    run = PlannedRun(
        automation=manifest["name"],
        title=manifest["title"],
        office=place.name,
        business_date=day,
        period_first=period.first,
        period_last=period.last,
        folder=str(folder),
        slot=_REHEARSAL if rehearsal else slot,
        options={**wishes, **({"parameters": values} if values else {})},
        manifest=manifest,
        versions={**manifest["versions"], "agent": build()},
    )
    tasks = [
        PlannedTask(task["name"], TaskKind(task["kind"]), task["site"], tuple(task["inputs"]))
        for task in manifest["tasks"]
    ]
    runs.plan(run_id, run, tasks, actor, keys.new_run_key(run_id), duty)
    return run_id


def calendar_around(office: Office, day: date) -> OfficeDays:
    """Return an office's closed and half days from the year before a day to two years after it."""
    return office_days(office, range(day.year - 1, day.year + 3))


def _office(settings: Settings, name: str | None) -> Office:
    """Return an office; without a name the main one, or the first where none is called so."""
    if name is not None:
        if name not in settings.offices:
            raise WrongState(what=f"office {name}", state="unknown", wanted=", ".join(settings.offices))
        return settings.offices[name]
    return settings.offices.get("main") or next(iter(settings.offices.values()))


def _duties(rules: Rules, zone: ZoneInfo, calendar: OfficeDays, day: date) -> list[Duty]:
    """Return what a day owes; a closed one that a person runs all the same counts as open."""
    if not is_business_day(day, rules.schedule.weekdays, calendar.closed):
        opened = {closed: name for closed, name in calendar.closed.items() if closed != day}
        calendar = OfficeDays(opened, calendar.half)
    return duties_of(rules, zone, calendar, day)


def _slot_by_now(rules: Rules, today: Sequence[Duty], now: datetime) -> str:
    """Return the slot that a run by hand stands for: the last whose start has come, else the first."""
    begun = [duty.slot for duty in today if duty.due_at <= now]
    return begun[-1] if begun else f"{rules.schedule.times[0]:%H:%M}"


def _adoptable(automation: str, office: Office, today: Sequence[Duty], now: datetime) -> Duty | None:
    """Return the last duty of a day whose start has come, where the automation is scheduled."""
    row = occurrences.schedule(automation, office.name)
    begun = [duty for duty in today if duty.due_at <= now]
    if row is None or not begun or begun[-1].due_at <= row.since_at:
        return None
    return begun[-1]


def folder_of(run: RunRow) -> Path:
    """Return the folder of the automation that a run was planned with."""
    return Path(run.folder)


def _require_accounts(manifest: Mapping[str, Any], office: Office) -> None:
    for site in manifest["versions"]["sites"]:
        if accounts.find(office.name, site) is None:
            raise PasswordMissing(site=site, account="")


@cache
def build() -> str:
    """Return the fingerprint of the agent's own code as this process found it at its start.

    After an update under a running host its workers are of another build; they ask before they go on.
    """
    return agent_fingerprint()
