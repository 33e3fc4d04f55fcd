"""Whether a site's host can be reached from here, before a browser is started for it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from agent.core.failures import Offline

_PORTS = {"http": 80, "https": 443}


def reachable(url: str, timeout_seconds: float = 3) -> bool:
    """Return whether the host of ``url`` takes a connection within ``timeout_seconds``.

    Behind a proxy it is the proxy that is asked: only it knows the outside. The name look-up counts too; it
    has no time-out of its own, so it runs in a thread that is left behind when it takes too long.
    """
    address = _first_hop(url)
    if address is None:
        return False
    answered: list[bool] = []

    def connect() -> None:
        with suppress(OSError, UnicodeError), socket.create_connection(address, timeout_seconds):
            answered.append(True)

    thread = threading.Thread(target=connect, name="reachable", daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    return bool(answered)


def require_reachable(site: str, url: str) -> None:
    """Raise Offline(site, host) unless the host of ``url`` can be reached."""
    if not reachable(url):
        raise Offline(site=site, host=urlsplit(url).hostname or url)


def is_own_address(url: str) -> bool:
    """Tell whether an address is this computer's own: a practice system, not up at five in the morning."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _first_hop(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    proxy = _proxy_for(parts.scheme, parts.hostname)
    if proxy is None:
        return parts.hostname, port
    with suppress(ValueError):
        hop = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if hop.hostname:
            return hop.hostname, hop.port or 80
    return parts.hostname, port


def _proxy_for(scheme: str, host: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 (slow to import, seldom needed)

    if host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(host):
        return None
    return getproxies().get(scheme)
