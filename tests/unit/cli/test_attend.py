"""``attend`` and ``sites codes``: what only a person knows is typed here and kept nowhere."""

import queue
import threading
from collections.abc import Iterator

import pytest

from agent.host.questions import Questions
from agent.store import audit
from agent.system.one_time import Seeds
from agent.system.paths import Home
from agent.system.vault import open_vault

from .conftest import Predawn

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def questions(stored: Home) -> Iterator[Questions]:
    """A host to which a person may come."""
    desk = Questions(stored)
    desk.start()
    yield desk
    desk.stop()


def test_what_is_typed_at_the_terminal_reaches_the_worker(
    questions: Questions, stored: Home, command: Predawn
) -> None:
    answers: queue.Queue[str | None] = queue.Queue()

    def ask_when_somebody_is_there() -> None:
        while not questions._counter.attended:
            threading.Event().wait(0.01)
        questions.ask("r1", {"site": "claimport", "account": "robot", "words": "Which bird?"}, answers.put)

    asking = threading.Thread(target=ask_when_somebody_is_there)
    asking.start()
    result = command("attend", "--once", input="heron\n")
    asking.join()
    assert result.exit_code == 0, result.stderr
    assert answers.get(timeout=5) == "heron"
    assert "claimport asks robot: Which bird?" in result.stderr
    assert "heron" not in result.output
    assert not [file for file in stored.root.rglob("*") if file.is_file() and b"heron" in file.read_bytes()]


def test_without_a_host_there_is_nothing_to_attend_to(stored: Home, command: Predawn) -> None:
    result = command("attend")
    assert result.exit_code == 4
    assert "predawn agent" in result.stderr


def test_a_key_for_codes_goes_to_the_keyring_only(stored: Home, command: Predawn) -> None:
    early = command("sites", "codes", "meridian", "--from-stdin", input=f"{SEED}\n")
    assert early.exit_code == 2
    assert "sites set meridian" in early.stderr
    assert (
        command("sites", "set", "meridian", "--account", "ann", "--from-stdin", input="word\n").exit_code == 0
    )
    wrong = command("sites", "codes", "meridian", "--from-stdin", input="hunter2!\n")
    assert wrong.exit_code == 2
    assert "hunter2" not in wrong.output
    kept = command("sites", "codes", "meridian", "--from-stdin", input=f"{SEED}\n")
    assert kept.exit_code == 0, kept.stderr
    assert Seeds(open_vault(stored)).get("main", "meridian", "ann") == SEED
    assert SEED.encode() not in stored.database.read_bytes()
    assert command("sites", "codes", "meridian", "--remove").exit_code == 0
    assert Seeds(open_vault(stored)).get("main", "meridian", "ann") is None
    assert [entry.verb for entry in audit.entries()] == ["codes_removed", "codes_set", "password_set"]
