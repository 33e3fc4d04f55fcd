"""Meridian, the clinic's system: sign-in, frames, two reports by pop-up, appointments on screen."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from resources.practice import meridian_pages as pages
from resources.practice.accounts import Accounts
from resources.practice.appearance import Appearance
from resources.practice.checks import day_of
from resources.practice.control import control_routes
from resources.practice.data import LONGEST_RANGE_DAYS, clinic_range
from resources.practice.exports import EVERY_DOCTOR, ExportJob, ReportFile, make_file
from resources.practice.formats import FORMATS
from resources.practice.journal import Journal
from resources.practice.markup import Raw
from resources.practice.reports import day_text
from resources.practice.web import HalfSent, RequestFaults, System, form_fields, page

USER = "frontdesk"
PASSWORD = "meridian-2024"
EXPORT_SECONDS = 1.0

_MESSAGES = {
    "refused": "Sign-in failed. Please check user name and password.",
    "locked": "Your account is locked. Please contact the help desk.",
    "expired": "Your password has expired. Choose a new one at the help desk's page.",
    "elsewhere": "This account is in use on another computer. Sign out there first.",
    "captcha": "Please type the signs in the picture.",
}
_CODE_MESSAGES = {"refused": "That is not right. Please try again.", "used": "This code was used already."}


class Meridian:
    """The clinic's system. `app` serves it; `export_seconds` is how long a report is being prepared."""

    def __init__(
        self,
        data_dir: Path,
        *,
        seed: int,
        session_seconds: float,
        export_seconds: float = EXPORT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = date.today,
    ) -> None:
        accounts = Accounts({USER: PASSWORD}, session_seconds=session_seconds)
        self.system = System("meridian", "Meridian", "MERIDIANSESSION", data_dir, seed, accounts)
        self.export_seconds = export_seconds
        self.journal = Journal(data_dir / "meridian.jsonl")
        self._clock = clock
        self._today = today
        self._jobs: dict[int, ExportJob] = {}
        self._job_numbers = count(1)
        routes = [
            Route("/", self._home),
            Route("/login.aspx", self._sign_in, methods=["GET", "POST"]),
            Route("/code.aspx", self._code, methods=["POST"]),
            Route("/logout.aspx", self._sign_out),
            Route("/default.aspx", self._home),
            Route("/expired.aspx", self._expired),
            Route("/banner.aspx", self._banner),
            Route("/menu.aspx", self._menu),
            Route("/main.aspx", self._main),
            Route("/appointments.aspx", self._screen, methods=["GET", "POST"]),
            Route("/reports/wait.aspx", self._wait),
            Route("/reports/file.aspx", self._file),
            Route("/reports/{report}.aspx", self._report, methods=["GET", "POST"]),
            *control_routes(self.system, self.journal.path, self.reset),
        ]
        self.app = RequestFaults(Starlette(routes=routes), self.system)

    def reset(self) -> None:
        """Back to the first state; the old journal stays beside the new one."""
        self.journal.put_aside()
        self.system.accounts.reset()
        self.system.switchboard.clear()
        self._jobs.clear()

    def close(self) -> None:
        """Close the files."""
        self.journal.close()
        self.system.sign_ins.close()

    def _look(self, request: Request, *keys: str) -> Appearance:
        return Appearance(self.system.switchboard, request.url.path, pages.BOOK, keys)

    async def _home(self, request: Request) -> Response:
        if self.system.session(request) is None:
            return RedirectResponse("/login.aspx", 302)
        return _page(pages.frames_page())

    async def _sign_in(self, request: Request) -> Response:
        message = ""
        if request.method == "POST":
            fields = await form_fields(request, "windows-1252")
            user = fields.get("ctl00$cphMain$txtUser", "")
            outcome = self.system.try_sign_in(user, fields.get("ctl00$cphMain$txtPass", ""), request.url.path)
            if outcome == "ok" and (pending := self.system.second.ask(user, request.url.path)):
                return _page(pages.code_page(self._look(request), pending.ticket, pending.question, ""))
            if outcome == "ok":
                return self._let_in(user)
            if outcome == "elsewhere":
                return _page(pages.told_page(_MESSAGES[outcome]))
            message = _MESSAGES[outcome]
        elif self.system.shows_captcha(request.url.path):
            message = _MESSAGES["captcha"]
        return _page(pages.sign_in_page(self._look(request, "user", "password", "sign_in"), message))

    def _let_in(self, user: str) -> Response:
        answer = RedirectResponse("/default.aspx", 302)
        self.system.let_in(user, answer)
        return answer

    async def _code(self, request: Request) -> Response:
        fields = await form_fields(request, "windows-1252")
        pending, judged = self.system.judge_code(
            fields.get("ctl00$cphMain$hidTicket", ""), fields.get("ctl00$cphMain$txtCode", "")
        )
        if pending is None:
            return RedirectResponse("/login.aspx", 302)
        if judged == "ok":
            return self._let_in(pending.user)
        return _page(
            pages.code_page(self._look(request), pending.ticket, pending.question, _CODE_MESSAGES[judged])
        )

    async def _sign_out(self, request: Request) -> Response:
        self.system.accounts.end(request.cookies.get(self.system.cookie))
        return RedirectResponse("/login.aspx", 302)

    async def _expired(self, _request: Request) -> Response:
        return _page(pages.expired_page())

    async def _banner(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return _to_expired()
        return _page(pages.banner_page(self._look(request, *pages.MENU_KEYS), session.user))

    async def _menu(self, request: Request) -> Response:
        if self.system.session(request) is None:
            return _to_expired()
        return _page(pages.menu_page(self._look(request, *pages.MENU_KEYS)))

    async def _main(self, request: Request) -> Response:
        return _to_expired() if self.system.session(request) is None else _page(pages.main_page())

    async def _screen(self, request: Request) -> Response:
        if self.system.session(request) is None:
            return _to_expired()
        look = self._look(request, "from", "to", "show", "next_page")
        fields = await form_fields(request, "windows-1252") if request.method == "POST" else {}
        first, last = self._dates_of(fields)
        number = 1
        if fields.get("__EVENTTARGET") == "gvAppts":
            number = int(re.sub(r"\D", "", fields.get("__EVENTARGUMENT", "")) or "1")
        span, message = _range(first, last)
        rows = clinic_range(*span, self.system.seed).appointments if span else ()
        return _page(pages.screen_page(look, rows, first, last, number, message))

    async def _report(self, request: Request) -> Response:
        if self.system.session(request) is None:
            return _to_expired()
        report = request.path_params["report"]
        if report not in ("appointments", "billing"):
            return Response("Not found", 404)
        message = ""
        first, last = self._dates_of({})
        if request.method == "POST":
            fields = await form_fields(request, "windows-1252")
            first, last = self._dates_of(fields)
            span, message = _range(first, last)
            if span:
                doctor = fields.get("ctl00$cphMain$ddlDoctor", EVERY_DOCTOR)
                form = fields.get("ctl00$cphMain$ddlForm", "")
                form = form if form in FORMATS else "page"
                job = ExportJob(report, *span, doctor, request.url.path, self._clock(), form)
                return self._prepare(job)
        look = self._look(request, "from", "to", "doctor", "form", "export")
        return _page(pages.report_page(look, report, first, last, message))

    def _prepare(self, job: ExportJob) -> Response:
        slow = self.system.switchboard.take("slow_export", job.path)
        seconds = slow.number("seconds") if slow else self.export_seconds
        number = next(self._job_numbers)
        self._jobs[number] = replace(job, ready_at=job.ready_at + seconds)
        return _page(pages.wait_page(number))

    async def _wait(self, request: Request) -> Response:
        job = self._job(request)
        if self.system.session(request) is None or job is None:
            return _to_expired()
        number = request.query_params["job"]
        if self._clock() < job.ready_at:
            return _page(pages.wait_page(int(number)))
        return RedirectResponse(f"/reports/file.aspx?job={number}", 302)

    async def _file(self, request: Request) -> Response:
        session, job = self.system.session(request), self._job(request)
        if session is None or job is None:
            return _to_expired()
        file = make_file(job, self.system.switchboard, self.system.seed)
        self.journal.append({**file.facts(job), "user": session.user, "session": session.number})
        return self._send(file)

    def _send(self, file: ReportFile) -> Response:
        headers = {
            "content-type": file.media_type,  # given as a header, so that no character set is added to it
            "content-disposition": f'attachment; filename="{file.name}"',
            "cache-control": "private",
        }
        if file.broken or file.stalls:
            return HalfSent(self.system, headers, file.content, stalls=file.stalls)
        return Response(file.content, headers=headers)

    def _job(self, request: Request) -> ExportJob | None:
        number = request.query_params.get("job", "")
        return self._jobs.get(int(number)) if number.isdecimal() else None

    def _dates_of(self, fields: dict[str, str]) -> tuple[str, str]:
        today = day_text(self._today())
        return fields.get("ctl00$cphMain$txtFrom", today), fields.get("ctl00$cphMain$txtTo", today)


def _range(first: str, last: str) -> tuple[tuple[date, date] | None, str]:
    """The range that two typed dates mean, or what is wrong with them."""
    start, end = day_of(first.strip()), day_of(last.strip())
    if start is None or end is None:
        return None, f"{'From' if start is None else 'To'} date is not a valid date"
    if not 0 <= (end - start).days < LONGEST_RANGE_DAYS:
        return None, "The dates are not a valid range"
    return (start, end), ""


def _page(markup: Raw) -> Response:
    return page(markup, charset="windows-1252")


def _to_expired() -> Response:
    return RedirectResponse("/expired.aspx", 302)
