"""What the panel stands: many workstations that tell something every second, browsers that watch, kill -9.

    python -m tests.bench.panel_load [--stations 200] [--minutes 10] [--kills 3]

The server is ``predawn panel`` in a process of its own. A workstation sends the next batch only when the one
before was taken, and sends again what was not answered, as the agent does. Prints one JSON value: what was
sent, lost and doubled; how long a batch took from sending to its answer (tries that broke off are counted by
themselves); how long it took until a browser that listens, and then asks for what has changed, had it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from agent.sync import wire
from agent.sync.panel import pause_after
from tests.panel.serving import agenda, line, run
from ui.panel.server.models.base import Role
from ui.panel.server.tables import people, workstations
from ui.panel.server.tables.database import close_store, open_store, write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import LineRow, RunRow, StreamRow

_BROWSERS = 5
_EVERY_SECONDS = 1.0
_PAUSE_SECONDS = 0.5
_DOWN_SECONDS = 1.0


# ── a small client: less work than the server it measures ─────────────────────────────────────────────────
class Line:
    """One connection that stays open; whatever breaks it is an OSError."""

    def __init__(self, port: int, headers: str) -> None:
        self._port, self._headers = port, headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{self._headers}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            lengths = [part for part in answer.lower().split(b"\r\n") if part.startswith(b"content-length:")]
            return int(answer.split()[1]), await reader.readexactly(int(lengths[0].split(b":")[1]))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise OSError(str(error)) from error

    async def listen(self, path: str) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._streams = reader, writer
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self._headers}\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        return reader

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Measured:
    """What was seen while it ran."""

    taken: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    broken: int = 0
    processor: float = 0.0  # seconds of the last server, from when it began to serve
    before_last: int = 0  # batches that earlier servers took
    batches_of_last: int = 0
    lines: dict[int, int] = field(default_factory=dict)
    sent_at: dict[tuple[int, int], float] = field(default_factory=dict)


# ── workstations and browsers ─────────────────────────────────────────────────────────────────────────────
async def station(number: int, token: str, port: int, until: float, measured: Measured) -> None:
    """Tell one line and how its run stands, every second, each once."""
    line_ = Line(port, f"Authorization: Bearer {token}\r\n")
    about, seq = wire.About(f"desk-{number}", "0.1.0"), 0
    await asyncio.sleep(random.random() * _EVERY_SECONDS)
    while time.monotonic() < until:
        began = time.monotonic()
        done = seq // 2 + 1
        stands = run(
            "20261118-load",
            seq=seq + 2,
            records={"total": 10_000, "verified": done, "planned": 10_000 - done},
            tasks=(wire.TaskTold("ClaimPort", "upload", "claimport", "running", 1),),
        )
        happened = line("entering", seq=seq + 1, kind="step", run="20261118-load", params={"number": done})
        told = agenda() if seq == 0 else None
        batch = wire.Batch(wire.VERSION, "home/1", seq, seq + 2, about, (happened,), (stands,), agenda=told)
        await _send(line_, wire.write(batch), measured, (number, done))
        seq += 2
        measured.lines[number] = seq // 2
        await asyncio.sleep(max(0.0, began + _EVERY_SECONDS - time.monotonic()))
    line_.close()


async def _send(line_: Line, body: bytes, measured: Measured, what: tuple[int, int]) -> None:
    """Send a batch until it is answered."""
    measured.sent_at[what] = time.monotonic()
    while True:
        began = time.monotonic()
        try:
            status, answer = await line_.ask("POST", "/wire/batch", body)
        except OSError:
            measured.broken += 1
            await asyncio.sleep(pause_after(1))
            measured.sent_at[what] = time.monotonic()
            continue
        assert status == 200, answer
        measured.taken.append(time.monotonic() - began)
        return


async def browser(token: str, port: int, until: float, measured: Measured, *, measures: bool) -> None:
    """Listen, and ask for what has changed whenever a bell rings, as the page does."""
    revision, last = 0, {}
    cookie = f"Cookie: predawn_session={token}\r\n"
    while time.monotonic() < until:
        ears, eyes = Line(port, cookie), Line(port, cookie)
        try:
            reader = await ears.listen("/api/events")
            while time.monotonic() < until:
                text = await asyncio.wait_for(reader.readline(), 5)
                if not text:
                    break
                if not text.startswith(b"data:"):
                    continue
                _status, answer = await eyes.ask("GET", f"/api/dashboard?since={revision}")
                now, told = time.monotonic(), json.loads(answer)
                revision = told["revision"]
                for cell in told["cells"] if measures else ():
                    if cell["progress"] is None:
                        continue  # nothing of its run has been told yet
                    what = (cell["workstation"], cell["progress"]["done"])
                    if last.get(what[0], 0) < what[1] and what in measured.sent_at:
                        last[what[0]] = what[1]
                        measured.seen.append(now - measured.sent_at[what])
        except (OSError, TimeoutError):
            await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            ears.close()
            eyes.close()


# ── the server, and its end ───────────────────────────────────────────────────────────────────────────────
def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "agent.cli.main", "panel", "--port", str(port)]
    server = subprocess.Popen([*command, "--folder", str(folder)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline()  # it tells its address once it serves
    return server


def used(server: subprocess.Popen[bytes]) -> float:
    """Return the seconds of processor that a server has used."""
    return sum(psutil.Process(server.pid).cpu_times()[:2])


async def kill_now_and_then(
    servers: list[subprocess.Popen[bytes]],
    folder: Path,
    port: int,
    seconds: float,
    kills: int,
    measured: Measured,
) -> None:
    for _ in range(kills):
        await asyncio.sleep(seconds / (kills + 1))
        servers[-1].send_signal(signal.SIGKILL)
        servers[-1].wait()
        await asyncio.sleep(_DOWN_SECONDS)
        servers.append(await asyncio.to_thread(start, folder, port))
        measured.before_last = len(measured.taken)
        measured.processor = -used(servers[-1])


def prepare(folder: Path, stations: int) -> tuple[str, dict[int, str]]:
    """Enrol everybody before the server starts: a person's session, and each workstation's token."""
    folder.mkdir(parents=True)
    open_store(folder / "panel.db")

    def job() -> tuple[str, dict[int, str]]:
        person = people.add("ada", "Ada")
        people.grant(person.id, {"*": Role.VIEWER})
        tokens = {}
        for number in range(stations):
            _row, code = workstations.make_code(f"office-{number % 10}", f"DESK-{number}", "Ada")
            enrolled = workstations.enrol(code, f"home-{number}", "desk", "0.1.0")
            assert enrolled is not None
            tokens[enrolled[0].id] = enrolled[1]
        return people.begin_session(person.id), tokens

    made = write(job)
    close_store()
    return made


async def load(folder: Path, stations: int, seconds: float, kills: int) -> Measured:
    session, tokens = prepare(folder, stations)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers, measured = [start(folder, port)], Measured()
    measured.processor = -used(servers[-1])
    try:
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(station(number, token, port, until, measured) for number, token in tokens.items()),
            *(browser(session, port, until, measured, measures=not one) for one in range(_BROWSERS)),
            kill_now_and_then(servers, folder, port, seconds, kills, measured),
        )
    finally:
        measured.processor += used(servers[-1])
        measured.batches_of_last = len(measured.taken) - measured.before_last
        servers[-1].terminate()
        servers[-1].wait(20)
    return measured


def kept(folder: Path, measured: Measured) -> tuple[int, int]:
    """Return how many lines were lost and how many are there twice, by the panel's own file."""
    open_store(folder / "panel.db")
    try:
        found = dict.fromkeys(measured.lines, 0)
        for row in LineRow.select(LineRow.workstation):
            found[row.workstation_id] += 1
        lost = sum(max(0, sent - found[number]) for number, sent in measured.lines.items())
        doubled = sum(max(0, found[number] - sent) for number, sent in measured.lines.items())
        for row in StreamRow.select():
            assert row.through == 2 * measured.lines[row.workstation_id]
        for row in RunRow.select():
            assert row.told["records"]["verified"] == measured.lines[row.workstation_id]
        return lost, doubled
    finally:
        close_store()


def at(values: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return round(1000 * sorted(values)[int(share * (len(values) - 1))], 1) if values else 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stations", type=int, default=200)
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--kills", type=int, default=3)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "panel"
        measured = asyncio.run(load(place, told.stations, told.minutes * 60, told.kills))
        lost, doubled = kept(place, measured)
        size = sum(file.stat().st_size for file in place.glob("panel.db*"))
    print(
        json.dumps(
            {
                "at": utc_now().isoformat(timespec="seconds"),
                **vars(told),
                "batches": len(measured.taken),
                "broken_off": measured.broken,
                "lost": lost,
                "doubled": doubled,
                "ingest_ms": {f"p{share}": at(measured.taken, share / 100) for share in (50, 95, 99)},
                "seen_ms": {f"p{share}": at(measured.seen, share / 100) for share in (50, 95, 99)},
                "changes_seen": len(measured.seen),
                "processor_ms_a_batch": round(
                    1000 * measured.processor / max(1, measured.batches_of_last), 2
                ),
                "file_mb": round(size / 1e6, 1),
                "load": os.getloadavg(),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
