"""Request Tracker 5 as a claims desk: a web system that nobody here wrote, with a data root of its own.

`RequestTracker()` is one desk: fresh copy of a prepared SQLite data base, own settings, own server on a free
loopback port, run as www-data. `tickets()` reads the data base file, so counts are taken outside Predawn and
outside RT's screens. `python -m tests.live.request_tracker` starts one to look at until Ctrl-C.
"""

import hashlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.live.installation import SERVER, SET_UP, install
from tests.live.tickets import Ticket, read_tickets

CACHE = Path(
    "/var/cache/predawn-live"
)  # prepared data bases and RT's compiled pages; may be deleted at any time
ROOTS = Path("/var/tmp")  # not a test's own temporary folder: www-data could not reach into that
ROOT_PREFIX = "predawn-rt-"  # then the process id and start time of the process that made it
SERVER_PID = "server.pid"
ACCOUNT = "www-data"
FIRST_ANSWER_SECONDS = 30
WORKERS = 4  # each compiles the pages for itself, so few are quicker than RT's ten
QUEUE_FILE = Path(__file__).with_name("claims_queue.pl")

SETTINGS = """\
use utf8;
Set($rtname, 'claims.example.invalid');
Set($Organization, 'claims.example.invalid');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '%(root)s/rt5.sqlite');
Set($WebDomain, '127.0.0.1');
Set($WebPort, %(port)d);
Set($WebBaseURL, 'http://127.0.0.1:%(port)d');
Set($WebPath, '');
Set($AutoLogoff, %(idle_minutes)d);
Set($Timezone, 'Europe/London');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
$RT::MasonDataDir = '%(pages)s';
$RT::MasonSessionDir = '%(root)s/sessions';
1;
"""


class DeskNotStartedError(Exception):
    """The server gave no answer in time, or RT's loader refused the set-up; the text ends with its log."""


class RequestTracker:
    """One claims desk. Use as a context manager, or call `start` and `stop`.

    `user` and `password` may create and see tickets in the queues Claims and Enquiries, nothing more;
    `clerk` is a person with the same rights, who entered the 63 tickets that are there from the start.
    `idle_minutes` ends sessions that were idle so long; 0 never does.
    """

    user = "robot"
    password = "robot-pass-2024"
    clerk = "clerk"
    clerk_password = "clerk-pass-2024"
    tickets_at_start = 63

    def __init__(self, *, idle_minutes: int = 0, port: int | None = None) -> None:
        self.idle_minutes = idle_minutes
        self.port = port if port is not None else _free_port()
        self.root = Path()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the sign-in page, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Install what is missing, prepare the data once, start the server and wait for its first page.

        Raises:
            InstallationFailedError: apt-get refused.
            DeskNotStartedError: no page within 30 seconds, or the set-up was refused.
        """
        install()
        sweep()
        prepared = _prepared()
        self.root = Path(tempfile.mkdtemp(prefix=f"{ROOT_PREFIX}{_maker()}-", dir=ROOTS))
        shutil.copyfile(prepared / "rt5.sqlite", self.root / "rt5.sqlite")
        _lay_out(self.root, self.port, prepared / "pages", self.idle_minutes)
        with (self.root / "server.log").open("wb") as log:
            self._server = subprocess.Popen(
                [SERVER, "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(WORKERS)],
                env=_environment(self.root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=ACCOUNT,
                group=ACCOUNT,
                extra_groups=[],
                cwd="/",
            )
        (self.root / SERVER_PID).write_text(str(self._server.pid))
        self._wait_for_first_page()

    def stop(self) -> None:
        """End the server and its children, and remove the data root; safe to call twice."""
        if self._server is None:
            return
        _end_tree(self._server.pid)
        self._server.wait()
        self._server = None
        shutil.rmtree(self.root)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def tickets(self, *, queue: str = "Claims", by: str | None = None) -> list[Ticket]:
        """The tickets of a queue as its data base has them, oldest first; `by` keeps one creator's."""
        rows = read_tickets(self.root / "rt5.sqlite")
        return [row for row in rows if row.queue == queue and by in (None, row.creator)]

    def expire_sessions(self) -> None:
        """Sign everybody out, as a time-out does: the next page anyone asks for is the sign-in page."""
        for session in (self.root / "sessions").iterdir():
            session.unlink(missing_ok=True)

    @contextmanager
    def stopped_answering(self) -> Iterator[None]:
        """Within the block the server takes requests and answers none; afterwards it goes on with them."""
        assert self._server is not None
        server = psutil.Process(self._server.pid)
        family = [server, *server.children(recursive=True)]
        for process in family:
            process.suspend()
        try:
            yield
        finally:
            for process in family:
                process.resume()

    def log(self) -> str:
        """What the server wrote: warnings, refused sign-ins, defects."""
        return (self.root / "server.log").read_text(errors="replace")

    def _wait_for_first_page(self) -> None:
        assert self._server is not None
        deadline = time.monotonic() + FIRST_ANSWER_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            try:
                with urllib.request.urlopen(self.url, timeout=FIRST_ANSWER_SECONDS):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)  # the port opens once RT's code is loaded; nothing tells us when
        log = self.log()[-2000:]
        self.stop()
        raise DeskNotStartedError(log)


def sweep() -> None:
    """End desks whose maker is gone (a test run killed hard), and remove their data roots."""
    for root in ROOTS.glob(f"{ROOT_PREFIX}*"):
        pid, started = root.name.removeprefix(ROOT_PREFIX).split("-")[:2]
        if _is_running(int(pid), float(started)):
            continue
        server = root / SERVER_PID
        if server.exists():
            _end_tree(int(server.read_text()), only_under=root)
        shutil.rmtree(root, ignore_errors=True)


def _prepared() -> Path:
    """The folder with the prepared data base, made once for each RT version and content of our set-up."""
    version = subprocess.run(
        ["dpkg-query", "--show", "request-tracker5"], capture_output=True, check=True
    ).stdout
    name = hashlib.sha256(version + QUEUE_FILE.read_bytes() + SETTINGS.encode()).hexdigest()[:16]
    target = CACHE / name
    if (target / "rt5.sqlite").exists():
        return target
    CACHE.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=CACHE))
    try:
        _lay_out(draft, 80, draft / "pages", idle_minutes=0)
        shutil.copy(QUEUE_FILE, draft / "claims_queue.pl")
        _set_up(draft, "init")
        _set_up(draft, "insert", "--datafile", str(draft / "claims_queue.pl"))
        target.mkdir(exist_ok=True)
        pages = target / "pages"
        pages.mkdir(exist_ok=True)
        shutil.chown(pages, ACCOUNT, ACCOUNT)
        (draft / "rt5.sqlite").replace(target / "rt5.sqlite")
    finally:
        shutil.rmtree(draft)
    return target


def _set_up(root: Path, action: str, *more: str) -> None:
    outcome = subprocess.run(
        [SET_UP, "--action", action, "--skip-create", *more],
        env=_environment(root),
        capture_output=True,
        text=True,
        check=False,
        user=ACCOUNT,
        group=ACCOUNT,
        extra_groups=[],
        cwd="/",
    )
    said = outcome.stdout + outcome.stderr
    if (
        outcome.returncode or "[error]" in said or "[critical]" in said
    ):  # the loader reports some defects with exit 0
        raise DeskNotStartedError(said[-2000:])


def _lay_out(root: Path, port: int, pages: Path, idle_minutes: int) -> None:
    for folder in ("sessions", "settings.d", "tmp"):
        (root / folder).mkdir()
    values = {"root": root, "port": port, "pages": pages, "idle_minutes": idle_minutes}
    (root / "RT_SiteConfig.pm").write_text(SETTINGS % values)
    for path in (root, *root.iterdir()):
        shutil.chown(path, ACCOUNT, ACCOUNT)


def _environment(root: Path) -> dict[str, str]:
    """RT's settings come from the root alone; its mails (written to files, never sent) go there too."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": str(root / "tmp"),
        "RT_SITE_CONFIG": str(root / "RT_SiteConfig.pm"),
        "RT_SITE_CONFIG_DIR": str(root / "settings.d"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _maker() -> str:
    me = psutil.Process()
    return f"{me.pid}-{me.create_time():.2f}"


def _is_running(pid: int, started: float) -> bool:
    return psutil.pid_exists(pid) and abs(psutil.Process(pid).create_time() - started) < 1


def _end_tree(pid: int, *, only_under: Path | None = None) -> None:
    """Kill a server and its children; with `only_under`, only if that process serves this data root."""
    try:
        server = psutil.Process(pid)
        settings = server.environ().get("RT_SITE_CONFIG", "")
    except psutil.NoSuchProcess:
        return
    if only_under is not None and not settings.startswith(str(only_under)):
        return  # the number belongs to another process by now
    server.suspend()  # so that it forks no new child while its children end
    family = [server, *server.children(recursive=True)]
    for process in family:
        process.kill()
    while any(_is_alive(process) for process in family):
        time.sleep(0.01)  # a killed process can't refuse; its children become init's to reap


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _serve() -> None:
    with RequestTracker(port=int(sys.argv[1]) if len(sys.argv) > 1 else None) as desk:
        print(f"{desk.url}/  {desk.user} / {desk.password}  (Ctrl-C ends it)", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    _serve()
