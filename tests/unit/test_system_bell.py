"""The bell: heard by the host and all listeners, by nobody else, and nothing hangs when it is not."""

import contextlib
import json
import logging
import os
import queue
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.failures import AlreadyRunning, HomeReadOnly
from agent.system import bell_socket
from agent.system.bell import EVERYTHING, Bell, Subscription, listen, ring


class Ears:
    """Collects what is heard; ``next`` waits for it."""

    def __init__(self) -> None:
        self.heard: queue.Queue[str] = queue.Queue()

    def __call__(self, ident: str) -> None:
        self.heard.put(ident)

    def next(self, seconds: float = 5) -> str:
        return self.heard.get(timeout=seconds)

    def silent(self) -> bool:
        return self.heard.empty()


@pytest.fixture(params=["unix socket", "loopback"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways: a socket file, and the port with a token that Windows uses."""
    monkeypatch.setattr(bell_socket, "_LOOPBACK", request.param == "loopback")
    return str(tmp_path / "run" / "bell")


@pytest.fixture
def host(address: str) -> Iterator[tuple[Bell, Ears]]:
    bell, ears = Bell(address), Ears()
    bell.start(ears)
    yield bell, ears
    bell.stop()


def test_nobody_listening_is_false_and_no_error(address: str) -> None:
    assert ring(address, "1") is False
    Path(address).parent.mkdir(mode=0o700)
    Path(address).write_text("left behind")
    assert ring(address, "1") is False


def test_a_ring_is_heard_by_the_host_and_every_listener(host: tuple[Bell, Ears], address: str) -> None:
    first, second = Ears(), Ears()
    subscriptions = [listen(address, first), listen(address, second)]
    assert ring(address, "run 7")
    assert [host[1].next(), first.next(), second.next()] == ["run 7"] * 3
    host[0].tell("run 8")
    assert [first.next(), second.next()] == ["run 8"] * 2
    assert host[1].silent(), "the host's own word does not come back to it"
    subscriptions[0].close()
    host[0].tell("run 9")
    assert second.next() == "run 9"
    assert first.silent()
    subscriptions[1].close()


def test_idents_arrive_whole_and_in_order(host: tuple[Bell, Ears], address: str) -> None:
    listener = Ears()
    subscription = listen(address, listener)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5))
    def told(idents: list[str]) -> None:
        for ident in idents:
            assert ring(address, ident)
        assert [host[1].next() for _ in idents] == idents
        assert [listener.next() for _ in idents] == idents

    told()
    subscription.close()


def test_a_stopped_bell_leaves_no_address_and_another_may_start(address: str) -> None:
    for _ in range(2):
        bell, ears = Bell(address), Ears()
        bell.start(ears)
        assert ring(address, "x")
        assert ears.next() == "x"
        bell.stop()
        bell.stop()
        assert not Path(address).exists()
        assert ring(address, "x") is False


def test_a_bell_that_a_killed_host_left_is_replaced(address: str) -> None:
    Path(address).parent.mkdir(mode=0o700)
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(address)
    dead.close()
    bell = Bell(address)
    bell.start(Ears())
    assert ring(address, "x")
    bell.stop()


def test_a_second_bell_at_one_address_is_refused(host: tuple[Bell, Ears], address: str) -> None:
    with pytest.raises(AlreadyRunning):
        Bell(address).start(Ears())
    assert ring(address, "still heard")
    assert host[1].next() == "still heard"


def test_a_listener_finds_the_next_host_and_looks_at_everything(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.system.bell._AGAIN_SECONDS", 0.01)
    ears = Ears()
    subscription = listen(address, ears)
    for _ in range(3):
        bell = Bell(address)
        bell.start(Ears())
        assert ears.next() == EVERYTHING
        bell.tell("now")
        assert ears.next() == "now"
        bell.stop()
    subscription.close()


def test_a_listener_that_does_not_keep_up_is_cut_off_and_comes_back(
    host: tuple[Bell, Ears], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host never waits for a face; the face then looks at everything."""
    monkeypatch.setattr("agent.system.bell._AGAIN_SECONDS", 0.01)
    ears, may_go_on = Ears(), threading.Event()

    def slow(ident: str) -> None:
        may_go_on.wait(10)
        ears(ident)

    subscription = listen(address, slow)
    for _ in range(20_000):
        host[0].tell("x" * 1000)
    may_go_on.set()
    while ears.next() != EVERYTHING:
        pass
    host[0].tell("heard again")
    assert ears.next() == "heard again"
    subscription.close()


def test_a_defect_of_the_hearer_does_not_silence_the_bell(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    ears = Ears()

    def faulty(ident: str) -> None:
        ears(ident)
        raise ValueError(ident)

    bell = Bell(address)
    bell.start(faulty)
    with caplog.at_level(logging.ERROR):
        assert ring(address, "1")
        assert ring(address, "2")
        assert [ears.next(), ears.next()] == ["1", "2"]
        bell.stop()
    assert "bell_handler_failed" in caplog.text


@pytest.mark.parametrize("noise", [b"\n", b"hello\n", b"{}\n", b"[1]\n", b"\xff\xfe\n", b"x" * 200_000, b""])
def test_noise_is_hung_up_on_and_rings_nothing(host: tuple[Bell, Ears], address: str, noise: bytes) -> None:
    connection, _token = bell_socket.connect(address, 2)
    with connection, contextlib.suppress(OSError):  # it may hang up on us in the middle of our noise
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert ring(address, "heard")
    assert host[1].next() == "heard"


def test_a_line_without_end_is_cut_off(host: tuple[Bell, Ears], address: str) -> None:
    """Else one broken caller could fill the host's memory."""
    connection, _token = bell_socket.connect(address, 5)
    with connection, pytest.raises(OSError, match=r"(?i)pipe|reset"):
        connection.sendall(b"x" * 4_000_000)


def test_a_silent_caller_keeps_nobody_waiting(host: tuple[Bell, Ears], address: str) -> None:
    connection, _token = bell_socket.connect(address, 2)
    with connection:
        assert ring(address, "heard")
        assert host[1].next() == "heard"


def test_the_loopback_bell_hears_only_who_knows_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell_socket, "_LOOPBACK", True)
    address, ears = str(tmp_path / "bell"), Ears()
    bell = Bell(address)
    bell.start(ears)
    port, token = Path(address).read_text().split()
    assert stat.S_IMODE(Path(address).stat().st_mode) == 0o600
    for said, answer in (("", b""), (token[:-1] + "é", b""), (token, b'"ok"\n')):
        with socket.create_connection(("127.0.0.1", int(port)), 2) as caller:
            caller.sendall(json.dumps({"verb": "ring", "ident": "x", "token": said}).encode() + b"\n")
            assert caller.recv(100) == answer
    assert ears.next() == "x"
    assert ears.silent()
    bell.stop()


def test_socket_and_folder_are_the_owner_s_alone(tmp_path: Path) -> None:
    address = tmp_path / "run" / "bell"
    bell = Bell(str(address))
    bell.start(Ears())
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    bell.stop()


@pytest.mark.parametrize("trap", ["open to others", "another's", "a link"])
def test_a_folder_that_others_can_write_has_no_bell_and_is_not_rung_in(tmp_path: Path, trap: str) -> None:
    """/tmp/predawn-UID may have been made by somebody else: nothing is told there."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "bell"))
    listening.listen()
    if trap == "open to others":
        folder.chmod(0o755)
    elif trap == "another's":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        os.chown(folder, 12345, 12345)
    else:
        folder = tmp_path / "link"
        folder.symlink_to(tmp_path / "run")
    assert ring(str(folder / "bell"), "secret") is False
    with pytest.raises(HomeReadOnly):
        Bell(str(folder / "new")).start(Ears())
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.accept()
    listening.close()


def test_closing_a_subscription_from_its_own_handler_does_not_hang(
    host: tuple[Bell, Ears], address: str
) -> None:
    closed = threading.Event()
    holding: list[Subscription] = []

    def once(_ident: str) -> None:
        holding[0].close()
        closed.set()

    holding.append(listen(address, once))
    host[0].tell("x")
    assert closed.wait(5)


def test_a_handler_may_stop_the_bell(address: str) -> None:
    """The host stops on a command that came with a ring."""
    stopped, holding = threading.Event(), [Bell(address)]

    def last(_ident: str) -> None:
        holding[0].stop()
        stopped.set()

    holding[0].start(last)
    ring(address, "stop")
    assert stopped.wait(5)
    until = time.monotonic() + 5
    while Path(address).exists() and time.monotonic() < until:
        threading.Event().wait(0.01)
    assert ring(address, "x") is False
