"""What both systems are made of: sessions by cookie, broken answers, and faults that hit any request."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from resources.practice.accounts import Accounts, SignedIn, SignIn
from resources.practice.catalogue import SystemName
from resources.practice.faults import Options, Switchboard
from resources.practice.journal import Journal
from resources.practice.markup import Raw
from resources.practice.second_factor import Judged, Pending, SecondFactor

CONTROL = "/_practice"
# unanswered: a reset after which no browser sends the request again by itself; reset: plain, for a half-sent
# file; end: a close in good order, after which Chromium does send again.
Break = Literal["unanswered", "reset", "end"]
_NO_OCCASION = ("/favicon.ico", CONTROL)


class System:
    """The state of one practice system apart from its pages."""

    def __init__(
        self, name: SystemName, title: str, cookie: str, data_dir: Path, seed: int, accounts: Accounts
    ) -> None:
        self.name: SystemName = name
        self.title = title
        self.cookie = cookie
        self.seed = seed
        self.accounts = accounts
        self.switchboard = Switchboard(name, seed)
        self.second = SecondFactor(self.switchboard)
        self.sign_ins = Journal(data_dir / f"{name}-sign-ins.jsonl")
        self.requests = 0
        self.closing = asyncio.Event()
        self.break_connection: Callable[[Scope, Break], None] = _no_connection

    def session(self, request: Request) -> SignedIn | None:
        """The live session of this request."""
        return self.accounts.find(request.cookies.get(self.cookie))

    def try_sign_in(self, user: str, password: str, path: str) -> SignIn:
        """Judge one try under the faults that are armed, and note it."""
        refuse = self.switchboard.take("wrong_password", path) is not None
        locked = self.switchboard.take("locked_account", path) is not None
        outcome: SignIn = "locked" if locked else "captcha"
        if not locked and not self.shows_captcha(path):
            outcome = self.accounts.check(user, password, refuse=refuse)
        if outcome == "ok" and self.switchboard.take("expired_password", path):
            outcome = "expired"
        if outcome == "ok" and self.switchboard.take("signed_in_elsewhere", path):
            outcome = "elsewhere"
        self.sign_ins.append({"user": user, "outcome": outcome})
        return outcome

    def shows_captcha(self, path: str) -> bool:
        """Whether the page wants signs of a picture typed, which only a person can."""
        return self.switchboard.take("captcha", path) is not None

    def judge_code(self, ticket: str, answer: str) -> tuple[Pending | None, Judged]:
        """Judge what was typed in the second step, and note it; nobody holds a ticket that has ended."""
        pending = self.second.find(ticket)
        judged: Judged = "refused" if pending is None else self.second.judge(pending, answer)
        self.sign_ins.append({"user": pending.user if pending else "", "outcome": f"code_{judged}"})
        return pending, judged

    def let_in(self, user: str, answer: Response) -> SignedIn:
        """Start a session and set its cookie on `answer`."""
        session = self.accounts.start(user)
        answer.set_cookie(self.cookie, session.token, httponly=True, samesite="lax")
        return session

    async def pause(self, seconds: float) -> None:
        """Wait, or until the system is stopped."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return


class Broken(Response):
    """No answer: the connection breaks."""

    def __init__(self, system: System, how: Break = "unanswered") -> None:
        super().__init__()
        self._system = system
        self._how: Break = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Break the connection; `send` is never called."""
        self._system.break_connection(scope, self._how)
        await _gone(receive)


class HalfSent(Response):
    """A file that ends early: the connection breaks, or stalls, after half of the promised bytes."""

    def __init__(
        self, system: System, headers: Mapping[str, str], part: bytes, *, stalls: bool = False
    ) -> None:
        super().__init__(headers=headers)
        self._system = system
        self._part = part
        self._stalls = stalls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is, then break the connection, or leave it open until the caller gives up."""
        headers = [(key, value) for key, value in self.raw_headers if key != b"content-length"]
        headers.append((b"content-length", str(len(self._part) * 2).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._part, "more_body": True})
        if self._stalls:
            await Silence(self._system)(scope, receive, send)
            return
        self._system.break_connection(scope, "reset")
        await _gone(receive)


class Silence(Response):
    """No answer, until the caller gives up or the system is stopped."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self._system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Wait; `send` is never called."""
        gone = asyncio.ensure_future(_gone(receive))
        closing = asyncio.ensure_future(self._system.closing.wait())
        await asyncio.wait((gone, closing), return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if not gone.done():
            self._system.break_connection(scope, "unanswered")
            await gone


class RequestFaults:
    """Lets the faults that hit any request happen before the pages see it."""

    def __init__(self, app: ASGIApp, system: System) -> None:
        self._app = app
        self._system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer in its place."""
        if scope["type"] != "http" or scope["path"].startswith(_NO_OCCASION):
            await self._app(scope, receive, send)
            return
        system, path = self._system, scope["path"]
        system.requests += 1
        late = system.switchboard.take("latency", path)
        if late:
            await system.pause(late.number("seconds"))
        answer: Response | None = None
        if system.switchboard.take("hang", path):
            answer = Silence(system)
        elif drop := system.switchboard.take("drop", path):
            answer = Broken(system, breaking(drop))
        elif error := system.switchboard.take("server_error", path):
            answer = error_page(int(error.number("status")))
        elif system.session(Request(scope)) and system.switchboard.take("session_expired", path):
            system.accounts.end(Request(scope).cookies.get(system.cookie))
        await (answer or self._app)(scope, receive, send)


def breaking(options: Options) -> Break:
    """How a fault with the option `resend` breaks the connection."""
    return "end" if options.text("resend") == "yes" else "unanswered"


def error_page(status: int) -> Response:
    """The bare error page of an old web server."""
    text = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Time-out",
    }
    title = f"{status} {text.get(status, 'Error')}"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><hr></body></html>"
    return HTMLResponse(body, status_code=status)


def page(markup: Raw, *, charset: Literal["utf-8", "windows-1252"], status: int = 200) -> Response:
    """An HTML answer that no cache may keep."""
    return Response(
        markup.encode(charset, "xmlcharrefreplace"),
        status_code=status,
        media_type=f"text/html; charset={charset}",
        headers={"Cache-Control": "no-store"},
    )


async def form_fields(request: Request, charset: Literal["utf-8", "windows-1252"]) -> dict[str, str]:
    """The fields of a sent form (the last one, where a name occurs twice), sent in the page's charset."""
    body = (await request.body()).decode("ascii", "replace")
    return dict(parse_qsl(body, keep_blank_values=True, encoding=charset, errors="replace"))


def _no_connection(_scope: Scope, _how: Break) -> None:
    raise RuntimeError("the system is not being served")


async def _gone(receive: Receive) -> None:
    """Wait until the caller's connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
