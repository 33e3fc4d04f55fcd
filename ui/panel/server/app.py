"""The panel's server: one process, one writer, every route guarded, and the page itself."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ui.panel.server import live, pages, picture_files, second_factors, signing_in
from ui.panel.server.config import Config, PanelSettingsError, with_file
from ui.panel.server.headers import Headers_
from ui.panel.server.keeper import Keeper
from ui.panel.server.refusals import Refused, on_http, on_invalid, on_refused
from ui.panel.server.routes import doing, keeping, looking, session, wire
from ui.panel.server.tables.database import PanelNewerError, close_store, open_store
from ui.panel.version import VERSION

__all__ = ["Config", "PanelNewerError", "PanelSettingsError", "build", "serve"]

_BACKLOG = 512
_STOP_SECONDS = 5


def build(config: Config) -> FastAPI:
    """Return the application; whoever serves it has the store open (:func:`serve`)."""
    app = FastAPI(
        title="Predawn panel",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lambda _app: _at_work(config),
    )
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    # What workstations say first: they ask a hundred times as often, and each route before it is looked at.
    for part in (wire, session, looking, doing, keeping, pages):
        app.include_router(part.router)
    app.add_middleware(Headers_, config=config)
    return app


@asynccontextmanager
async def _at_work(config: Config) -> AsyncIterator[None]:
    live.open_hub()
    keeper = Keeper(config)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
        live.close_hub()


@contextmanager
def _store(config: Config) -> Iterator[None]:
    """Open what the panel keeps. What may be wrong with it is raised here, before anything is served."""
    config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    picture_files.use(config.folder / "pictures")
    open_store(config.folder / "panel.db")
    try:
        second_factors.make_ready(config.key_file, forget=config.forget_second_factors)
        yield
    finally:
        close_store()


def serve(
    config: Config,
    ready: Callable[[str, str | None], None],
    made: Callable[[uvicorn.Server], None] | None = None,
) -> None:
    """Serve the panel until it is asked to end (SIGINT, SIGTERM).

    ``ready`` is told the panel's address, and while there is no admin the link by which the first is set up.
    ``made`` gets the server (tests end it by ``should_exit``).
    Raises PanelSettingsError, PanelNewerError, OSError.
    """
    config.require_sound()
    config = with_file(config)
    listener = listen(config)
    address = _address(config, listener.getsockname()[1])
    app = build(config)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                first = signing_in.first_admin_token() if signing_in.waits_for_first() else None
                ready(address, None if first is None else f"{address}/invitation#{first}")

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            live.hub().end()  # else it would wait for browsers and workstations that only listen
            await super().shutdown(sockets)

    server = Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=config.certificate,
            ssl_keyfile=config.key,
            proxy_headers=config.proxy is not None,
            forwarded_allow_ips=config.proxy or "",
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    )
    if made is not None:
        made(server)
    try:
        with _store(config):
            server.run(sockets=[listener])
    finally:
        listener.close()


def listen(config: Config) -> socket.socket:
    """Return the socket on which the panel listens. Raises OSError."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # The protocol is named, else asyncio does not switch Nagle's algorithm off (44 ms an answer).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _address(config: Config, port: int) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"{'http' if config.certificate is None else 'https'}://{host}:{port}"
