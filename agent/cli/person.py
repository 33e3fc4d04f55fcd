"""Who sits at this terminal."""

from __future__ import annotations

import getpass
import socket

from agent.core.actors import Actor


def at_terminal() -> Actor:
    """Return the person who gives the commands here, by the computer's own account."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        name = "unknown"
    return Actor("person", name, name, "cli", socket.gethostname())
