"""The computer is kept awake while the queue holds a run, and not a moment longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from agent.core.states import RunState
from agent.host.keys import Keys
from agent.host.supervisor import Supervisor
from agent.store import runs
from agent.system.paths import Home
from agent.system.seal import new_key
from agent.system.settings import Office, Settings
from tests.morning import until
from tests.store.ground import SOMEBODY, opened, plan_run


def test_awake_from_the_first_task_to_the_final_state(tmp_path: Path) -> None:
    states: list[str] = []

    @contextmanager
    def awake() -> Iterator[bool]:
        states.append(runs.get(run_id).state)
        yield False  # that it cannot be had stops nothing
        states.append(runs.get(run_id).state)

    with opened(tmp_path):
        run_id = plan_run()
        runs.change_options(run_id, cancel=SOMEBODY.as_json())
        settings = Settings(MappingProxyType({"main": Office("main", "UTC")}))
        supervisor = Supervisor(Home(tmp_path), settings, Keys(new_key()), lambda _ident: None, awake)
        supervisor.start()
        try:
            until(lambda: len(states) == 2, 10)
        finally:
            supervisor.stop()
        assert supervisor.defect is None
    assert states == [RunState.PENDING, RunState.CANCELLED]
