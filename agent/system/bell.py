"""Row first, bell second: a local socket, for the owner alone, that carries ids and never state.

Whoever changed a row rings with the row's id; the host hears it and passes it on to every listening face. A
bell that is not heard loses nothing: the row stands, and whoever comes later reads it. So nothing here waits
long, and a listener that cannot keep up is cut off, comes back by itself, and then looks at everything.
"""

from __future__ import annotations

import hmac
import json
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.core.failures import AlreadyRunning, HomeReadOnly
from agent.system.bell_socket import connect, serve

_log = logging.getLogger(__name__)

OnRing = Callable[[str], None]

EVERYTHING = ""
"""What a listener hears after a gap: anything may have changed."""

_ANSWER_SECONDS = 2.0  # a living bell answers within milliseconds, even on a busy machine
_AGAIN_SECONDS = 1.0  # how soon a listener looks for a bell that went away
_LONGEST_LINE = 65_536
_ACCEPTED = b'"ok"\n'


class Bell:
    """The host's side: hears every ring, passes each on to all listeners."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._listeners: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._server: socket.socket | None = None
        self._selector: selectors.BaseSelector
        self._wake: socket.socket
        self._woken: socket.socket
        self._token = b""
        self._on_ring: OnRing = _ignore

    def start(self, on_ring: OnRing) -> None:
        """Listen in a thread of our own; ``on_ring`` is called there with each id.

        Raises AlreadyRunning if a bell answers at this address, HomeReadOnly if the address cannot be made
        or its folder belongs to, or is open to, somebody else.
        """
        if ring(self._address, EVERYTHING):
            raise AlreadyRunning(pid=None)
        try:
            self._server, self._token = serve(self._address)
        except OSError as error:
            raise HomeReadOnly(path=self._address) from error
        self._on_ring = on_ring
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self._thread.start()

    def tell(self, ident: str) -> None:
        """Pass ``ident`` on to all listeners, from any thread; one that cannot keep up is cut off."""
        line = _line(ident)
        with self._guard:
            for listener in tuple(self._listeners):
                try:
                    whole = listener.send(line) == len(line)
                except OSError:
                    whole = False
                if not whole:
                    self._listeners.discard(listener)
                    with suppress(OSError):
                        listener.shutdown(socket.SHUT_RDWR)  # the loop sees the end and closes it

    def stop(self) -> None:
        """End the thread, close all connections, remove the address; a second call does nothing."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._wake.send(b"x")
        if thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while self._hear_some():
            pass
        for key in tuple(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._wake.close()
        with suppress(OSError):
            Path(self._address).unlink()

    def _hear_some(self) -> bool:
        for key, _events in self._selector.select():
            source = key.fileobj
            if source is self._woken:
                return False
            if source is self._server:
                self._accept()
            elif isinstance(source, socket.socket):
                self._read(source, key.data)
        return True

    def _accept(self) -> None:
        if self._server is None:
            return
        with suppress(OSError):
            connection, _peer = self._server.accept()
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, bytearray())

    def _read(self, connection: socket.socket, buffer: bytearray) -> None:
        try:
            data = connection.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[:end])
            del buffer[: end + 1]
            if not self._heard(connection, line):
                data = b""
                break
        if not data or len(buffer) > _LONGEST_LINE:
            self._close(connection)

    def _heard(self, connection: socket.socket, line: bytes) -> bool:
        """Do what one line asks; False if it is not of our language or lacks the token."""
        request = _request(line)
        if request is None or not hmac.compare_digest(request["token"].encode(), self._token):
            return False
        with self._guard:
            if request["verb"] == "listen":
                self._listeners.add(connection)
            with suppress(OSError):
                connection.send(_ACCEPTED)
        if request["verb"] == "ring" and request["ident"] != EVERYTHING:
            self.tell(request["ident"])
            try:
                self._on_ring(request["ident"])
            except Exception:  # noqa: BLE001 (a defect of one hearer must not silence the bell)
                _log.exception("bell_handler_failed")
        return True

    def _close(self, connection: socket.socket) -> None:
        with self._guard:
            self._listeners.discard(connection)
        self._selector.unregister(connection)
        connection.close()


class Subscription:
    """A face that listens; it finds the bell again by itself when the host was restarted."""

    def __init__(self, address: str, on_ring: OnRing) -> None:
        self._address = address
        self._on_ring = on_ring
        self._closed = threading.Event()
        self._connection = _ask(address, "listen", EVERYTHING)
        self._thread = threading.Thread(target=self._run, name="bell-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; afterwards ``on_ring`` is not called any more (unless close() was called by it)."""
        self._closed.set()
        connection = self._connection
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            connection = self._connection
            if connection is not None:
                with connection:
                    self._hear(connection)
                self._connection = None
            while not self._closed.is_set() and self._connection is None:
                self._connection = _ask(self._address, "listen", EVERYTHING)
                if self._connection is not None:
                    self._call(EVERYTHING)
                else:
                    self._closed.wait(_AGAIN_SECONDS)
        if self._connection is not None:
            self._connection.close()

    def _hear(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                if self._closed.is_set() or not line.endswith("\n"):
                    return
                self._call(str(json.loads(line)))

    def _call(self, ident: str) -> None:
        try:
            self._on_ring(ident)
        except Exception:  # noqa: BLE001 (as above)
            _log.exception("bell_handler_failed")


def ring(address: str, ident: str) -> bool:
    """Ring with ``ident``; return whether a bell heard it (False, never an error, when nobody listens)."""
    connection = _ask(address, "ring", ident)
    if connection is None:
        return False
    connection.close()
    return True


def listen(address: str, on_ring: OnRing) -> Subscription:
    """Call ``on_ring`` (in a thread of its own) with every id told from now on.

    If a bell is there, nothing told after this call returns is missed. After a gap (the host came later, or
    was restarted) ``on_ring`` gets EVERYTHING first. Subscribe first, read the rows second.
    """
    return Subscription(address, on_ring)


def _ignore(ident: str) -> None:
    """Hear nothing: the state before start()."""


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _request(line: bytes) -> dict[str, str] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    if isinstance(value, dict) and set(value) == {"verb", "ident", "token"}:
        return {key: str(text) for key, text in value.items()}
    return None


def _ask(address: str, verb: str, ident: str) -> socket.socket | None:
    """Connect and say one line; return the connection once the bell has taken it, None if nobody did."""
    try:
        connection, token = connect(address, _ANSWER_SECONDS)
    except (OSError, ValueError):
        return None
    try:
        connection.settimeout(_ANSWER_SECONDS)
        connection.sendall(_line({"verb": verb, "ident": ident, "token": token}))
        answer = b""
        while len(answer) < len(_ACCEPTED):
            part = connection.recv(len(_ACCEPTED) - len(answer))
            if not part:
                break
            answer += part
        connection.settimeout(None)
    except OSError:
        answer = b""
    if answer == _ACCEPTED:
        return connection
    connection.close()
    return None
