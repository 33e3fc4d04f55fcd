"""The panel's server: one process, one writer, every route guarded, and the page itself."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ui.panel.server.refusals import Refused, on_http, on_invalid, on_refused
from ui.panel.server.routes import doing, keeping, looking, session

VERSION = "1"


def build() -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Predawn panel", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for part in (session, looking, doing, keeping):
        app.include_router(part.router)
    return app
