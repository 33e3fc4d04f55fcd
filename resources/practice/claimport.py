"""ClaimPort, the claims house: a claim form over two pages, a look-up screen, a paged list."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from resources.practice import claimport_pages as pages
from resources.practice.accounts import Accounts, SignedIn
from resources.practice.appearance import Appearance
from resources.practice.checks import day_of, refusal_of_page_1, refusal_of_page_2, shown_amount
from resources.practice.claims import Claim, Claims
from resources.practice.control import control_routes
from resources.practice.markup import Raw
from resources.practice.saving import Outcome, Saving
from resources.practice.web import RequestFaults, System, error_page, form_fields, page

USER = "north-robot"
PASSWORD = "claimport-2024"
CLERK = "clerk"
CLERK_PASSWORD = "clerk-2024"

_MESSAGES = {
    "refused": "User name or password is wrong.",
    "locked": "This account is locked. Please contact the help desk.",
    "expired": "Your password has expired. Please choose a new one.",
    "elsewhere": "Somebody else is signed in with this account.",
    "captcha": "Type the characters that you see in the picture.",
}
_CODE_MESSAGES = {"refused": "That answer is wrong.", "used": "This code was used before."}
_TIMED_OUT = "Your session has timed out. Please sign in again."
_PAGE_1 = ("claim_no", "patient_no", "patient_name")
_PAGE_2 = ("visit_date", "service_code", "amount")


class ClaimPort:
    """The claims house. `app` serves it; its claims are what its journal says."""

    def __init__(self, data_dir: Path, *, seed: int, session_seconds: float) -> None:
        accounts = Accounts({USER: PASSWORD, CLERK: CLERK_PASSWORD}, session_seconds=session_seconds)
        self.system = System("claimport", "ClaimPort", "CPSESSID", data_dir, seed, accounts)
        self.journal_path = data_dir / "claimport.jsonl"
        self.claims = Claims(self.journal_path)
        self.saving = Saving(self.system, self.claims)
        routes = [
            Route("/", self._home),
            Route("/signin.php", self._sign_in, methods=["GET", "POST"]),
            Route("/code.php", self._code, methods=["POST"]),
            Route("/signout.php", self._sign_out),
            Route("/claim/new.php", self._step_1, methods=["GET", "POST"]),
            Route("/claim/save.php", self._save, methods=["POST"]),
            Route("/claim/find.php", self._find),
            Route("/claims.php", self._list),
            *control_routes(self.system, self.journal_path, self.reset),
        ]
        self.app = RequestFaults(Starlette(routes=routes), self.system)

    def reset(self) -> None:
        """Back to the first state: no claims; the old journal stays beside the new one."""
        self.saving.forget_late()
        self.claims.reset()
        self.system.accounts.reset()
        self.system.switchboard.clear()

    def close(self) -> None:
        """Store what is still to be stored late, and close the files."""
        self.saving.finish_late()
        self.claims.close()
        self.system.sign_ins.close()

    def _look(self, request: Request, *keys: str) -> Appearance:
        return Appearance(self.system.switchboard, request.url.path, pages.BOOK, keys)

    def _menu_look(self, request: Request, *keys: str) -> Appearance:
        return self._look(request, *pages.menu_keys(*keys))

    async def _home(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return RedirectResponse("/signin.php", 302)
        return _page(pages.home_page(self._menu_look(request), session.user))

    async def _sign_in(self, request: Request) -> Response:
        message = _TIMED_OUT if "expired" in request.query_params else ""
        if request.method == "POST":
            fields = await form_fields(request, "utf-8")
            user = fields.get("user", "")
            outcome = self.system.try_sign_in(user, fields.get("password", ""), request.url.path)
            if outcome == "ok" and (pending := self.system.second.ask(user, request.url.path)):
                return _page(pages.code_page(self._look(request), pending.ticket, pending.question, ""))
            if outcome == "ok":
                return self._let_in(user)
            if outcome == "elsewhere":
                return _page(pages.told_page(self._look(request), _MESSAGES[outcome]))
            message = _MESSAGES[outcome]
        elif self.system.shows_captcha(request.url.path):
            message = _MESSAGES["captcha"]
        return _page(pages.sign_in_page(self._look(request, "user", "password", "sign_in"), message))

    def _let_in(self, user: str) -> Response:
        answer = RedirectResponse("/", 302)
        self.system.let_in(user, answer)
        return answer

    async def _code(self, request: Request) -> Response:
        fields = await form_fields(request, "utf-8")
        pending, judged = self.system.judge_code(fields.get("ticket", ""), fields.get("code", ""))
        if pending is None:
            return RedirectResponse("/signin.php", 302)
        if judged == "ok":
            return self._let_in(pending.user)
        return _page(
            pages.code_page(self._look(request), pending.ticket, pending.question, _CODE_MESSAGES[judged])
        )

    async def _sign_out(self, request: Request) -> Response:
        self.system.accounts.end(request.cookies.get(self.system.cookie))
        return RedirectResponse("/signin.php", 302)

    async def _step_1(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return _to_sign_in()
        values: Mapping[str, str] = session.notes.get(request.query_params.get("draft", ""), {})
        message = ""
        if request.method == "POST":
            values = _typed(await form_fields(request, "utf-8"), _PAGE_1)
            message = refusal_of_page_1(values)
            if not message:
                draft = str(len(session.notes) + 1)
                session.notes[draft] = dict(values)
                return self._step_2(request, session, draft, {}, "")
        look = self._menu_look(request, *_PAGE_1, "next")
        return _page(pages.step_1_page(look, session.user, values, message))

    def _step_2(
        self, request: Request, session: SignedIn, draft: str, values: Mapping[str, str], message: str
    ) -> Response:
        look = self._menu_look(request, *_PAGE_2, "save", "back")
        first = session.notes[draft]
        return _page(pages.step_2_page(look, session.user, draft, first, values, message))

    async def _save(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return _to_sign_in()
        fields = await form_fields(request, "utf-8")
        draft = fields.get("draft", "")
        if draft not in session.notes:
            return RedirectResponse("/claim/new.php", 302)
        values = _typed(fields, _PAGE_2)
        claim = {**session.notes[draft], **values}
        refusal = refusal_of_page_2(values)
        outcome = Outcome(refusal=refusal) if refusal else self._store(claim, session, request.url.path)
        if outcome.refusal:
            return self._step_2(request, session, draft, values, outcome.refusal)
        if outcome.answer is not None:
            return outcome.answer
        look = self._menu_look(request, "confirmation")
        return _page(pages.saved_page(look, session.user, outcome.confirmation, claim["claim_no"]))

    def _store(self, claim: Mapping[str, str], session: SignedIn, path: str) -> Outcome:
        return self.saving.save({**claim, "amount": shown_amount(claim["amount"])}, session, path)

    async def _find(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return _to_sign_in()
        asked = request.query_params.get("claim_no", "").strip()
        found = self.claims.find(asked) if asked else None
        look = self._menu_look(request, "find_no", "find")
        return _page(pages.find_page(look, session.user, asked, found))

    async def _list(self, request: Request) -> Response:
        session = self.system.session(request)
        if session is None:
            return _to_sign_in()
        asked = tuple(request.query_params.get(name, "").strip() for name in ("from", "to"))
        first, last = (day_of(text) for text in asked)
        message = ""
        if (asked[0] and first is None) or (asked[1] and last is None):
            message = "Visit date is not a valid date"
        number = request.query_params.get("page", "1")
        if not number.isdecimal() or int(number) < 1:
            return error_page(500)
        claims = [claim for claim in self.claims.newest_first() if _visited(claim, first, last)]
        look = self._menu_look(request, "list_from", "list_to", "list_show", "next_page")
        return _page(
            pages.list_page(
                look,
                session.user,
                claims,
                number=int(number),
                asked=(asked[0], asked[1]),
                message=message,
            )
        )


def _visited(claim: Claim, first: date | None, last: date | None) -> bool:
    """Whether the claim's visit lies in the range; an open end is None."""
    if first is None and last is None:
        return True
    day = day_of(claim.visit_date)
    return day is not None and (first is None or first <= day) and (last is None or day <= last)


def _typed(fields: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields.get(name, "").strip() for name in names}


def _page(markup: Raw) -> Response:
    return page(markup, charset="utf-8")


def _to_sign_in() -> Response:
    return RedirectResponse("/signin.php?expired=1", 302)
