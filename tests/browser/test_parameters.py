"""What an office has set reaches the tasks of its runs, as it was when the run was planned."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.practice.server import Practice
from tests.morning import Morning, assert_exact

DECLARED = 'covers="previous business day",\n    parameters=[Parameter("most", 1, "At most so many.", 1, 9)],'
CHANGES = {
    "    Listing,\n": "    Listing,\n    Parameter,\n",
    'covers="previous business day",': DECLARED,
    "def claims(billing: Download)": "def claims(billing: Download, run: Run)",
    "if len(batch.records) >= 9:": 'if len(batch.records) >= run.parameters["most"]:',
}


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(9, **CHANGES)
    return stage


def test_tasks_get_the_value_that_the_run_was_planned_with(morning: Morning) -> None:
    set_to = "[offices.main.parameters.small-sync]\nmost = {}\n"
    before = morning.home.settings.read_text()
    morning.home.settings.write_text(before + set_to.format(3))
    morning.practice.faults("meridian", "cut_download", times=3)
    with morning.host() as host:
        failed = morning.finished(host, morning.run(host, "small-sync"))
        assert failed["state"] == "NEEDS_REVIEW"
        morning.home.settings.write_text(before + set_to.format(2))  # it holds from the next run on
        morning.give(host, "retry", run=failed["id"])
        run = morning.finished(host, failed["id"])
    assert_exact(morning, run, 3)
