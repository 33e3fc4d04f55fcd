"""The socket below the bell: where only the owner can connect, and only to the owner's bell.

A unix socket of mode 0600 in a folder of mode 0700. On Windows, where a socket file has no owner, it is a
port on the loopback interface, and the address names a file with the port and a token for the owner alone.
"""

from __future__ import annotations

import os
import secrets
import socket
import stat
import sys
from pathlib import Path

_LOOPBACK = sys.platform == "win32"
_UNIX = getattr(socket, "AF_UNIX", -1)  # Windows has none


def connect(address: str, timeout_seconds: float) -> tuple[socket.socket, str]:
    """Return a connection to the bell and the token to say; raises OSError or ValueError if there is none."""
    if _LOOPBACK:
        port, token = Path(address).read_text(encoding="ascii").split()
        return socket.create_connection(("127.0.0.1", int(port)), timeout_seconds), token
    _require_own(Path(address).parent)
    connection = socket.socket(_UNIX)
    try:
        connection.settimeout(timeout_seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection, ""


def serve(address: str) -> tuple[socket.socket, bytes]:
    """Return a listening socket at ``address`` and the token that callers must say; raises OSError."""
    path = Path(address)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    if _LOOPBACK:
        server = socket.create_server(("127.0.0.1", 0))
        token = secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{server.getsockname()[1]} {token}")
    else:
        _require_own(path.parent)
        server, token = socket.socket(_UNIX), ""
        try:
            server.bind(address)
            path.chmod(0o600)
            server.listen(64)
        except OSError:
            server.close()
            raise
    server.setblocking(False)
    return server, token.encode()


def _require_own(folder: Path) -> None:
    """Raise PermissionError unless ``folder`` is ours alone: nobody else may put a bell there."""
    if sys.platform == "win32":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not ours alone")
