"""The network: whether a site's host can be reached from here, and dialling out to the panel."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from agent.core.failures import Offline, PanelAddressUnsafe

_PORTS = {"http": 80, "https": 443}
_CONNECT_SECONDS = 5.0  # whoever stops waits no longer for a panel that is out of reach
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


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

    if host in _LOOPBACK or proxy_bypass(host):
        return None
    return getproxies().get(scheme)


# ── dialling out to the panel ─────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    content: bytes


class Dialler:
    """Requests to one address, over connections that stay open; certificates as the system knows them.

    A proxy is found where every program finds it (environment, system settings). Not for several threads.
    """

    def __init__(self, url: str, timeout_seconds: float = 20) -> None:
        """Raise PanelAddressUnsafe for a URL that is none, or in plain text beyond this computer."""
        import httpx  # noqa: PLC0415  # slow to import, and most homes have no panel
        import truststore  # noqa: PLC0415

        require_safe(url)
        self._failed: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL, OSError)
        self._host = urlsplit(url).hostname or url
        self._waiting: socket.socket | None = None
        local = self._host in _LOOPBACK
        self._client = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("https") else False,
            trust_env=not local,  # what is on this computer is behind no proxy
            follow_redirects=False,
        )

    def ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:
        """Return the answer. Raises Offline(site, host) when there is none."""
        request = self._client.build_request(method, path, content=content, headers=dict(headers or {}))
        if timeout_seconds is not None:
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": timeout_seconds}
        try:
            answer = self._client.send(request, stream=True)
            try:
                self._waiting = answer.extensions["network_stream"].get_extra_info("socket")
                return Reply(answer.status_code, answer.read())
            finally:
                self._waiting = None
                answer.close()
        except self._failed as error:
            raise Offline(site="panel", host=self._host) from error

    def hang_up(self) -> None:
        """Let go of an answer whose first words have come: who waits for it gets Offline. From any thread."""
        waiting = self._waiting
        if waiting is not None:
            with suppress(OSError):  # it has just been closed
                waiting.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connections; from the thread that asks."""
        self._client.close()


def require_safe(url: str) -> None:
    """Raise PanelAddressUnsafe unless ``url`` is https, or this computer's own."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise PanelAddressUnsafe(url=url) from None
    if not sound or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise PanelAddressUnsafe(url=url)
