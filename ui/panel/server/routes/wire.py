"""What workstations say (:mod:`agent.sync.wire`): enrolment, batches, orders, pictures, tokens.

Not part of the browser's interface: no cookie is looked at here, and no token of a workstation's there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from agent.sync import wire
from ui.panel.server import live, picture_files, signing_in
from ui.panel.server.models.live import Change
from ui.panel.server.refusals import Refused
from ui.panel.server.tables import audit, commands, runs, workstations
from ui.panel.server.tables.database import current
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.ingest import Ingest
from ui.panel.server.tables.schema import WorkstationRow

router = APIRouter(prefix="/wire", include_in_schema=False)

_T = TypeVar("_T")
_LARGEST_BATCH = 4_000_000
_LARGEST_PICTURE = 5_000_000
_LONGEST_WAIT = 30.0
_LONGEST_KEPT_DAYS = 400
_JSON = "application/json"


@router.post("/enrol")
async def enrol(request: Request) -> Response:
    """Exchange a one-time code for a token."""
    remote = request.client.host if request.client else ""
    wanted = await _message(request, wire.Enrol)
    await run_in_threadpool(signing_in.hold_back, f"enrol:{remote}")

    def job() -> wire.Enrolled | None:
        found = workstations.enrol(wanted.code, wanted.home, wanted.machine, wanted.agent_version)
        if found is None:
            return None
        row, token = found
        audit.note("enrolled", row.enrolled_by, office=row.office, params={"name": row.name})
        return wire.Enrolled(wire.VERSION, row.id, row.name, row.office, token)

    enrolled = await current().write_soon(job)
    if enrolled is None:
        await run_in_threadpool(signing_in.count_vain, f"enrol:{remote}")
        raise Refused(403, "code_unknown")
    live.ring(Change(kind="workstation", workstation=enrolled.workstation))
    return _answer(enrolled)


@router.post("/batch")
async def batch(request: Request) -> Response:
    """Take what happened and how things stand, once."""
    row, token = await _workstation(request)
    told = await _message(request, wire.Batch)
    store, changes = current(), []

    def job() -> int:
        if workstations.uses_next(row, token):
            workstations.settle_token(row.id, token)
        taking = Ingest(store, row, told)
        through = taking.take()
        changes.extend(taking.changes)
        return through

    through = await store.write_soon(job)
    live.ring(*changes)
    change_token = row.token_at + workstations.TOKEN_AGE < utc_now()
    return _answer(wire.Taken(wire.VERSION, through, change_token))


@router.get("/orders")
async def orders(request: Request) -> Response:
    """Return the commands that wait; without any, wait for one.

    The answer's head goes at once: the workstation then holds the line, and can let go of it at any moment.
    """
    row, _token = await _workstation(request)
    try:
        wait = min(_LONGEST_WAIT, max(0.0, float(request.query_params.get("wait", "0"))))
    except ValueError as error:
        raise Refused(422, "not_understood") from error
    return StreamingResponse(_orders(row.id, wait), media_type=_JSON)


async def _orders(workstation: int, wait: float) -> AsyncIterator[bytes]:
    bell = live.hub().order_bell(workstation)
    bell.clear()
    found = await run_in_threadpool(commands.waiting, workstation)
    if not found and wait > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), wait)
        if not live.hub().ended.is_set() and await run_in_threadpool(workstations.holds, workstation):
            found = await run_in_threadpool(commands.waiting, workstation)
    if found:
        new = await current().write_soon(lambda: commands.note_delivered([one.id for one in found]))
        live.ring(*(Change(kind="command", workstation=workstation, id=number) for number in new))
    yield wire.write(wire.Orders(wire.VERSION, utc_now(), tuple(commands.order_of(one) for one in found)))


@router.put("/picture/{ident}")
async def picture(request: Request, ident: str) -> Response:
    """Keep a masked picture for as long as the workstation says."""
    row, _token = await _workstation(request)
    told = _picture_told(request)
    content = await _body(request, _LARGEST_PICTURE)
    media_type = picture_files.media_type(content)
    if media_type is None or len(ident) > 40 or not ident.isalnum():
        raise Refused(422, "not_understood")
    sha256 = hashlib.sha256(content).hexdigest()
    await run_in_threadpool(picture_files.keep, sha256, content)
    now = utc_now()
    await current().write_soon(
        lambda: runs.keep_picture(
            workstation=row.id,
            ident=ident,
            run=told.run,
            task=told.task,
            media_type=media_type,
            sha256=sha256,
            kind=told.kind,
            created_at=told.at,
            kept_until=now + timedelta(days=told.days),
        )
    )
    live.ring(Change(kind="run", workstation=row.id, run=told.run))
    return Response(status_code=204)


@router.post("/token")
async def token(request: Request) -> Response:
    """Give a workstation its next token; the present one holds until that is used."""
    row, _token = await _workstation(request)

    def job() -> str:
        audit.note("token_changed", row.name, office=row.office, params={"name": row.name})
        return workstations.next_token(row.id)

    return _answer(wire.Token(wire.VERSION, await current().write_soon(job)))


async def _workstation(request: Request) -> tuple[WorkstationRow, str]:
    """Return who speaks, and by which token. Raises Refused (401)."""
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    row = None
    if kind.lower() == "bearer" and 20 <= len(sent) <= 100:
        row = workstations.known_token(sent) or await run_in_threadpool(workstations.by_token, sent)
    if row is None:
        raise Refused(401, "token_unknown")
    return row, sent


async def _message(request: Request, kind: type[_T]) -> _T:
    """Return what was said. Raises Refused (409 for another version, 413, 422)."""
    body = await _body(request, _LARGEST_BATCH)
    try:
        version = wire.spoken(body)
        if version < min(wire.ACCEPTED):
            raise Refused(409, "version_old")
        if version > max(wire.ACCEPTED):
            raise Refused(409, "version_new")
        return wire.read(kind, body)
    except wire.NotUnderstood as error:
        raise Refused(422, "not_understood", place=error.place) from error


async def _body(request: Request, largest: int) -> bytes:
    """Return a request's body, read no further than it may be."""
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) > largest:
            raise Refused(413, "too_large")
    return bytes(held)


def _picture_told(request: Request) -> wire.PictureTold:
    said = {name: request.headers.get(f"x-predawn-{name}") for name in ("run", "task", "days", "at")}
    said["kind"] = request.headers.get("x-predawn-kind", "failure")  # version 1 has no other
    try:
        days = int(said["days"] or "")
        told = wire.take(wire.PictureTold, {**said, "days": days})
    except (ValueError, wire.NotUnderstood) as error:
        raise Refused(422, "not_understood") from error
    if not 1 <= told.days <= _LONGEST_KEPT_DAYS:
        raise Refused(422, "not_understood")
    return told


def _answer(told: object) -> Response:
    return Response(wire.write(told), media_type=_JSON)
