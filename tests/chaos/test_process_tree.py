"""No process of a worker's tree survives, however it was orphaned, halted or hidden; no stranger is touched.

What lives is counted outside the product: by a token in the command line, read with psutil.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agent.system.browsers import find_browser
from agent.system.processes import (
    MARK,
    ProcessIdentity,
    Tree,
    alive,
    become_reaper,
    end_leftovers,
)
from tests.chaos.parts import kill

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="made of Linux's processes")

SLEEPER = "import signal; signal.pause()"

# Two plain children; an orphan in a session of its own, from a parent that is gone, without environment if
# the worker is a reaper (else nothing could tell it from a stranger); an orphan with a child that has none
# either. With the worker itself that makes six.
BRANCHING = f"""
import os, subprocess, sys
token, bare = sys.argv[1], str(sys.argv[2] == "reaper")
def sleeper(**options):
    return subprocess.Popen([sys.executable, "-c", {SLEEPER!r}, token], **options)
sleeper(); sleeper(start_new_session=True)
fork = (
    "import os, subprocess, sys\\n"
    "subprocess.Popen([sys.executable, '-c', {SLEEPER!r}, sys.argv[1]], start_new_session=True,"
    "env={{}} if sys.argv[2] == 'True' else None)\\n"
    "os._exit(0)"
)
subprocess.run([sys.executable, "-c", fork, token, bare], check=True)
family = (
    "import os, subprocess, sys, signal\\n"
    "if os.fork(): os._exit(0)\\n"
    "os.setsid()\\n"
    "subprocess.Popen([sys.executable, '-c', {SLEEPER!r}, sys.argv[1]], env={{}})\\n"
    "signal.pause()"
)
subprocess.run([sys.executable, "-c", family, token], check=True)
"""
WORKER = (
    """
import signal, sys
from agent.system.processes import become_reaper, end_own_tree
if sys.argv[2] == "reaper":
    become_reaper()
"""
    + BRANCHING
    + """
print("ready", flush=True)
sys.stdin.read()
if sys.argv[3] == "heeds":
    end_own_tree()
else:
    signal.pause()
"""
)
BRANCHES = 6

BROWSING = """
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
from agent.system.processes import become_reaper, end_own_tree
become_reaper()
profile, browser = sys.argv[1:3]
with sync_playwright() as playwright:
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=browser, headless=True,
        args=["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
    )
    context.pages[0].set_content("<h1>here</h1>")
    context.new_page().set_content("<h1>and here</h1>")
    print("ready", flush=True)
    if sys.argv[3] == "leaves":
        import os
        os._exit(3)
    sys.stdin.read()
    end_own_tree()
    import os
    os._exit(0)
"""

HOST = """
import json, os, sys
from pathlib import Path
from agent.system.processes import Tree, become_reaper
become_reaper()
mark, argv = sys.argv[1], sys.argv[2:]
tree = Tree.start(argv, cwd=Path.cwd(), env=os.environ, mark=mark)
assert tree.stdout.readline() == "ready\\n"
print(json.dumps([tree.identity.pid, tree.identity.started_at]), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _reaper() -> Iterator[None]:
    """This process adopts orphans for the test, as the host does, and afterwards no more."""
    become_reaper()
    yield
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)


@pytest.fixture
def token() -> Iterator[str]:
    """A word that only this test's processes have in their command line; all that lived is ended after it."""
    word = f"tree-{uuid.uuid4().hex}"
    yield word
    kill(bearing(word))


def bearing(token: str) -> list[psutil.Process]:
    """All living processes (no zombies) whose command line holds the token."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        told = " ".join(process.info["cmdline"] or ())
        if token in told and process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
            found.append(process)
    return found


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Look every 20 ms whether the condition has come true."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        pause.wait(0.02)
    return condition()


def orphans_of_ours(before: set[int]) -> set[int]:
    """Children of this process, zombies too, that were not there before."""
    return {child.pid for child in psutil.Process().children()} - before


Starter = Callable[[list[str]], Tree]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Starts a worker and waits for its word; closes its pipes after the test."""
    trees: list[Tree] = []

    def begin(argv: list[str]) -> Tree:
        trees.append(Tree.start(argv, cwd=Path.cwd(), env=os.environ, mark=uuid.uuid4().hex))
        assert trees[-1].stdout.readline() == "ready\n"
        return trees[-1]

    yield begin
    for tree in trees:
        tree.end()
        tree.close()


def whole(token: str, count: int = 0) -> bool:
    """Whether a branching tree has all its processes."""
    return until(lambda: len(bearing(token)) == (count or BRANCHES))


def branching(token: str, reaper: str = "reaper", at_end: str = "stays") -> list[str]:
    return [sys.executable, "-c", WORKER, token, reaper, at_end]


def test_killing_the_worker_alone_leaves_most_of_its_tree(token: str, start: Starter) -> None:
    """The negative control: what we count is really there, and does not end by itself."""
    tree = start(branching(token))
    assert whole(token)
    os.kill(tree.pid, signal.SIGKILL)
    tree.wait(5)
    assert len(bearing(token)) == BRANCHES - 1
    tree.end()


@pytest.mark.parametrize("reaper", ["reaper", "no reaper"])
@pytest.mark.parametrize("before", ["healthy", "worker halted", "worker killed", "children halted"])
def test_nothing_of_a_tree_survives_its_end(token: str, start: Starter, reaper: str, before: str) -> None:
    """Orphans in sessions of their own, without mark and environment, end with the tree and are reaped."""
    children = {child.pid for child in psutil.Process().children()}
    tree = start(branching(token, reaper))
    assert whole(token)
    tree.observe()
    if before == "worker halted":
        os.kill(tree.pid, signal.SIGSTOP)
    if before == "worker killed":
        os.kill(tree.pid, signal.SIGKILL)
        tree.wait(5)
    if before == "children halted":
        for process in bearing(token):
            if process.pid != tree.pid:
                process.suspend()
    ended = tree.end()
    assert [process.cmdline() for process in bearing(token)] == []
    assert ended.left == ()
    assert ended.killed == BRANCHES - (before == "worker killed")
    assert ended.seconds < 5
    assert orphans_of_ours(children) == set(), "not reaped"
    assert tree.end().killed == 0


def test_a_tree_is_found_by_its_mark_when_nothing_was_observed(token: str, start: Starter) -> None:
    """Worker and all parents dead before the first look: mark, and its bearers' children, still tell."""
    tree = start(branching(token, "no reaper"))
    assert whole(token)
    os.kill(tree.pid, signal.SIGKILL)
    tree.wait(5)
    bare = [process for process in bearing(token) if not process.environ().get(MARK)]
    assert len(bare) == 1
    assert tree.end().killed == BRANCHES - 1
    assert bearing(token) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc takes the first thread's state for all")
def test_a_process_whose_first_thread_has_ended_still_lives(tmp_path: Path, start: Starter) -> None:
    """It looks like a zombie to who asks for its state; a killed browser passes through this for a while."""
    child = (
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    worker = (
        "import subprocess, sys, signal\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "open(sys.argv[1], 'w').write(str(child.pid))\n"
        "print('ready', flush=True); signal.pause()"
    )
    told = tmp_path / "pid"
    children = {child.pid for child in psutil.Process().children()}
    tree = start([sys.executable, "-c", worker, str(told)])
    pid = int(told.read_text())
    assert until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert tree.end().killed == 2
    assert not psutil.pid_exists(pid)
    assert orphans_of_ours(children) == set(), "not reaped"


def test_a_session_tells_of_orphans_that_hide_their_environment(token: str, start: Starter) -> None:
    """No parent, no mark, never seen before; but who stayed in the worker's session is the worker's."""
    fork = f"import os; os._exit(0) if os.fork() else None; {SLEEPER}"
    worker = (
        "import subprocess, sys, signal\n"
        f"subprocess.run([sys.executable, '-c', {fork!r}, sys.argv[1]], env={{}})\n"
        "print('ready', flush=True); signal.pause()"
    )
    tree = start([sys.executable, "-c", worker, token])
    assert whole(token, 2)
    os.kill(tree.pid, signal.SIGKILL)
    tree.wait(5)
    assert tree.end().killed == 1
    assert bearing(token) == []


@pytest.mark.parametrize("who", ["worker", "child"])
def test_a_tree_that_keeps_growing_is_ended(token: str, start: Starter, who: str) -> None:
    """Halted before it is killed, nobody starts another one meanwhile."""
    breed = (
        "import subprocess, sys, time\n"
        "for _ in range(500):\n"
        f"    subprocess.Popen([sys.executable, '-SIc', {SLEEPER!r}, sys.argv[1]], env={{}},\n"
        "                     start_new_session=True)\n"
        "    time.sleep(0.005)\n"
        "time.sleep(60)"
    )
    child = f"subprocess.Popen([sys.executable, '-c', {breed!r}, sys.argv[1]])\nsys.stdin.read()"
    after = breed if who == "worker" else child
    worker = f"import subprocess, sys\nprint('ready', flush=True)\n{after}"
    tree = start([sys.executable, "-c", worker, token])
    assert until(lambda: len(bearing(token)) > 5)
    ended = tree.end()
    assert ended.killed > 5
    assert ended.seconds < 2
    assert bearing(token) == []


def test_a_worker_ends_its_tree_and_itself_when_its_pipe_closes(token: str, start: Starter) -> None:
    """The grace closes the pipe; a worker that heeds it leaves nothing for the host to kill."""
    tree = start(branching(token, at_end="heeds"))
    assert whole(token)
    ended = tree.end(grace_seconds=10)
    assert ended.killed == 0
    assert bearing(token) == []
    assert tree.poll() == 0


def test_a_worker_that_does_not_heed_its_pipe_is_ended_after_the_grace(token: str, start: Starter) -> None:
    tree = start(branching(token))
    assert whole(token)
    ended = tree.end(grace_seconds=0.3)
    assert ended.killed == BRANCHES
    assert 0.3 <= ended.seconds < 5
    assert bearing(token) == []


def test_what_a_worker_said_last_can_be_read_after_its_end(token: str, start: Starter) -> None:
    tree = start([sys.executable, "-c", "print('ready'); print('last', flush=True); " + SLEEPER, token])
    assert until(lambda: psutil.Process(tree.pid).status() == psutil.STATUS_SLEEPING)
    tree.end()
    assert tree.stdout.read() == "last\n"


def test_a_stray_that_holds_the_output_open_does_not_hang_the_host(token: str, start: Starter) -> None:
    """It shed parent, session, mark and was never seen: it cannot be told from a stranger, only outwaited."""
    stray = f"import os; os._exit(0) if os.fork() else os.setsid(); {SLEEPER}"
    worker = (
        "import subprocess, sys, signal\n"
        f"subprocess.run([sys.executable, '-c', {stray!r}, sys.argv[1]], env={{}})\n"
        "print('ready', flush=True); signal.pause()"
    )
    tree = start([sys.executable, "-c", worker, token])
    assert whole(token, 2)
    reader = threading.Thread(target=tree.stdout.read, daemon=True)
    reader.start()
    assert tree.end().killed == 1
    began = time.monotonic()
    tree.close()
    assert time.monotonic() - began < 5
    assert [process.environ() for process in bearing(token)] == [{}]
    bearing(token)[0].kill()
    reader.join(5)
    assert not reader.is_alive()


def test_strangers_live_on(token: str, start: Starter) -> None:
    """Neither another tree, nor a plain child, nor a program that the host opened for its user is touched."""
    other = start(branching(token))
    plain = subprocess.Popen([sys.executable, "-c", SLEEPER, token])
    opened = subprocess.Popen([sys.executable, "-c", SLEEPER, token], start_new_session=True)
    tree = start(branching(token))
    assert whole(token, 2 * BRANCHES + 2)
    assert tree.end().killed == BRANCHES
    assert end_leftovers([], ["no such mark"]) == 0
    assert len(bearing(token)) == BRANCHES + 2
    assert other.poll() is None
    assert other.end().killed == BRANCHES
    assert plain.poll() is None
    assert opened.poll() is None
    for process in (plain, opened):
        process.kill()
        process.wait()


def test_a_pid_that_is_used_again_is_not_ended(token: str) -> None:
    """An identity is pid and start: another start names nobody."""
    child = subprocess.Popen([sys.executable, "-c", SLEEPER, token], start_new_session=True)
    started_at = psutil.Process(child.pid).create_time()
    assert alive(ProcessIdentity(child.pid, started_at))
    earlier = ProcessIdentity(child.pid, started_at - 3600)
    assert not alive(earlier)
    assert end_leftovers([earlier], []) == 0
    assert child.poll() is None
    assert end_leftovers([ProcessIdentity(child.pid, started_at)], []) == 1
    assert child.wait(5) == -signal.SIGKILL


def test_a_terminal_is_not_ended_for_what_was_started_in_it(token: str) -> None:
    """A session whose leader lives outside the tree is somebody's terminal, not ours."""
    shell = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys, signal\n"
         f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}, sys.argv[1]])\n"
         f"print(child.pid, flush=True); signal.pause()", token],
        start_new_session=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert shell.stdout is not None
    inside = int(shell.stdout.readline())
    assert end_leftovers([ProcessIdentity(inside, psutil.Process(inside).create_time())], []) == 1
    assert shell.poll() is None
    shell.kill()
    shell.wait()
    shell.stdout.close()


def killed_host(argv: list[str], halt: Callable[[int], None]) -> tuple[ProcessIdentity, str]:
    """Start a host with one worker, halt what ``halt`` halts, then kill the host alone."""
    mark = uuid.uuid4().hex
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, mark, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    assert host.stdin is not None
    identity = ProcessIdentity(*json.loads(host.stdout.readline()))
    halt(identity.pid)
    host.kill()
    host.wait()
    host.stdout.close()
    host.stdin.close()
    return identity, mark


def halt_worker(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("known_by", ["identity", "mark", "both"])
def test_the_next_host_ends_what_a_killed_host_left(token: str, known_by: str) -> None:
    """A halted worker of a dead host is found by its pid and start, or by the mark, with all below it."""
    identity, mark = killed_host(branching(token), halt_worker)
    assert whole(token)
    assert alive(identity)
    identities = [identity] if known_by != "mark" else []
    marks = [mark] if known_by != "identity" else []
    assert end_leftovers(identities, marks) == BRANCHES
    assert bearing(token) == []
    assert not alive(identity)
    assert end_leftovers([identity], [mark]) == 0


def test_a_dead_host_s_worker_ends_itself(token: str) -> None:
    """Its pipe closes with the host: no second host is needed for a healthy worker."""
    killed_host(branching(token, at_end="heeds"), lambda _pid: None)
    assert until(lambda: bearing(token) == [])


# ── a real browser ───────────────────────────────────────────────────────────────────────────────────
def browsing(tmp_path: Path, token: str, then: str = "stays") -> list[str]:
    return [sys.executable, "-c", BROWSING, str(tmp_path / token), str(find_browser().path), then]


def below(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def driver(processes: list[psutil.Process]) -> psutil.Process:
    return next(process for process in processes if "run-driver" in process.cmdline())


def browser(processes: list[psutil.Process]) -> psutil.Process:
    return next(
        process
        for process in processes
        if any("--user-data-dir" in word for word in process.cmdline())
        and not any(word.startswith("--type=") for word in process.cmdline())
    )


def disturb(how: str, worker: int) -> list[psutil.Process]:
    """Do to a browsing worker's tree what the case says; return all its processes as they were before."""
    processes = below(worker)
    whole_tree = [psutil.Process(worker), *processes]
    halted = {
        "driver": [driver(processes)],
        "browser": [browser(processes)],
        "all": processes,
        "children": [process for process in processes if process != browser(processes)],
    }
    for what in how.split(", "):
        name, _, fate = what.partition(" ")
        for process in halted.get(name, []) if fate == "halted" else []:
            process.suspend()
        if what == "browser killed":
            browser(processes).kill()
        if what == "worker killed":
            os.kill(worker, signal.SIGKILL)
    return whole_tree


def survivors(processes: list[psutil.Process]) -> list[str]:
    """Those that still run, and are still the same (psutil compares the start)."""
    return [
        " ".join(process.cmdline())
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


CASES = [
    "healthy",
    "driver halted",
    "browser halted",
    "worker killed",
    "driver halted, worker killed",
    "children halted, browser killed, worker killed",
]


@pytest.mark.parametrize("how", CASES)
def test_no_process_of_a_real_browser_survives(tmp_path: Path, token: str, start: Starter, how: str) -> None:
    """Driver, browser, zygotes, renderers: none is left, and none is left as a zombie of ours."""
    children = {child.pid for child in psutil.Process().children()}
    tree = start(browsing(tmp_path, token))
    tree.observe()
    processes = disturb(how, tree.pid)
    assert len(processes) >= 8
    ended = tree.end()
    assert survivors(processes) == []
    assert bearing(token) == []
    assert ended.left == ()
    assert ended.seconds < 5
    assert orphans_of_ours(children) == set(), "not reaped"


def test_a_browser_that_its_worker_left_behind_is_ended(tmp_path: Path, token: str, start: Starter) -> None:
    """A worker that exits by itself, without closing anything, leaves work for end()."""
    tree = start(browsing(tmp_path, token, "leaves"))
    assert tree.wait(20) == 3
    tree.end()
    assert bearing(token) == []


@pytest.mark.parametrize("how", ["all halted", CASES[-1]])
def test_the_next_host_ends_a_dead_host_s_browser(tmp_path: Path, token: str, how: str) -> None:
    """Leftovers of a killed host, found by identity and mark: none survives."""
    seen: list[psutil.Process] = []
    argv = browsing(tmp_path, token)

    def halt(worker: int) -> None:
        os.kill(worker, signal.SIGSTOP)  # else it would end its own tree, as it should
        seen.extend(disturb(how, worker))

    identity, mark = killed_host(argv, halt)
    end_leftovers([identity], [mark])
    assert survivors(seen) == []
    assert bearing(token) == []
