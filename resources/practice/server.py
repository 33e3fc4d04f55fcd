"""Starting and stopping both practice systems in this process, each on its own thread and loopback port."""

import json
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from resources.practice.accounts import SESSION_SECONDS
from resources.practice.catalogue import SystemName
from resources.practice.claimport import ClaimPort
from resources.practice.control import checked_faults
from resources.practice.faults import FaultError, JsonValue
from resources.practice.journal import Entry, read_journal
from resources.practice.meridian import EXPORT_SECONDS, Meridian
from resources.practice.running import PortTakenError, Running, listen_all

SEED = 7

__all__ = ["SEED", "FaultError", "PortTakenError", "Practice", "read_faults", "serve"]


class Practice:
    """Both systems, for tests and the demo.

    Args:
        data_dir: where journals are kept; the claims house reads its claims from there at start.
        seed: of the clinic's data and of faults by chance.
        meridian_port, claimport_port: 0 means a free one.
        export_seconds: how long a report is being prepared.
        session_seconds: idle time after which a session ends.
        faults_file: faults to arm at start, as `{"claimport": {"answer_lost": {"at": [3]}}}`; without one,
            `faults.json` in `data_dir`, if it is there.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        seed: int = SEED,
        meridian_port: int = 0,
        claimport_port: int = 0,
        export_seconds: float = EXPORT_SECONDS,
        session_seconds: float = SESSION_SECONDS,
        faults_file: Path | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._seed = seed
        self._ports: dict[SystemName, int] = {"meridian": meridian_port, "claimport": claimport_port}
        self._export_seconds = export_seconds
        self._session_seconds = session_seconds
        self._faults_file = faults_file
        self._running: Running | None = None

    def start(self) -> Self:
        """Serve both systems; both answer when this returns.

        Raises:
            PortTakenError: a wanted port is in use.
            FaultError: the file of faults can't be used.
        """
        sockets = listen_all(self._ports.values())
        try:
            meridian = Meridian(
                self._data_dir,
                seed=self._seed,
                session_seconds=self._session_seconds,
                export_seconds=self._export_seconds,
            )
            claimport = ClaimPort(self._data_dir, seed=self._seed, session_seconds=self._session_seconds)
        except BaseException:
            for listener in sockets:
                listener.close()
            raise
        self._running = Running(meridian, claimport, sockets)
        try:
            self._read_faults()
            self._running.serve()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End both servers; claims that were to be stored late are stored now."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def meridian_url(self) -> str:
        """The clinic's address, such as `http://127.0.0.1:8101`."""
        return self._live().address("meridian")

    @property
    def claimport_url(self) -> str:
        """The claims house's address."""
        return self._live().address("claimport")

    def faults(self, system: SystemName, name: str, **how: JsonValue) -> None:
        """Arm a fault: once, or by `times=`, `at=`, `chance=`, `always=`; `path=` narrows it.

        Raises:
            FaultError: no such fault or option.
        """
        self._live().systems[system].switchboard.arm(name, **how)

    def replace_faults(self, wanted: Mapping[SystemName, Mapping[str, Mapping[str, JsonValue]]]) -> None:
        """Arm exactly these faults of the systems that are named."""
        for system, faults in wanted.items():
            self._live().systems[system].switchboard.replace(faults)

    def clear_faults(self) -> None:
        """Switch all faults of both systems off."""
        for system in self._live().systems.values():
            system.switchboard.clear()

    def fault_state(self, system: SystemName) -> dict[str, JsonValue]:
        """What is armed, and what became of it."""
        return self._live().systems[system].switchboard.state()

    def journal(self, system: SystemName) -> list[Entry]:
        """What was really committed, read from the file: saved claims, or report files handed out."""
        return read_journal(self._data_dir / f"{system}.jsonl")

    def sign_ins(self, system: SystemName) -> list[Entry]:
        """Every try to sign in (user, outcome), read from the file."""
        return read_journal(self._data_dir / f"{system}-sign-ins.jsonl")

    def requests(self, system: SystemName) -> int:
        """How often a page or a file of a system was asked for since it started."""
        return self._live().systems[system].requests

    def set_password(self, system: SystemName, user: str, password: str) -> None:
        """Change a password, as the other house would."""
        self._live().systems[system].accounts.set_password(user, password)

    def unlock(self, system: SystemName) -> None:
        """Unlock all accounts of a system."""
        self._live().systems[system].accounts.unlock()

    def end_sessions(self, system: SystemName) -> None:
        """Sign everybody out, as a restart at night would."""
        self._live().systems[system].accounts.end_all()

    def enter_claim(self, values: Mapping[str, str], *, user: str = "clerk") -> int:
        """Store a claim as a person would, past the screens; its confirmation number."""
        return self._live().claimport.claims.save(values, user=user, session=None).confirmation

    def _read_faults(self) -> None:
        usual = self._data_dir / "faults.json"
        path = self._faults_file or (usual if usual.exists() else None)
        if path is not None:
            self.replace_faults(read_faults(path))

    def _live(self) -> Running:
        if self._running is None:
            raise RuntimeError("the practice systems are not started")
        return self._running


def serve(
    data_dir: Path,
    *,
    seed: int = SEED,
    meridian_port: int = 8101,
    claimport_port: int = 8102,
    export_seconds: float = EXPORT_SECONDS,
    session_seconds: float = SESSION_SECONDS,
    faults_file: Path | None = None,
    on_ready: Callable[[Practice], None],
) -> None:
    """Serve both systems until Ctrl-C or a request to end; `on_ready` is called once both answer.

    Raises:
        PortTakenError: a wanted port is in use.
        FaultError: the file of faults can't be used.
    """
    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    try:
        with Practice(
            data_dir,
            seed=seed,
            meridian_port=meridian_port,
            claimport_port=claimport_port,
            export_seconds=export_seconds,
            session_seconds=session_seconds,
            faults_file=faults_file,
        ) as practice:
            on_ready(practice)
            try:
                while not ended.wait(1.0):  # Windows sees Ctrl-C only between waits
                    pass
            except KeyboardInterrupt:
                return
    finally:
        signal.signal(signal.SIGTERM, before)


def read_faults(path: Path) -> dict[SystemName, dict[str, dict[str, JsonValue]]]:
    """A JSON file of faults by system.

    Raises:
        FaultError: it can't be read, is not JSON or names an unknown system.
    """
    try:
        wanted = checked_faults(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise FaultError(f"{path}: {error}") from error
    unknown = set(wanted) - {"meridian", "claimport"}
    if unknown:
        raise FaultError(f"{path}: no system named {', '.join(sorted(unknown))}")
    names: tuple[SystemName, ...] = ("meridian", "claimport")
    return {name: checked_faults(wanted[name]) for name in names if name in wanted}
