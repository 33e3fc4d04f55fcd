"""The stages of the test command: results, budgets, and ending a whole tree."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer import environment, process_tree, stages
from installer.progress import InstallError
from installer.stages import Outcome, Stage

PASSES = (sys.executable, "-c", "")
FAILS = (sys.executable, "-c", "raise SystemExit(3)")
# A parent that hands its child a session of its own, as browsers do, and then waits for ever.
FAMILY = """
import pathlib, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
if sys.argv[2] == "wait":
    signal.pause()
"""


@pytest.fixture(autouse=True)
def no_sweeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the sweep would also end the servers of other tests in this process."""
    monkeypatch.setattr(process_tree, "sweep", list)


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended but was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stage(*commands: tuple[str, ...], budget_minutes: float = 1.0) -> Stage:
    return Stage("some", "some stage", budget_minutes, commands)


def test_a_stage_passes_when_all_its_commands_do(tmp_path: Path) -> None:
    outcome = stages.run_stage(stage(PASSES, PASSES), tmp_path)
    assert (outcome.passed, outcome.result) == (True, "passed")


def test_a_failed_command_fails_the_stage_and_the_next_one_still_runs(tmp_path: Path) -> None:
    writes = (sys.executable, "-c", "open('ran', 'w').close()")
    outcome = stages.run_stage(stage(FAILS, writes), tmp_path)
    assert not outcome.passed
    assert "ended with 3" in outcome.result
    assert (tmp_path / "ran").exists()


def test_a_failed_tool_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "script", lambda root, name: Path(sys.executable))
    outcome = stages.run_stage(stage(("python", "-m", "no_such_tool", "--check")), tmp_path)
    assert outcome.result == "FAILED: no_such_tool --check ended with 1"


def test_a_tool_that_is_not_there_fails_the_stage(tmp_path: Path) -> None:
    outcome = stages.run_stage(stage(("no-such-tool",), PASSES), tmp_path)
    assert outcome.result == "FAILED: no-such-tool could not be started (No such file or directory)"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_stage_past_twice_its_budget_is_ended_with_all_it_started(tmp_path: Path) -> None:
    family = (sys.executable, "-c", FAMILY, str(tmp_path / "child"), "wait")
    outcome = stages.run_stage(stage(family, PASSES, budget_minutes=1 / 60), tmp_path)
    assert not outcome.passed
    assert "ended past twice its budget" in outcome.result
    assert "no time left" in outcome.result
    assert not alive(int((tmp_path / "child").read_text()))


def test_a_stage_over_its_budget_passes_and_says_so() -> None:
    outcome = stages._judge("s", time.monotonic() - 90, 1, "")
    assert (outcome.passed, outcome.result) == (True, "passed, over budget")


def test_a_stage_that_ended_by_itself_past_twice_its_budget_fails_too() -> None:
    outcome = stages._judge("s", time.monotonic() - 130, 1, "")
    assert (outcome.passed, outcome.result) == (False, "FAILED: past twice its budget")


@pytest.mark.skipif(sys.platform != "linux", reason="adopting orphans is Linux's")
def test_what_a_stage_leaves_running_is_ended_and_named(tmp_path: Path) -> None:
    """In a process of its own, because adopting orphans is for the whole process."""
    code = (
        "import pathlib, sys; from installer import environment, process_tree, stages\n"
        "process_tree.adopt_orphans()\n"
        "family = (sys.executable, '-c', sys.argv[2], sys.argv[1], 'leave')\n"
        "stages.run_stage(stages.Stage('s', 's', 1, (family,)), pathlib.Path('.'))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "child"), FAMILY]
    root = Path(stages.__file__).parents[1]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert "Left running by this stage, and ended now: python" in answer.stdout
    assert not alive(int((tmp_path / "child").read_text()))


def test_descendants_are_found_by_parentage() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in [pid for pid, _ in process_tree.descendants(os.getpid())]
    finally:
        process_tree.end(child)
    assert child.stdin
    child.stdin.close()
    assert child.returncode is not None


@pytest.fixture
def short_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = Stage("good", "good", 1, (PASSES,)), Stage("bad", "bad", 1, (FAILS,))
    monkeypatch.setattr(stages, "STAGES", (bad, good))


@pytest.mark.usefixtures("short_stages")
def test_every_stage_runs_though_one_failed_and_the_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stages.run(tmp_path, ("good", "bad"), lambda deadline: None) == 1
    closing = capsys.readouterr().out.split("result\n")[1].splitlines()
    assert [line.split()[0] for line in closing] == ["install", "bad", "good"]
    assert closing[1].split(maxsplit=3)[3].startswith("FAILED: ")
    assert closing[2].split()[3] == "passed"


@pytest.mark.usefixtures("short_stages")
def test_only_the_named_stage_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stages.run(tmp_path, ("good",), lambda deadline: None) == 0
    assert "bad" not in capsys.readouterr().out


@pytest.mark.usefixtures("short_stages")
def test_without_an_installation_no_stage_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def no_network(deadline: float) -> None:
        raise InstallError("no network.", "plug it in.")

    assert stages.run(tmp_path, ("good", "bad"), no_network) == 4
    said = capsys.readouterr()
    assert said.out.count("not run") == 2
    assert "What to do: plug it in." in said.err


def test_the_table_lines_up() -> None:
    lines = stages.table([Outcome("unit and store", 1.26, 3, True, "passed")]).splitlines()
    assert lines == ["stage            minutes  budget  result", "unit and store       1.3       3  passed"]


def test_the_budgets_are_those_agreed() -> None:
    """Changing a budget is a decision, so it shows up here too."""
    assert stages.INSTALL_BUDGET_MINUTES == 7
    assert {stage.name: stage.budget_minutes for stage in stages.STAGES} == {
        "lint": 2,
        "unit": 3,
        "browser": 5,
        "chaos": 3,
        "desktop": 2,
        "live": 4,
        "panel": 3,
    }
