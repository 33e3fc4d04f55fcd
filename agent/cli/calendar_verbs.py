"""``calendar`` and ``pause``: what runs when, what became of today's, and who said that it should not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from agent.cli import signs
from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import DONE, WRONG_USAGE, Told
from agent.cli.reading import open_home
from agent.faces.moments import Moments
from agent.system.paths import find_home
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.core.occurrences import Duty, Pause
    from agent.host.enrolment import Enrolled, NotEnrolled
    from agent.store.tables import OccurrenceRow

Values = dict[str, Any]

_OUTCOMES = {
    "owed": "day_owed",
    "running": "day_running",
    "ran": "day_ran",
    "failed": "day_failed",
    "skipped": "day_skipped",
    "missed": "day_missed",
}


@click.command()
@click.argument("name", required=False)
@click.option(
    "--next",
    "number",
    type=click.IntRange(1, 366),
    default=5,
    show_default=True,
    help="So many starts to come of each automation.",
)
@json_option
def calendar(name: str | None, *, number: int, as_json: bool) -> None:
    """Show what runs when, what became of today's runs, and what is not scheduled and why."""
    from agent.system.automations import automation_name, find_automation  # noqa: PLC0415
    from agent.system.settings import load_settings  # noqa: PLC0415

    home = find_home()
    wanted = automation_name(find_automation(home, name)) if name is not None else None
    settings = load_settings(home)
    if not open_home(home):
        print_json([]) if as_json else out(texts.say("no_calendar"))
        return
    from agent.host.enrolment import look_once  # noqa: PLC0415 (describes every automation)

    scheduled, others = look_once(home, settings)
    found = [_entry(one, number) for one in scheduled if wanted in {None, one.automation}]
    left = [_left(one) for one in others if wanted in {None, one.automation}]
    if as_json:
        print_json([*found, *left])
        return
    many = len(settings.offices) > 1
    for entry in found:
        _print_entry(entry, many=many)
    for entry in left:
        told = {"automation": entry["automation"], "office": entry["office"] if many else None}
        out(texts.say("not_scheduled_because", {**told, "why": _why(entry["why"])}))


def _entry(one: Enrolled, number: int) -> Values:
    """Return an automation's duties from today on as plain values, newest first."""
    from agent.core.occurrences import Outcome, next_duties, reason  # noqa: PLC0415
    from agent.store import occurrences, pauses  # noqa: PLC0415

    now, zone = datetime.now(UTC), ZoneInfo(one.zone)
    pause = pauses.known().get(one.automation)
    stored = occurrences.recent(one.automation, one.office, now.astimezone(zone).date())
    stored = [row for row in stored if row.due_at <= now or row.run_id is not None or _is_change(row)]
    known = {(row.business_date, row.slot) for row in stored}
    coming = [duty for duty in next_duties(one.rules, zone, one.days, now, number) if duty.key not in known]
    last_done = occurrences.last_done(one.automation, one.office)
    days = [_stored(row) for row in stored] + [_coming(one, duty, pause, last_done) for duty in coming]
    waiting = {"outcome": Outcome.OWED.value, "reason": dict(reason("nobody_there"))}
    days += [
        {**_coming(one, duty, pause, last_done), **waiting}
        for duty in _unseen(one, now)
        if duty.key not in known
    ]
    return {
        "automation": one.automation,
        "office": one.office,
        "title": one.title,
        "scheduled": True,
        "zone": one.zone,
        **one.words,
        "paused": {"who": pause.who, "until": _iso(pause.until)} if pause else None,
        "days": sorted(days, key=lambda day: str(day["due_at"]), reverse=True),
    }


def _unseen(one: Enrolled, now: datetime) -> list[Duty]:
    """Return the duties of today whose start has come; a host that worked then has stated them."""
    from agent.core.occurrences import duties_between  # noqa: PLC0415
    from agent.store import occurrences  # noqa: PLC0415

    schedule, zone = occurrences.schedule(one.automation, one.office), ZoneInfo(one.zone)
    if schedule is None:
        return []
    today = now.astimezone(zone).date()
    found = duties_between(one.rules, zone, one.days, schedule.since_at, now)
    return [duty for duty in found if duty.business_date >= today and duty.skip is None]


def _is_change(row: OccurrenceRow) -> bool:
    """Tell whether a day to come is stated already, and not just by a clock that was ahead."""
    return (row.reason or {}).get("code") == "schedule_changed"


def _left(one: NotEnrolled) -> Values:
    return {
        "automation": one.automation,
        "office": one.office,
        "scheduled": False,
        "why": dict(one.why),
    }


def _stored(row: OccurrenceRow) -> Values:
    from agent.store import occurrences, runs  # noqa: PLC0415

    period = None
    if row.run_id is not None:
        run = runs.get(row.run_id)
        period = {"first": _iso(run.period_first), "last": _iso(run.period_last)}
    told = _moments(occurrences.duty_of(row))
    return {**told, "period": period, "outcome": row.outcome, "reason": row.reason, "run": row.run_id}


def _coming(one: Enrolled, duty: Duty, pause: Pause | None, last_done: date | None) -> Values:
    """Return a duty to come; one that will be skipped says so before its time."""
    from agent.core.occurrences import Outcome, period_of, when_due  # noqa: PLC0415

    outcome, why = when_due(duty, one.rules, duty.due_at, pause)
    skipped = outcome is Outcome.SKIPPED
    period = period_of(one.rules, duty.business_date, duty.slot, one.days, last_done)
    return {
        **_moments(duty),
        "period": None if skipped else {"first": _iso(period.first), "last": _iso(period.last)},
        "outcome": None,
        "reason": dict(why) if skipped and why else None,
        "run": None,
    }


def _moments(duty: Duty) -> Values:
    return {
        "business_date": _iso(duty.business_date),
        "slot": duty.slot,
        **{
            name: getattr(duty, name).isoformat(timespec="seconds")
            for name in ("due_at", "deadline_at", "until_at")
        },
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# ── in words ──────────────────────────────────────────────────────────────────────────────────────────────
def _print_entry(entry: Values, *, many: bool) -> None:
    moments = Moments(ZoneInfo(entry["zone"]))
    told = {"title": entry["title"], "office": entry["office"] if many else None}
    heading = texts.say("calendar_of", {**told, "schedule": entry["schedule"], "deadline": entry["deadline"]})
    rows = [
        (
            *_standing(day)[:1],
            moments.day(day["business_date"]),
            _clock(day["due_at"], day, entry["zone"], moments),
            _clock(day["deadline_at"], day, entry["zone"], moments),
            _period(day["period"], moments),
            *_standing(day)[1:],
        )
        for day in reversed(entry["days"])
    ]
    heads = [texts.say(f"head_{name}") for name in ("day", "starts", "deadline", "covered", "standing")]
    print_table(["", *heads], rows, title=heading)
    if entry["paused"]:
        out(_paused(entry["title"], entry["paused"]["who"], entry["paused"]["until"]))


def _clock(moment: str, day: Values, zone: str, moments: Moments) -> str:
    """Return a local time, with its day where that is not the business day (an evening's start)."""
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    return clock if _iso(local.date()) == day["business_date"] else f"{moments.day(local.date())} {clock}"


def _period(period: Mapping[str, str] | None, moments: Moments) -> str:
    if period is None:
        return ""
    first, last = moments.day(period["first"]), moments.day(period["last"])
    return first if first == last else texts.say("days", {"first": first, "last": last})


def _standing(day: Values) -> tuple[object, object]:
    """Return the sign and the words for what became of a day, or will."""
    outcome, why = day["outcome"], day["reason"]
    state = "failed" if outcome == "ran" and why else outcome
    sign = signs.of_day(state)
    told = texts.say(_OUTCOMES[state], {"run": day["run"]}) if state else ""
    if why:
        told = texts.say("because", {"what": told, "why": _why(why)}) if told else _why(why)
    return (sign.icon, sign.style), (told, sign.style)


def _why(reason: Mapping[str, Any]) -> str:
    params = dict(reason.get("params") or {})
    for name in ("until", "day"):
        if params.get(name):
            params[name] = Moments(None).day(params[name])
    return texts.why(str(reason["code"]), params)


def _paused(title: str, who: str, until: str | None) -> str:
    day = Moments(None).day(until) if until else None
    return texts.say("is_paused", {"automation": title, "who": who, "until": day})


# ── pause ─────────────────────────────────────────────────────────────────────────────────────────────────
@click.command()
@click.argument("name")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The business day on which it goes on.")
@click.option("--off", is_flag=True, help="End the pause: go on with the next start.")
def pause(name: str, *, until: datetime | None, off: bool) -> int:
    """Skip an automation's scheduled runs, until a day or until you end it; “calendar” shows who did.

    A run that is in work goes on, and “predawn run” still starts one.
    """
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.cli.person import at_terminal  # noqa: PLC0415
    from agent.system.automations import automation_name, find_automation  # noqa: PLC0415

    if off and until is not None:
        raise click.UsageError(texts.say("until_or_off"))
    home = find_home()
    automation = automation_name(find_automation(home, name))
    day = until.date() if until else None
    if day is not None and day <= datetime.now(UTC).astimezone().date():
        raise Told("until_is_past", WRONG_USAGE, day=day)
    wish = {"automation": automation, "until": _iso(day), "off": off}
    with host_at_work(home) as work:
        result = carry_out(work, "pause", wish)
    if not off:
        tell(_paused(automation, at_terminal().name, _iso(day)))
    else:
        code = "pause_ended" if result["was_paused"] else "was_not_paused"
        tell(texts.say(code, {"automation": automation}))
    return DONE
