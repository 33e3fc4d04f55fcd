"""``calendar`` and ``pause``: what runs when, what became of today's, and who said that it should not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from agent.cli import signs
from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import DONE, WRONG_USAGE, Told
from agent.cli.reading import open_home
from agent.faces.moments import Moments
from agent.system.paths import find_home
from resources.i18n import texts

Values = dict[str, Any]


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
    from agent.faces import duty_days  # noqa: PLC0415
    from agent.host.enrolment import look_once  # noqa: PLC0415 (describes every automation)

    scheduled, others = look_once(home, settings)
    found = [duty_days.entry(one, number) for one in scheduled if wanted in {None, one.automation}]
    left = [duty_days.left_out(one) for one in others if wanted in {None, one.automation}]
    if as_json:
        print_json([*found, *left])
        return
    many = len(settings.offices) > 1
    for entry in found:
        _print_entry(entry, many=many)
    for entry in left:
        told = {"automation": entry["automation"], "office": entry["office"] if many else None}
        out(texts.say("not_scheduled_because", {**told, "why": duty_days.why(entry["why"], Moments(None))}))


# ── in words ──────────────────────────────────────────────────────────────────────────────────────────────
def _print_entry(entry: Values, *, many: bool) -> None:
    from agent.faces import duty_days  # noqa: PLC0415

    moments = Moments(ZoneInfo(entry["zone"]))
    told = {"title": entry["title"], "office": entry["office"] if many else None}
    heading = texts.say("calendar_of", {**told, "schedule": entry["schedule"], "deadline": entry["deadline"]})
    rows = [
        (
            *_standing(day, moments)[:1],
            moments.day(day["business_date"]),
            duty_days.clock(day["due_at"], day, entry["zone"], moments),
            duty_days.clock(day["deadline_at"], day, entry["zone"], moments),
            duty_days.period(day["period"], moments),
            *_standing(day, moments)[1:],
        )
        for day in reversed(entry["days"])
    ]
    heads = [texts.say(f"head_{name}") for name in ("day", "starts", "deadline", "covered", "standing")]
    print_table(["", *heads], rows, title=heading)
    if entry["paused"]:
        out(_paused(entry["title"], entry["paused"]["who"], entry["paused"]["until"]))


def _standing(day: Values, moments: Moments) -> tuple[object, object]:
    """Return the sign and the words for what became of a day, or will."""
    from agent.faces import duty_days  # noqa: PLC0415

    state, told = duty_days.standing(day, moments)
    sign = signs.of_day(state)
    return (sign.icon, sign.style), (told, sign.style)


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
    wish: Values = {"automation": automation, "until": day.isoformat() if day else None, "off": off}
    with host_at_work(home) as work:
        result = carry_out(work, "pause", wish)
    if not off:
        tell(_paused(automation, at_terminal().name, wish["until"]))
    else:
        code = "pause_ended" if result["was_paused"] else "was_not_paused"
        tell(texts.say(code, {"automation": automation}))
    return DONE
