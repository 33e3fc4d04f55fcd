"""The counter: where a face says that somebody is there, hears a site's question, hands in the answer.

A local socket for the owner alone (:mod:`agent.system.bell_socket`). Unlike the bell it does carry something:
a site's question one way, a one-time code the other. Neither is ever stored.
"""

from __future__ import annotations

import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from agent.core.failures import HomeReadOnly
from agent.system.bell_socket import connect, serve

_log = logging.getLogger(__name__)

_ANSWER_SECONDS = 2.0
_LONGEST_LINE = 16_384

OnAnswer = Callable[[str, str], bool]
"""Takes a question's id and what a person typed; tells whether that question was still open."""


class Counter:
    """The host's side."""

    def __init__(self, address: str, on_answer: OnAnswer) -> None:
        self._address, self._on_answer = address, on_answer
        self._server: socket.socket | None = None
        self._token = b""
        self._attending: list[socket.socket] = []
        self._open: Mapping[str, Any] | None = None
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, in threads of our own; raises HomeReadOnly if the address cannot be made."""
        try:
            self._server, self._token = serve(self._address)
        except OSError as error:
            raise HomeReadOnly(path=self._address) from error
        self._server.settimeout(None)
        self._thread = threading.Thread(target=self._accept, name="counter", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything; a second call does nothing."""
        server, self._server = self._server, None
        if server is None:
            return
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        with self._guard:
            leaving = tuple(self._attending)
        for face in leaving:
            with suppress(OSError):
                face.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(_ANSWER_SECONDS)
        with suppress(OSError):
            Path(self._address).unlink()

    @property
    def attended(self) -> bool:
        """Whether somebody is at a window that would show a question."""
        with self._guard:
            return bool(self._attending)

    def ask(self, question: Mapping[str, Any]) -> None:
        """Show a question at every window that is attended, and at each that comes while it is open."""
        with self._guard:
            self._open = question
            self._tell({"ask": question})

    def over(self, ident: str) -> None:
        """Say that a question is answered, or that nobody waits for it any more."""
        with self._guard:
            if self._open is not None and self._open["id"] == ident:
                self._open = None
                self._tell({"over": ident})

    def _tell(self, value: Mapping[str, Any]) -> None:
        line = _line(value)
        for face in tuple(self._attending):
            try:
                face.sendall(line)
            except OSError:
                self._attending.remove(face)

    def _accept(self) -> None:
        while (server := self._server) is not None:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), name="counter face", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError), connection.makefile("rb") as lines:
            connection.settimeout(_ANSWER_SECONDS)
            said = json.loads(lines.readline(_LONGEST_LINE))
            if not hmac.compare_digest(str(said.get("attend")).encode(), self._token):
                return
            connection.settimeout(None)
            with self._guard:
                self._attending.append(connection)
                connection.sendall(_line({"ask": self._open} if self._open else {"here": True}))
            try:
                while line := lines.readline(_LONGEST_LINE):
                    told = json.loads(line)
                    taken = self._on_answer(str(told["id"]), str(told["answer"]))
                    connection.sendall(_line({"taken": taken}))
            finally:
                with self._guard:
                    if connection in self._attending:
                        self._attending.remove(connection)


class Attendance:
    """A face's side: somebody is here. Messages come in a thread of its own. Raises OSError, ValueError."""

    def __init__(self, address: str, on_message: Callable[[Mapping[str, Any]], None]) -> None:
        self._connection, self._token = connect(address, _ANSWER_SECONDS)
        self._connection.settimeout(None)
        self._on_message = on_message
        self._thread = threading.Thread(target=self._hear, name="attendance", daemon=True)

    def start(self) -> None:
        """Say that somebody is here, and hear what is asked."""
        try:
            self._connection.sendall(_line({"attend": self._token}))
        except OSError:
            self._connection.close()
            raise
        self._thread.start()

    def answer(self, ident: str, text: str) -> None:
        """Hand in what a person typed; whether it was still wanted comes as a message ``taken``."""
        self._connection.sendall(_line({"id": ident, "answer": text}))

    def close(self) -> None:
        """Nobody is here any more."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._connection.close()

    def _hear(self) -> None:
        with suppress(OSError, ValueError), self._connection.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                self._on_message(json.loads(line))
        self._on_message({"gone": True})


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
