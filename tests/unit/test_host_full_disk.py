"""A disk that fills up stops no thread of the host: it says so, and goes on when there is room again."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from agent.core.failures import DiskLow
from agent.core.states import RunState, TaskState
from agent.host import supervisor as host_supervisor
from agent.host.keys import Keys
from agent.host.supervisor import Supervisor
from agent.store import runs
from agent.store.lease import Lease
from agent.store.tables import RunRow
from agent.system.paths import Home
from agent.system.seal import Key
from agent.system.settings import Office, Settings
from tests.morning import until
from tests.store.ground import opened, plan_run

MASTER = Key(b"m" * 32)


class Crew:
    """Starts workers that finish their task at once; remembers which were ended."""

    def __init__(self) -> None:
        self.begun, self.ended = 0, 0
        self.tree = SimpleNamespace(poll=lambda: None)

    def take(self) -> "Crew":
        self.begun += 1
        return self

    def prepare(self, _browser: object) -> None:
        """Nothing to prepare."""

    def dismiss(self) -> None:
        """Nothing to dismiss."""

    def as_json(self) -> dict[str, Any]:
        return {"pid": 0, "started_at": 0.0, "mark": "none"}

    def assign(self, assignment: dict[str, Any]) -> None:
        self.lease = Lease(**assignment["lease"])

    def event(self, _timeout_seconds: float) -> dict[str, Any]:
        runs.finish_task(self.lease, b"")
        return {"event": "ended"}

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with opened(tmp_path):
        yield Home(tmp_path)


@pytest.mark.parametrize("moment", ["begin_task", "raise_fence"])
def test_the_run_goes_on_when_there_is_room_again(
    home: Home, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full when the worker is begun, and full when its end is to be noted."""
    monkeypatch.setattr(host_supervisor, "_ASK_AGAIN_SECONDS", 0.02)
    real, full = getattr(runs, moment), [3]

    def perhaps(*given: Any) -> Any:
        if full[0]:
            full[0] -= 1
            raise DiskLow(free_mb=0, wanted_mb=200)
        return real(*given)

    monkeypatch.setattr(runs, moment, perhaps)
    crew, troubles = Crew(), []
    run_id = plan_run(versions={"sites": {}})
    RunRow.update(sealed_key=Keys(MASTER).new_run_key(run_id)).execute()
    supervisor = Supervisor(
        home,
        Settings(MappingProxyType({"main": Office("main", "UTC")})),
        Keys(MASTER),
        lambda _ident: None,
        lambda: nullcontext(True),  # type: ignore[arg-type]
        crew=crew,  # type: ignore[arg-type]
        ready=lambda *_: {"browser": None, "account": None},
    )
    supervisor.start()
    try:
        until(lambda: troubles.append(supervisor.trouble) or runs.get(run_id).state == RunState.COMPLETED, 20)
    finally:
        supervisor.stop()
    assert supervisor.defect is None
    assert any(isinstance(trouble, DiskLow) for trouble in troubles)
    assert supervisor.trouble is None
    assert crew.begun == crew.ended
    assert [task.state for task in runs.tasks_of(run_id)] == [TaskState.DONE]
