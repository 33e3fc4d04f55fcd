"""The two servers: a listening socket, a thread and an event loop for each system."""

import asyncio
import errno
import socket
import struct
import sys
import threading
from collections.abc import Iterable
from contextlib import ExitStack

import uvicorn
from starlette.types import ASGIApp, Scope

from resources.practice.catalogue import SystemName
from resources.practice.claimport import ClaimPort
from resources.practice.meridian import Meridian
from resources.practice.web import Break, System

LOOPBACK = "127.0.0.1"
_START_SECONDS = 30.0
# Chromium sends even a POST again when a reused or preconnected connection breaks before any header came
# (net/http/http_network_transaction.cc, ShouldResendRequest). An interim answer counts as a header.
_INTERIM_ANSWER = b"HTTP/1.1 100 Continue\r\n\r\n"


class PortTakenError(OSError):
    """A wanted port is in use by another program."""

    def __init__(self, port: int) -> None:
        super().__init__(errno.EADDRINUSE, f"port {port} is taken by another program")
        self.port = port


class _Server(uvicorn.Server):
    """Says when it listens, and can break one caller's connection."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none", http="h11")
        )
        self.listening = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.listening.set()

    def end(self, system: System) -> None:
        """Let every waiting answer end, then the server; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(system.closing.set)
        self.should_exit = True

    def break_connection(self, scope: Scope, how: Break) -> None:
        """Break the connection on which a request came, after what was sent already."""
        for connection in list(self.server_state.connections):
            if getattr(connection, "client", None) == scope["client"]:
                if how == "unanswered":
                    connection.transport.write(_INTERIM_ANSWER)
                if how != "end":
                    _close_by_reset(connection.transport)
                connection.transport.close()


class Running:
    """Both systems with their servers and threads."""

    def __init__(self, meridian: Meridian, claimport: ClaimPort, sockets: list[socket.socket]) -> None:
        self.meridian = meridian
        self.claimport = claimport
        self.systems: dict[SystemName, System] = {"meridian": meridian.system, "claimport": claimport.system}
        self._sockets: dict[SystemName, socket.socket] = dict(zip(self.systems, sockets, strict=True))
        self._servers: dict[SystemName, _Server] = {
            "meridian": _Server(meridian.app),
            "claimport": _Server(claimport.app),
        }
        self._threads: list[threading.Thread] = []

    def address(self, system: SystemName) -> str:
        """The system's address, without a slash at its end."""
        return f"http://{LOOPBACK}:{self._sockets[system].getsockname()[1]}"

    def serve(self) -> None:
        """Start both servers; both answer when this returns.

        Raises:
            TimeoutError: a server did not begin to listen.
        """
        for name, server in self._servers.items():
            self.systems[name].break_connection = server.break_connection
            thread = threading.Thread(
                target=server.run, args=([self._sockets[name]],), name=f"practice-{name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        for name, server in self._servers.items():
            if not server.listening.wait(_START_SECONDS):
                raise TimeoutError(f"{name} did not start in {_START_SECONDS:.0f} seconds")

    def stop(self) -> None:
        """End both servers and close what they had open."""
        for name, server in self._servers.items():
            server.end(self.systems[name])
        for thread in self._threads:
            thread.join()
        self.meridian.close()
        self.claimport.close()
        for listener in self._sockets.values():
            listener.close()


def _close_by_reset(transport: asyncio.Transport) -> None:
    """Make the coming close a reset, which the browser sees as an error whatever came before."""
    connected: socket.socket = transport.get_extra_info("socket")
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def listen_all(ports: Iterable[int]) -> list[socket.socket]:
    """Listen on these loopback ports (0 means a free one).

    Raises:
        PortTakenError: one is in use; then none is held.
    """
    with ExitStack() as open_now:
        sockets = [open_now.enter_context(_listen(port)) for port in ports]
        open_now.pop_all()
    return sockets


def _listen(port: int) -> socket.socket:
    # Naming TCP matters: asyncio sends at once only on sockets that say so; else each page costs 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTakenError(port) from error
        raise
    return listener
