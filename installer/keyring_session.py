"""A private desktop session for tests that talk to a real keyring: own message bus, own unlocked keyring.

By hand, any command: `python3 installer/keyring_session.py .venv/bin/pytest -m keyring tests/unit`.
The user's own keyring is never touched: home and run-time folders are temporary ones.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# An empty line is the new keyring's password; really empty input is refused. `exec` keeps the exit code.
_UNLOCK = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'


@dataclass(frozen=True)
class KeyringSession:
    """How a command is put into the session."""

    environment: dict[str, str]

    def wrap(self, command: Sequence[str]) -> tuple[str, ...]:
        """The command, run under the private bus with its keyring unlocked."""
        return ("dbus-run-session", "--", "bash", "-c", _UNLOCK, "bash", *command)


@contextmanager
def private() -> Iterator[KeyringSession]:
    """A session in a temporary home, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="predawn-keyring-") as folder:
        places = {"HOME": "home", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "run"}
        for place in places.values():
            (Path(folder) / place).mkdir(mode=0o700)
        yield KeyringSession({name: str(Path(folder) / place) for name, place in places.items()})


if __name__ == "__main__":
    with private() as own:
        sys.exit(subprocess.call(own.wrap(sys.argv[1:]), env={**os.environ, **own.environment}))
