"""The page itself: the built Angular app from ``static/``. A path without a suffix is the app's own."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from ui.panel.server.refusals import methods_at, unknown

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).with_name("static")
"""Made by ``installer/panel_page.py``: each file also compressed, as ``NAME.gz``."""

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".txt": "text/plain",
}


@router.get("/{path:path}")
def page(request: Request, path: str) -> Response:
    """Return a file of the app, or the app."""
    if path.startswith(("api/", "wire/")):
        raise HTTPException(405) if methods_at(request) else unknown()
    file = (STATIC / path).resolve()
    if "." not in path.rpartition("/")[2]:
        file = STATIC / "index.html"
    elif not file.is_relative_to(STATIC.resolve()) or file.suffix not in _TYPES:
        raise unknown()
    if not file.is_file():
        raise unknown()  # a part of an older version too: the app then loads itself again
    # A part's name holds the hash of what is in it; the app itself is asked for each time.
    kept = "public, max-age=31536000, immutable" if "-" in file.stem else "no-cache"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    compressed = file.with_name(f"{file.name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and compressed.is_file():
        headers["Content-Encoding"] = "gzip"
        return FileResponse(compressed, headers=headers, media_type=_TYPES[file.suffix])
    return FileResponse(file, headers=headers, media_type=_TYPES[file.suffix])
