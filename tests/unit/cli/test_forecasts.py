"""``show``: whether a run will be done in time, while it waits or works."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.deadline import FEWEST_RUNS, Verdict
from agent.core.states import RunState
from agent.store.fields import utc_now
from agent.store.tables import RunRow, TaskRow
from resources.i18n import texts
from tests.unit.cli.conftest import Predawn, Written, value_of

TODAY = utc_now().date()


@pytest.fixture
def open_run(write: Callable[[], Written]) -> str:
    """A run that waits, with past ones of about six minutes; its deadline is late tomorrow."""
    days = "mon,tue,wed,thu,fri,sat,sun"
    manifest = {"deadline": "23:00", "schedule": f"05:00 {days}", "record_types": {}}
    for number in range(FEWEST_RUNS):
        written = write().plan(day=TODAY - timedelta(days=20 - number)).download().upload(2, verified=2)
        written.end(RunState.COMPLETED)
        at = datetime.combine(TODAY - timedelta(days=20 - number), datetime.min.time(), UTC)
        TaskRow.update(started_at=at, ended_at=at + timedelta(seconds=120 + number % 3)).where(
            TaskRow.run == written.id
        ).execute()
        RunRow.update(created_at=at).where(RunRow.id == written.id).execute()
    waiting = write()
    waiting.home.settings.write_text('[offices.main]\nzone = "UTC"\n')
    run_id = waiting.plan(day=TODAY + timedelta(days=1)).id
    RunRow.update(manifest=manifest).where(RunRow.id == run_id).execute()
    return run_id


def test_an_open_run_says_between_when_and_when_it_is_done(open_run: str, command: Predawn) -> None:
    forecast = value_of(command("show", open_run, "--json"))["forecast"]
    assert forecast["verdict"] == "on_track"
    took = datetime.fromisoformat(forecast["middle_at"]) - utc_now()
    assert timedelta(minutes=5) < took < timedelta(minutes=7)
    assert "Expected done " in command("show", open_run).stdout


def test_a_run_at_rest_and_one_without_settings_have_none(open_run: str, command: Predawn) -> None:
    RunRow.update(state=RunState.FAILED).where(RunRow.id == open_run).execute()
    assert value_of(command("show", open_run, "--json"))["forecast"] is None
    assert "Expected" not in command("show", open_run).stdout


def test_broken_settings_hide_the_forecast_and_nothing_else(
    open_run: str, command: Predawn, write: Callable[[], Written]
) -> None:
    write().home.settings.write_text("[offices")
    shown = value_of(command("show", open_run, "--json"))
    assert (shown["id"], shown["forecast"]) == (open_run, None)


def test_every_verdict_has_words() -> None:
    assert texts.codes("forecasts") == {verdict.value for verdict in Verdict}
