"""A panel for tests: the real server on a free port, people with roles, workstations that speak the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from agent.sync import wire
from ui.panel.server import app, sealing
from ui.panel.server.config import Config
from ui.panel.server.models.base import Role
from ui.panel.server.tables import people, workstations
from ui.panel.server.tables.database import write

WEDNESDAY = date(2026, 11, 18)
PASSWORD = "a long enough password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CLAIMPORT = {"site": "ClaimPort", "site_name": "claimport"}
MERIDIAN = {"site": "Meridian", "site_name": "meridian"}
"""Sites as workstations tell them: the title for people, the name for who types a command."""


class Panel:
    """The server in this process, on its own thread."""

    def __init__(self, folder: Path, port: int = 0, *, forget_second_factors: bool = False) -> None:
        self.folder, self.address, self.first = folder, "", ""
        self._config = Config(folder, port=port, forget_second_factors=forget_second_factors)
        self._ready = threading.Event()
        self._server: uvicorn.Server | None = None
        self._error: BaseException | None = None
        self._clients: list[httpx.Client] = []
        self._thread = threading.Thread(target=self._serve, name="panel-under-test")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_error: object) -> None:
        for client in self._clients:
            client.close()
        self.end()

    def end(self) -> None:
        """Ask the server to end, as Ctrl-C does, and wait for it."""
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        try:
            app.serve(self._config, self._told, self._made)
        except BaseException as error:  # noqa: BLE001  # raised in the test's own thread
            self._error = error
        finally:
            self._ready.set()

    def _told(self, address: str, first: str | None) -> None:
        self.address, self.first = address, first or ""
        self._ready.set()

    def _made(self, server: uvicorn.Server) -> None:
        self._server = server

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────
    def person(self, login: str, **roles: str) -> Face:
        """Add somebody with roles by office (``everywhere`` for all), signed in, with a second factor."""

        def job() -> tuple[int, str]:
            row = people.add(login, login.title())
            people.grant(
                row.id, {"*" if at == "everywhere" else at: Role(role) for at, role in roles.items()}
            )
            people.change(row.id, totp_secret=sealing.seal(row.id, SECRET), password_hash="$argon2id$nobody")
            return row.id, people.begin_session(row.id)

        number, token = write(job)
        who = people.by_session(token)
        assert who is not None
        return Face(self.client(cookies={"predawn_session": token}), number, token, who.csrf)

    def client(self, **how: Any) -> httpx.Client:
        """Return a client that is closed with the panel."""
        client = httpx.Client(base_url=self.address, trust_env=False, timeout=40, **how)
        self._clients.append(client)
        return client

    # ── workstations ──────────────────────────────────────────────────────────────────────────────────────
    def workstation(self, name: str, office: str = "north", **about: Any) -> Station:
        """Enrol a workstation by a code, as an agent does."""
        _row, code = write(lambda: workstations.make_code(office, name, "Test"))
        client = self.client()
        asked = wire.Enrol(wire.VERSION, code, f"home-{name}", name.lower(), "0.1.0")
        answer = client.post("/wire/enrol", content=wire.write(asked))
        assert answer.status_code == 200, answer.text
        enrolled = wire.read(wire.Enrolled, answer.content)
        return Station(client, enrolled.workstation, enrolled.token, **about)


@dataclass
class Face:
    """A person's browser: cookie and CSRF token are there."""

    client: httpx.Client
    person: int
    token: str
    csrf: str

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.client.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf})

    @contextmanager
    def events(self) -> Iterator[Iterator[str]]:
        with self.client.stream("GET", "/api/events") as answer:
            assert answer.status_code == 200
            yield answer.iter_lines()


@dataclass
class Station:
    """A workstation that speaks the wire by hand; numbers what it tells as a home's outbox does."""

    client: httpx.Client
    number: int
    token: str
    stream: str = "home/1"
    seq: int = 0
    about: wire.About = field(default_factory=lambda: wire.About("test", "0.1.0"))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def next(self) -> int:
        self.seq += 1
        return self.seq

    def batch(self, **told: Any) -> wire.Batch:
        """Number what is told and make a batch of it."""
        after = self.seq
        for kind in ("lines", "runs", "reviews", "duties", "outcomes"):
            told[kind] = tuple(type(one)(**{**vars(one), "seq": self.next()}) for one in told.get(kind, ()))
        return wire.Batch(wire.VERSION, self.stream, after, self.seq, self.about, **told)

    def send(self, batch: wire.Batch) -> httpx.Response:
        return self.client.post("/wire/batch", content=wire.write(batch), headers=self.headers)

    def tell(self, **told: Any) -> wire.Taken:
        answer = self.send(self.batch(**told))
        assert answer.status_code == 200, answer.text
        return wire.read(wire.Taken, answer.content)

    def orders(self, wait: float = 0) -> tuple[wire.Order, ...]:
        answer = self.client.get("/wire/orders", params={"wait": wait}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return wire.read(wire.Orders, answer.content).orders


# ── what a workstation may tell ───────────────────────────────────────────────────────────────────────────
def now() -> datetime:
    return datetime.now(UTC)


def run(ident: str = "20261118-aaaa", state: str = "UPLOADING", **changes: Any) -> wire.RunTold:
    records: Mapping[str, int] = {"total": 187, "verified": 143, "planned": 44}
    told: dict[str, Any] = {
        "run": ident,
        "seq": 0,
        "automation": "clinic-morning-sync",
        "title": "Clinic morning sync",
        "place": "main",
        "business_date": WEDNESDAY,
        "period_first": WEDNESDAY - timedelta(days=1),
        "period_last": WEDNESDAY - timedelta(days=1),
        "state": state,
        "created_at": now(),
        "by": "schedule",
        "noun": ("claim", "claims"),
        "records": dict(records),
        "tasks": (wire.TaskTold("ClaimPort", "upload", "ClaimPort", "running", 1),),
    }
    return wire.RunTold(**{**told, **changes})


def line(code: str = "FAILED", **changes: Any) -> wire.Line:
    told: dict[str, Any] = {"seq": 0, "at": now(), "kind": "run", "code": code, "run": "20261118-aaaa"}
    return wire.Line(**{**told, **changes})


def review(item: int = 1, **changes: Any) -> wire.ReviewTold:
    told: dict[str, Any] = {
        "item": item,
        "seq": 0,
        "run": "20261118-aaaa",
        "question": "refused",
        "params": CLAIMPORT,
        "answers": ("leave_out", "send_it"),
        "created_at": now(),
        "task": "ClaimPort",
        "ordinal": 12,
    }
    return wire.ReviewTold(**{**told, **changes})


def seen(item: Mapping[str, Any]) -> dict[str, int]:
    """Return what an answer says of a question: which, and in which version it was seen."""
    return {"id": item["id"], "version": item["version"]}


def agenda(*automations: str, scheduled: bool = True) -> wire.Agenda:
    soon = wire.Upcoming(now() + timedelta(hours=1), now() + timedelta(hours=4))
    return wire.Agenda(
        tuple(
            wire.Owned(name, "main", name.replace("-", " ").capitalize(), scheduled, upcoming=(soon,))
            for name in automations or ("clinic-morning-sync",)
        )
    )
