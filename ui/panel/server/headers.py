"""What every answer says to browsers, and which requests are not even looked at.

Strict: scripts and styles from here only, Trusted Types, no frames. A request in plain text from elsewhere
than this computer is refused, and so is one on loopback that names another host (a page elsewhere that had
its name point here).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.panel.server.config import LOOPBACK, Config
from ui.panel.server.refusals import Refused

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types angular angular#bundler",
    )
)
_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Headers_:  # noqa: N801  # the library's own class has the name
    """Adds the headers to every answer, and refuses what must not be looked at."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self._app, self._config = app, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refused.answer()(scope, receive, sending)
        else:
            await self._app(scope, receive, sending)

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in _PLAIN.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", _CSP)
        if scope["path"].startswith(("/api/", "/wire/")):
            headers.setdefault("Cache-Control", "no-store")
        if scope["scheme"] == "https":
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")

    def _refused(self, scope: Scope) -> Refused | None:
        named = _host_of(Headers(scope=scope).get("host", ""))
        if self._config.on_loopback:
            return None if named in LOOPBACK else Refused(400, "plain_http")
        return None if scope["scheme"] == "https" else Refused(403, "plain_http")


def _host_of(header: str) -> str:
    try:
        name = urlsplit(f"//{header}").hostname or ""
        return str(ipaddress.ip_address(name))
    except ValueError:
        return (urlsplit(f"//{header}").hostname or "") if "[" not in header else ""
