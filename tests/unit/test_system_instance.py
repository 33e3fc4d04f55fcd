"""One host per home: the lock, and who holds it."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.core.failures import AlreadyRunning, HomeReadOnly
from agent.system.instance import InstanceLock, holder

HOLD = """
import sys
from pathlib import Path
from agent.system.instance import InstanceLock
InstanceLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_refused_with_the_first_one_s_pid(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path) is None
    with InstanceLock(path) as held:
        assert holder(path) == os.getpid()
        for other in (InstanceLock(path), held):
            with pytest.raises(AlreadyRunning) as caught:
                other.acquire()
            assert caught.value.params == {"pid": os.getpid()}
    assert holder(path) is None
    with InstanceLock(path):
        assert holder(path) == os.getpid()


def test_the_lock_dies_with_its_process_however_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert holder(path) == other.pid
        with pytest.raises(AlreadyRunning) as caught:
            InstanceLock(path).acquire()
        assert caught.value.params == {"pid": other.pid}
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert path.read_text() == str(other.pid)
    assert holder(path) is None, "a dead holder's pid still stands in the file"
    with InstanceLock(path):
        assert holder(path) == os.getpid()


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    """A worker that outlives its host must not keep the next host out."""
    path = tmp_path / "lock"
    lock = InstanceLock(path)
    lock.acquire()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        lock.release()
        assert holder(path) is None
        child.communicate(b"\n")


def test_looking_who_holds_it_never_keeps_anybody_from_taking_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            holder(path)

    watchers = [threading.Thread(target=look) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(100):
            with InstanceLock(path):
                pass
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()


@pytest.mark.skipif(sys.platform == "win32", reason="made of Unix's file locks")
def test_a_look_that_takes_a_while_is_waited_out(tmp_path: Path) -> None:
    """A look holds the lock in common with other looks; it is no host."""
    path = tmp_path / "lock"
    with path.open("w") as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        over = threading.Timer(0.03, fcntl.flock, (look, fcntl.LOCK_UN))
        over.start()
        with InstanceLock(path):
            assert holder(path) == os.getpid()
        over.join()


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(HomeReadOnly):
        InstanceLock(tmp_path / "missing" / "lock").acquire()
