"""Why a request is refused, as one kind of error: a status, a code, and the words for it."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from resources.i18n import texts
from ui.panel.server.models.base import Problem


class Refused(Exception):
    """A request that is not carried out; ``code`` has words in ``resources/i18n`` (panel_problems)."""

    def __init__(self, status: int, code: str, *, wait_seconds: int | None = None, **params: object) -> None:
        super().__init__(code)
        self.status, self.code, self.wait_seconds, self.params = status, code, wait_seconds, params

    @property
    def words(self) -> str:
        """The sentence that a person reads."""
        return texts.standing("panel_problems", self.code, {"seconds": self.wait_seconds, **self.params})

    def answer(self) -> JSONResponse:
        """Return what the browser gets."""
        headers = {} if self.wait_seconds is None else {"Retry-After": str(self.wait_seconds)}
        return JSONResponse({"code": self.code, "words": self.words}, self.status, headers)


def unknown() -> Refused:
    """Return the refusal for what is not there, or is not this person's to see: the two look alike."""
    return Refused(404, "not_found")


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the refusals that a route may answer with."""
    return {status: {"model": Problem} for status in statuses}


async def on_refused(_request: Request, error: Exception) -> JSONResponse:
    """Answer a refusal."""
    assert isinstance(error, Refused)
    return error.answer()


async def on_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request that does not fit its model; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    return Refused(422, "not_understood").answer()


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework refuses by itself (no such path, no such method, no text at all)."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "no_such_method"}.get(error.status_code, "not_understood")
    status = 422 if error.status_code == 400 else error.status_code
    answer = Refused(status, code).answer()
    answer.headers.update(error.headers or {})
    if status == 405:  # the framework names the methods of one route only
        answer.headers["Allow"] = ", ".join(methods_at(request)) or "GET"
    return answer


def methods_at(request: Request) -> list[str]:
    """Return the methods of every route at a request's path; none where there is no route."""
    paths, here = request.app.openapi()["paths"], request.url.path
    if here in paths:
        return [method.upper() for method in paths[here]]
    return [
        method.upper()
        for path, methods in paths.items()
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), here)
        for method in methods
    ]
