"""Success, punctuality, hours saved and causes, by week: reckoned from the runs' final states."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from resources.i18n import texts
from ui.panel.server import looking, telling, wording
from ui.panel.server.models.base import Role
from ui.panel.server.models.insights import AutomationInsight, Cause, Insights, Week
from ui.panel.server.refusals import Refused
from ui.panel.server.tables import audit, runs, settings
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import RunRow
from ui.panel.server.who import Who

_SECONDS_PER_RECORD = 90
_SETTING = "seconds_per_record"
_MOST_CAUSES = 12


def reckon(who: Who, weeks: int, office: str | None, automation: str | None) -> Insights:
    """Return the last weeks, this one included, at the offices that a person may see."""
    seen = looking.offices_for(who, office)
    this = _monday(utc_now().date())
    first = this - timedelta(weeks=weeks - 1)
    rows = [
        row
        for row in runs.between(first, this + timedelta(days=6))
        if (seen is None or row.workstation.office in seen)
        and (automation is None or row.automation == automation)
        and not row.told["rehearsal"]
        and row.state in {"COMPLETED", "FAILED", "NEEDS_REVIEW", "CANCELLED"}
    ]
    seconds = settings.get(_SETTING) or _SECONDS_PER_RECORD
    by_week, by_automation = defaultdict(list), defaultdict(list)
    for row in rows:
        by_week[_monday(row.business_date)].append(row)
        by_automation[row.automation, row.workstation.office].append(row)
    days = [first + timedelta(weeks=number) for number in range(weeks)]
    return Insights(
        weeks=[_week(day, by_week[day], seconds) for day in days],
        causes=_causes(rows),
        automations=[_automation(key, of, seconds) for key, of in sorted(by_automation.items())],
        seconds_per_record=seconds,
        basis=wording.say("basis", {"seconds": seconds}),
    )


def change(who: Who, seconds: int) -> None:
    """Say how long a person needs for one record. Raises Refused unless admin of all offices."""
    if not who.may(Role.ADMIN, None):
        raise Refused(403, "denied")

    def job() -> None:
        settings.put(_SETTING, seconds)
        audit.note(_SETTING, who.name, person=who.person, params={"seconds": seconds})

    write(job)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(day: date, rows: Sequence[RunRow], seconds: int) -> Week:
    states = Counter(row.state for row in rows)
    on_time = Counter(telling.on_time(row) for row in rows)
    year, number, _ = day.isocalendar()
    return Week(
        week=f"{year}-W{number:02}",
        first_day=day,
        runs=len(rows),
        completed=states["COMPLETED"],
        failed=states["FAILED"],
        needs_review=states["NEEDS_REVIEW"],
        cancelled=states["CANCELLED"],
        success_share=_success(rows),
        on_time=on_time[True],
        late=on_time[False],
        on_time_share=_share(on_time[True], on_time[True] + on_time[False]),
        records=_records(rows),
        hours_saved=_hours(rows, seconds),
    )


def _automation(key: tuple[str, str], rows: Sequence[RunRow], seconds: int) -> AutomationInsight:
    on_time = Counter(telling.on_time(row) for row in rows)
    took = [
        (row.ended_at - started).total_seconds()
        for row in rows
        if row.state == "COMPLETED" and row.ended_at and (started := telling.moment(row.told["started_at"]))
    ]
    return AutomationInsight(
        automation=key[0],
        title=rows[-1].title,
        office=key[1],
        runs=len(rows),
        success_share=_success(rows),
        on_time_share=_share(on_time[True], on_time[True] + on_time[False]),
        median_seconds=statistics.median(took) if took else None,
        records=_records(rows),
        hours_saved=_hours(rows, seconds),
    )


def _causes(rows: Iterable[RunRow]) -> list[Cause]:
    """Return why runs did not arrive, the most frequent first; a failure counts once a run."""
    found: Counter[str] = Counter()
    for row in rows:
        told = [row.told["reason"], *(task["failure"] for task in row.told["tasks"])]
        codes = {said["code"] for said in told if said and texts.has("failures", said["code"])}
        if row.state in {"FAILED", "NEEDS_REVIEW"}:
            found.update(codes or {"failure"})
    return [
        Cause(code=code, words=_cause_words(code), count=count)
        for code, count in found.most_common(_MOST_CAUSES)
    ]


def _cause_words(code: str) -> str:
    return wording.say("cause_unknown") if code == "failure" else code.replace("_", " ").capitalize()


def _success(rows: Sequence[RunRow]) -> float | None:
    ended = [row for row in rows if row.state != "CANCELLED"]
    return _share(sum(row.state == "COMPLETED" for row in ended), len(ended))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _records(rows: Iterable[RunRow]) -> int:
    return sum(row.told["records"]["verified"] for row in rows)


def _hours(rows: Iterable[RunRow], seconds: int) -> float:
    return round(_records(rows) * seconds / 3600, 2)
