"""``calendar`` and ``pause``: what is owed, in words and as JSON; and a host that stays runs what is owed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.core.actors import Actor
from agent.core.failures import DutyIsOpen
from agent.core.occurrences import Duty, Outcome, reason
from agent.host import enrolment, planning
from agent.host.agent import Host
from agent.host.keys import Keys
from agent.store import occurrences, pauses, runs
from agent.store.tables import OccurrenceRow, RunRow
from agent.system.paths import Home
from agent.system.seal import new_key
from agent.system.settings import load_settings

from .conftest import Predawn, value_of

ANN = Actor("person", "ann", "Ann Lee", "cli", "front-desk")
CODE = """
from agent.sdk import Automation, Workbook

tick = Automation("tick", title="Tick", schedule="{schedule}", deadline="{deadline}")


@tick.process
def digest() -> Workbook:
    book = Workbook("tick.xlsx")
    book.sheet("All", ["Day"], [["today"]])
    return book
"""


@dataclass(frozen=True)
class Tick:
    """One automation in a home of its own, which began a minute ago, at about noon of its office."""

    home: Home
    zone: str
    due_at: datetime
    words: Mapping[str, str | None]

    @property
    def day(self) -> date:
        return self.due_at.astimezone(ZoneInfo(self.zone)).date()

    def settings(self, more: str) -> None:
        self.home.settings.write_text(f'[offices.main]\nzone = "{self.zone}"\n{more}')


@pytest.fixture
def tick(stored: Home, monkeypatch: pytest.MonkeyPatch) -> Tick:
    """The automation is listed in the settings; no other is in this home."""
    folder = stored.automations / "tick"
    folder.mkdir(parents=True)
    due_at = (datetime.now(UTC) - timedelta(minutes=1)).replace(second=0, microsecond=0)
    zone = f"Etc/GMT{due_at.hour - 12:+d}"  # these names count westwards
    words = {"schedule": f"{due_at.astimezone(ZoneInfo(zone)):%H:%M} mon-sun", "deadline": "23:00"}
    (folder / "automation.py").write_text(CODE.format(**words))
    monkeypatch.setattr(enrolment, "automation_folders", lambda _home: {"tick": folder})
    defaults = {"covers": "previous business day", "catch_up": "same day", "latest_start": None}
    found = Tick(stored, zone, due_at, {**words, **defaults, "if_missed": "run once"})
    found.settings('automations = ["tick"]\n')
    return found


def enrolled(tick: Tick) -> None:
    """The automation was scheduled before its start."""
    occurrences.enrol("tick", "main", "Tick", tick.words, tick.zone, tick.due_at - timedelta(hours=1))


def test_without_a_store_nothing_is_scheduled(home: Home, command: Predawn) -> None:
    result = command("calendar")
    assert (result.exit_code, "predawn agent" in result.stdout) == (0, True)
    assert value_of(command("calendar", "--json")) == []


def test_the_next_starts_are_shown_with_what_they_cover(tick: Tick, command: Predawn) -> None:
    told = command("calendar", "--next", "3")
    assert told.exit_code == 0
    assert "Tick: " in told.stdout
    (entry,) = value_of(command("calendar", "tick", "--next", "3", "--json"))
    assert (entry["scheduled"], entry["automation"], len(entry["days"])) == (True, "tick", 3)
    assert entry["days"] == sorted(entry["days"], key=lambda day: day["due_at"], reverse=True)
    first = entry["days"][-1]
    assert datetime.fromisoformat(first["due_at"]) == tick.due_at + timedelta(days=1)
    assert first["period"]["last"] < first["business_date"]
    assert (first["outcome"], first["run"]) == (None, None)


def test_what_became_of_today_stands_above_what_is_to_come(tick: Tick, command: Predawn) -> None:
    due = tick.due_at
    duty = Duty(tick.day, str(tick.words["schedule"])[:5], due, due, due)
    failure = {"code": "password_missing", "params": {"site": "claimport", "account": "robot"}}
    missed = reason("not_begun", failure=failure)
    occurrences.state("tick", "main", [(duty, Outcome.MISSED, missed)], due)
    told = command("calendar").stdout
    assert "Missed – it could not begin in time: No password is stored for claimport" in told  # noqa: RUF001
    days = value_of(command("calendar", "--json"))[0]["days"]
    assert (days[-1]["outcome"], days[-1]["reason"]["code"]) == ("missed", "not_begun")


def test_a_start_that_nobody_saw_is_shown_as_owed(tick: Tick, command: Predawn) -> None:
    enrolled(tick)
    days = value_of(command("calendar", "--json"))[0]["days"]
    assert (days[-1]["outcome"], days[-1]["reason"]["code"]) == ("owed", "nobody_there")
    assert datetime.fromisoformat(days[-1]["due_at"]) == tick.due_at
    assert "predawn agent" in command("calendar").stdout


def test_what_is_not_scheduled_says_why(tick: Tick, command: Predawn) -> None:
    tick.settings("")
    told = command("calendar")
    assert told.stdout.strip() == "tick is not scheduled: this is the demo's home"
    (entry,) = value_of(command("calendar", "--json"))
    assert (entry["scheduled"], entry["why"]["code"]) == (False, "demo_home")


def test_a_closed_day_to_come_is_named(tick: Tick, command: Predawn) -> None:
    tick.settings(f'closed = [{tick.day + timedelta(days=1)}]\nautomations = ["tick"]\n')
    days = value_of(command("calendar", "--json", "--next", "2"))[0]["days"]
    assert [day["reason"] and day["reason"]["code"] for day in days] == [None, None, "closed_day"]
    assert "the office is closed" in command("calendar").stdout


def test_an_unknown_name_is_refused(tick: Tick, command: Predawn) -> None:
    assert command("calendar", "nothing").exit_code == 2
    assert command("pause", "nothing").exit_code == 2


# ── pause ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_pause_goes_the_way_of_every_wish_and_is_shown(tick: Tick, command: Predawn) -> None:
    with Host(tick.home):
        until = tick.day + timedelta(days=3)
        result = command("pause", "tick", "--until", f"{until}")
        assert (result.exit_code, "is paused by" in result.stderr) == (0, True)
        assert pauses.known()["tick"].until == until
        told = command("calendar")
        assert told.stdout.count("paused by") == 3  # two days to come, and the sentence below
        (entry,) = value_of(command("calendar", "--json"))
        assert entry["paused"]["until"] == until.isoformat()
        assert "goes on" in command("pause", "tick", "--off").stderr
        assert "was not paused" in command("pause", "tick", "--off").stderr
        assert pauses.known() == {}


@pytest.mark.parametrize("words", [("--until", "2020-01-01"), ("--until", "2099-01-01", "--off")])
def test_a_pause_that_cannot_be_is_refused(words: tuple[str, ...], tick: Tick, command: Predawn) -> None:
    assert command("pause", "tick", *words).exit_code == 2
    assert pauses.known() == {}


# ── the host ──────────────────────────────────────────────────────────────────────────────────────────────
def until_owed_is_done(seconds: float = 60.0) -> OccurrenceRow | None:
    """Wait for the one occurrence to end; None when there is none after this time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        row = OccurrenceRow.get_or_none(OccurrenceRow.outcome.in_(("ran", "missed", "skipped")))
        if row is not None:
            return row
        time.sleep(0.1)
    return OccurrenceRow.get_or_none()


def test_a_host_that_stays_runs_what_is_owed_and_one_for_a_command_does_not(
    tick: Tick, command: Predawn
) -> None:
    """A real worker does the real automation, once; by hand it is then a run of its own."""
    enrolled(tick)
    with Host(tick.home):
        assert until_owed_is_done(1.5) is None
    with Host(tick.home, scheduled=True) as host:
        done = until_owed_is_done()
        assert done is not None
        assert (done.outcome, done.reason, host.defect) == (Outcome.RAN, None, None)
        assert (done.due_at, done.business_date) == (tick.due_at, tick.day)
    (run,) = RunRow.select()
    assert (run.id, run.state, run.actor["kind"]) == (done.run_id, "COMPLETED", "schedule")
    days = value_of(command("calendar", "--json"))[0]["days"]
    assert (days[-1]["outcome"], days[-1]["run"]) == ("ran", run.id)
    assert "Done by run" in command("calendar").stdout


def test_a_run_by_hand_adopts_what_today_owes_and_a_rehearsal_does_not(
    tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(tick)
    manifest = planning.describe(tick.home, tick.home.automations / "tick")
    monkeypatch.setattr(planning, "describe", lambda *_: manifest)
    keys, settings = Keys(new_key()), load_settings(tick.home)

    def plan(**options: bool) -> str:
        return planning.plan(tick.home, settings, keys, "tick", ANN, options=options)

    plan(rehearse=True)
    assert OccurrenceRow.select().count() == 0
    run = plan()
    row = OccurrenceRow.get()
    assert (row.outcome, row.run_id, row.due_at) == (Outcome.RUNNING, run, tick.due_at)
    assert runs.get(run).business_date == tick.day
    with pytest.raises(DutyIsOpen):
        plan()


def test_a_run_by_hand_of_what_is_not_scheduled_has_no_occurrence(
    tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = planning.describe(tick.home, tick.home.automations / "tick")
    monkeypatch.setattr(planning, "describe", lambda *_: manifest)
    planning.plan(tick.home, load_settings(tick.home), Keys(new_key()), "tick", ANN)
    assert OccurrenceRow.select().count() == 0
