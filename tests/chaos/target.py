"""A destination that lies, loses answers and comes late, over plain HTTP; a process of its own.

Its clock is virtual: it moves only when somebody waits (``/pass``), so that "later than its answer" costs no
real time. Each submit goes as a seeded die says (:data:`SUBMITS`), each session's look-up screen too. At an
armed moment it tells the harness and holds the request, so that a kill lands exactly there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REQUEST_SECONDS, LAG_SECONDS, SETTLE_SECONDS = 15.0, 10.0, 30.0
"""How late a submit may land, how much later a look-up may show it, and what the destination declares."""

SUBMITS = {
    "well": 56,
    "saved_then_lost": 8,  # saved, then the connection breaks
    "lost": 7,  # the connection breaks, nothing saved
    "late": 8,  # the connection breaks, saved a while after
    "saved_then_error": 6,  # "error" after saving
    "error": 5,  # "error", nothing saved
    "late_error": 3,  # "error", saved a while after
    "lie": 2,  # "saved" without saving
    "altered": 2,  # saved with another amount
    "refused": 2,  # the book's words, nothing saved
    "refused_saved": 1,  # the book's words after saving
}
LOOKS = {"well": 82, "lagging": 10, "blind": 5, "broken": 3}
CALM = {"well": 1}
_CONTROL = {"/begin", "/next", "/arm", "/disarm", "/calm", "/journal"}


@dataclass
class Target:
    """What the destination holds, and what is still on its way."""

    dice: random.Random
    rows: list[dict[str, str]] = field(default_factory=list)
    submits: list[dict[str, Any]] = field(default_factory=list)
    under_way: list[tuple[float, dict[str, str]]] = field(default_factory=list)
    looks: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
    report: str = ""
    wild: bool = True
    armed: dict[str, Any] | None = None

    def save(self, fields: Mapping[str, str]) -> str:
        """Save a row; returns its number."""
        self.rows.append({**fields, "number": f"K{len(self.rows) + 1}", "saved_at": str(self.now)})
        return self.rows[-1]["number"]

    def wait(self, seconds: float) -> None:
        """Time passes, and what is due lands."""
        self.now += seconds
        due = [row for at, row in self.under_way if at <= self.now]
        self.under_way = [(at, row) for at, row in self.under_way if at > self.now]
        for row in due:
            self.save(row)

    def die(self, sides: Mapping[str, int]) -> str:
        """Throw the die."""
        sides = sides if self.wild else CALM
        return self.dice.choices(list(sides), list(sides.values()))[0]

    def shown(self, session: str) -> list[dict[str, str]]:
        """What a session's look-up screen finds."""
        how = self.looks[session]
        if how == "blind":
            return []
        lag = LAG_SECONDS if how == "lagging" else 0.0
        return [row for row in self.rows if float(row["saved_at"]) + lag <= self.now]


class Server:
    """One request a connection, so that a dead client's request has always ended when its socket closes."""

    def __init__(self, target: Target, events: int, releases: int) -> None:
        self.target, self._events, self._releases = target, events, releases
        self._open = 0  # connections from their arrival on: what a dead client sent is worked off first

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self._open += 1
        try:
            await self._handle(reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        url = urlsplit(target)
        values = dict(parse_qsl(url.query)) | dict(parse_qsl(body.decode()))
        answer = await self._answer(method, url.path, values, headers)
        if answer is not None:
            status, text = answer
            sent = text.encode()
            writer.write(f"HTTP/1.0 {status} x\r\nContent-Length: {len(sent)}\r\n\r\n".encode() + sent)
            with contextlib.suppress(ConnectionError):  # whoever asked was killed
                await writer.drain()

    async def _answer(  # one line a page
        self, method: str, path: str, values: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str] | None:
        target = self.target
        if path == "/claim" and method == "POST":
            return await self._submit(values, headers)
        if path == "/pass":
            while self._open > 1:  # a request on its way is worked off before the time is over
                await asyncio.sleep(0)
            target.wait(float(values["seconds"]))
            return 200, ""
        if path in _CONTROL:
            return self._control(path, values)
        await self._moment("form" if path == "/form" else "page", headers)
        if path == "/sign-in":
            session = f"s{len(target.looks)}"
            target.looks[session] = target.die(LOOKS)
            return 200, session
        if path in {"/find", "/list"}:
            if target.looks[values["session"]] == "broken":
                return 500, "the search is closed"
            rows = target.shown(values["session"])
            wanted = values.get("claim_no")
            found = [row for row in rows if wanted in {None, row["claim_no"]}]
            return 200, json.dumps({"rows": found, "total": len(target.rows)})
        if path == "/report":
            return 200, target.report
        return 200, ""

    def _control(self, path: str, values: Mapping[str, str]) -> tuple[int, str]:
        """What only the harness asks for."""
        target = self.target
        if path == "/begin":
            self.target = Target(random.Random(values["seed"]), report=values["report"])
        elif path == "/next":
            target.report = values["report"]
        elif path == "/arm":
            target.armed = {"stage": values["stage"], "after": int(values["after"])}
        elif path == "/disarm":
            target.armed = None
        elif path == "/calm":
            target.wild = False
            target.looks = dict.fromkeys(target.looks, "well")
        elif path == "/journal":
            target.wait(1000)
            return 200, json.dumps({"rows": target.rows, "submits": target.submits})
        return 200, ""

    async def _submit(self, values: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, str] | None:
        target = self.target
        fields = dict(values)
        how = target.die(SUBMITS)
        target.submits.append({"claim_no": fields["claim_no"], "pid": int(headers["x-pid"]), "how": how})
        await self._moment("received", headers)
        number = ""
        if how in {"well", "saved_then_lost", "saved_then_error", "refused_saved"}:
            number = target.save(fields)
        elif how == "altered":
            number = target.save({**fields, "amount": f"{float(fields['amount']) + 1:.2f}"})
        elif how in {"late", "late_error"}:
            target.under_way.append((target.now + target.dice.uniform(0, REQUEST_SECONDS), fields))
        await self._moment("decided", headers)
        if how in {"saved_then_lost", "lost", "late"}:
            return None
        if how in {"saved_then_error", "error", "late_error"}:
            return 500, "Something went wrong"
        if how in {"refused", "refused_saved"}:
            return 200, f"Claim {fields['claim_no']} is not a valid claim"
        return 200, f"Saved as {number or 'K0'}"

    async def _moment(self, stage: str, headers: Mapping[str, str]) -> None:
        """At the armed moment tell the harness who is here, and go on when it says so."""
        armed = self.target.armed
        if armed is None or armed["stage"] != stage:
            return
        armed["after"] -= 1
        if armed["after"] > 0:
            return
        self.target.armed = None
        os.write(self._events, int(headers["x-pid"]).to_bytes(8, "big"))
        loop, released = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._releases, released.set)
        await released.wait()
        loop.remove_reader(self._releases)
        os.read(self._releases, 1)


def serve(port_to: int, events: int, releases: int) -> None:
    """Serve on a free port of the loopback, whose number is written to ``port_to``; for ever."""

    async def forever() -> None:
        server = Server(Target(random.Random(0)), events, releases)
        listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, backlog=200)
        os.write(port_to, listening.sockets[0].getsockname()[1].to_bytes(4, "big"))
        await listening.serve_forever()

    asyncio.run(forever())
