"""What only a person knows: asked where somebody attends, answered once, and written nowhere."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.core.failures import HostAbsent
from agent.host.questions import Asker, Attending, Question, Questions, attend
from agent.system import counter
from agent.system.bell_socket import connect
from agent.system.paths import Home

TOLD = {"site": "claimport", "account": "robot", "words": "Which bird?"}
SECONDS = 5.0


class Face:
    """A face with somebody at it, who sees questions and what becomes of them."""

    def __init__(self, home: Home) -> None:
        self.asked: queue.Queue[Question] = queue.Queue()
        self.over: queue.Queue[str] = queue.Queue()
        self.gone = threading.Event()
        self.attending: Attending = attend(home, self.asked.put, self.over.put, self.gone.set)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "home")
    found.prepare()
    return found


@pytest.fixture
def questions(home: Home) -> Iterator[Questions]:
    desk = Questions(home)
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def face(home: Home, questions: Questions) -> Iterator[Face]:
    found = Face(home)
    wait_for(questions)
    yield found
    found.attending.close()


def wait_for(questions: Questions) -> None:
    """Until the counter knows that somebody is there."""
    for _ in range(500):
        if questions._counter.attended:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody came")


def test_where_nobody_attends_the_worker_is_told_at_once(questions: Questions) -> None:
    answers: list[str | None] = []
    questions.ask("r1", TOLD, answers.append)
    assert answers == [None]


def test_what_a_person_types_reaches_the_worker_and_every_face_hears_that_it_is_over(
    home: Home, questions: Questions, face: Face
) -> None:
    other = Face(home)
    answers: queue.Queue[str | None] = queue.Queue()
    questions.ask("r1", TOLD, answers.put)
    asked = face.asked.get(timeout=SECONDS)
    assert (asked.run, asked.site, asked.account, asked.words) == ("r1", "claimport", "robot", "Which bird?")
    assert other.asked.get(timeout=SECONDS) == asked
    face.attending.answer(asked.id, "heron-4711")
    assert answers.get(timeout=SECONDS) == "heron-4711"
    assert [one.over.get(timeout=SECONDS) for one in (face, other)] == [asked.id, asked.id]
    other.attending.answer(asked.id, "too late")
    other.attending.close()
    assert answers.empty()
    assert not [file for file in home.root.rglob("*") if file.is_file() and b"heron" in file.read_bytes()]


def test_who_comes_while_a_question_is_open_sees_it(home: Home, questions: Questions, face: Face) -> None:
    questions.ask("r1", TOLD, lambda _typed: None)
    late = Face(home)
    assert late.asked.get(timeout=SECONDS).words == "Which bird?"
    late.attending.close()


def test_a_question_that_nobody_waits_for_takes_no_answer(questions: Questions, face: Face) -> None:
    answers: list[str | None] = []
    questions.ask("r1", TOLD, answers.append)
    ident = face.asked.get(timeout=SECONDS).id
    questions.withdraw()
    assert face.over.get(timeout=SECONDS) == ident
    assert not questions._answered(ident, "too late")
    assert answers == []


def test_a_window_that_closes_is_nobody(questions: Questions, face: Face) -> None:
    face.attending.close()
    for _ in range(500):
        if not questions._counter.attended:
            break
        threading.Event().wait(0.01)
    answers: list[str | None] = []
    questions.ask("r1", TOLD, answers.append)
    assert answers == [None]


def test_a_face_hears_that_the_host_ends(questions: Questions, face: Face) -> None:
    questions.stop()
    assert face.gone.wait(SECONDS)


def test_without_a_host_nobody_can_attend(home: Home) -> None:
    with pytest.raises(HostAbsent):
        attend(home, lambda _question: None)


@pytest.mark.parametrize("said", [b"", b"hello\n", b'{"attend": "another"}\n', b"x" * 20_000])
def test_who_does_not_know_the_token_or_talks_nonsense_is_not_let_in(
    home: Home, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "_ANSWER_SECONDS", 0.2)
    desk = Questions(home)
    desk.start()
    desk._counter._token = b"the token"
    connection, _token = connect(home.counter, 1)
    with connection:
        connection.sendall(said)
        connection.settimeout(SECONDS)
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        assert not desk._counter.attended
    desk.stop()


def test_only_the_owner_can_come_to_the_counter(home: Home, questions: Questions) -> None:
    path = Path(home.counter)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert hasattr(socket, "AF_UNIX")


def test_a_run_goes_before_a_visit(questions: Questions, face: Face) -> None:
    """A visit's question gives way to a run's, and none is put over a run's; each worker gets its answer."""
    of_visit: queue.Queue[str | None] = queue.Queue()
    of_run: queue.Queue[str | None] = queue.Queue()
    questions.ask("", TOLD, of_visit.put, Asker.VISIT)
    first = face.asked.get(timeout=SECONDS)
    assert first.run == ""
    questions.ask("run-1", TOLD, of_run.put)
    assert of_visit.get(timeout=SECONDS) is None
    assert face.over.get(timeout=SECONDS) == first.id
    second = face.asked.get(timeout=SECONDS)
    questions.ask("", TOLD, of_visit.put, Asker.VISIT)
    assert of_visit.get(timeout=SECONDS) is None
    questions.withdraw(Asker.VISIT)  # its worker is gone: that ends no run's question
    face.attending.answer(second.id, "heron")
    assert of_run.get(timeout=SECONDS) == "heron"
