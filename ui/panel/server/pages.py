"""The page itself: the built Angular app from ``static/``. Every path that is no file is the app's own."""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from ui.panel.server.headers import policy
from ui.panel.server.refusals import unknown

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).with_name("static")
NONCE = "__CSP_NONCE__"
"""What stands in the built ``index.html`` (``ngCspNonce``) for the nonce of one answer."""

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/{path:path}")
def page(path: str) -> Response:
    """Return a file of the app, or the app."""
    if path.startswith(("api/", "wire/")):
        raise unknown()
    file = (STATIC / path).resolve()
    if path and file.is_relative_to(STATIC.resolve()) and file.is_file() and file.name != "index.html":
        return FileResponse(file, headers=_FOREVER if "-" in file.stem else {"Cache-Control": "no-cache"})
    return _app()


def _app() -> Response:
    index = STATIC / "index.html"
    if not index.is_file():
        raise unknown()
    nonce = secrets.token_urlsafe(16)
    html = index.read_text(encoding="utf-8").replace(NONCE, nonce)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy(nonce)}
    return HTMLResponse(html, headers=headers)
