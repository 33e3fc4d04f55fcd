"""The switchboard's pages and addresses under `/_practice`, for people and tests on this computer only."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from resources.practice.catalogue import CATALOGUE, Fault
from resources.practice.faults import FaultError, JsonValue
from resources.practice.journal import read_journal
from resources.practice.markup import Raw, join, render
from resources.practice.web import CONTROL, System, form_fields, page

_LOOPBACK = ("127.0.0.1", "::1")

_PAGE = """<!DOCTYPE html><html lang="en"><head><title>$title: faults</title><meta charset="utf-8"><style>
body {font:14px sans-serif; margin:1.5em} table {border-collapse:collapse} td, th {padding:4px 8px;
border-bottom:1px solid #ccc; text-align:left; vertical-align:top} .on {background:#fd9} .bad {color:#a00}
input[type=number] {width:4em} td form {display:inline}
input {width:6em} .what {min-width:20em}
</style></head><body><h1>Faults of $title</h1><p class="bad" role="alert">$message</p>
<p>Journal: <a href="$control/journal">$commits entries</a>.
<form method="post" action="$control/reset" style="display:inline"><button>Reset everything</button></form>
<form method="post" action="$control/unlock" style="display:inline"><button>Unlock accounts</button></form>
<form method="post" action="$control/off" style="display:inline"><button>All faults off</button></form></p>
<table><tr><th>Fault</th><th>Now</th><th>Arm</th></tr>$rows</table>
</body></html>
"""
_ROW = """<tr class="$on"><td class="what"><b>$name</b> ($occasion): $what</td><td>$state</td>
<td><form method="post" action="$control/switch"><input type="hidden" name="fault" value="$name">
<select name="mode" aria-label="$name: when"><option value="once">once</option>
<option value="times">next N times</option><option value="at">at the N-th</option>
<option value="always">always</option></select>
N <input type="number" name="n" value="1" min="1" aria-label="$name: N">
chance <input type="number" name="chance" value="1" min="0" max="1" step="any" aria-label="$name: chance">
path <input name="path" aria-label="$name: path"> $options
<button>Arm $name</button></form>
<form method="post" action="$control/off"><input type="hidden" name="fault" value="$name">
<button aria-label="$name off">Off</button></form>
</td></tr>"""
_OPTION = '$key <input name="$key" value="$usual" aria-label="$name: $key"> '

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """The handlers of one system's switchboard."""

    def __init__(self, system: System, journal_path: Path, reset: Callable[[], None]) -> None:
        self._system = system
        self._journal_path = journal_path
        self._reset = reset

    async def show(self, _request: Request) -> Response:
        """The page for people."""
        return self._page("")

    async def switch(self, request: Request) -> Response:
        """Arm one fault from the page's form."""
        fields = await form_fields(request, "utf-8")
        try:
            name, how = _wanted(fields)
            self._system.switchboard.arm(name, **how)
        except FaultError as error:
            return self._page(str(error), 400)
        return _back()

    async def off(self, request: Request) -> Response:
        """Switch one fault off (`fault`), or all."""
        fields = await form_fields(request, "utf-8")
        self._system.switchboard.clear(fields.get("fault"))
        return _back()

    async def faults(self, request: Request) -> Response:
        """GET: what is armed. PUT: arm exactly what the JSON object names."""
        if request.method == "PUT":
            try:
                wanted = json.loads(await request.body())
                self._system.switchboard.replace(checked_faults(wanted))
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                return JSONResponse({"error": f"not JSON: {error}"}, 400)
            except FaultError as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(self._system.switchboard.state())

    async def journal(self, _request: Request) -> Response:
        """What was really committed, oldest first."""
        return JSONResponse(read_journal(self._journal_path))

    async def sign_ins(self, _request: Request) -> Response:
        """Every try to sign in, oldest first."""
        return JSONResponse(read_journal(self._system.sign_ins.path))

    async def reset(self, _request: Request) -> Response:
        """Back to the first state."""
        self._reset()
        return _back()

    async def unlock(self, _request: Request) -> Response:
        """Unlock all accounts."""
        self._system.accounts.unlock()
        return _back()

    def _page(self, message: str, status: int = 200) -> Response:
        state = self._system.switchboard.state()
        faults = [fault for fault in CATALOGUE.values() if self._system.name in fault.systems]
        markup = render(
            _PAGE,
            title=self._system.title,
            message=message,
            control=CONTROL,
            commits=len(read_journal(self._journal_path)),
            rows=join(_row(fault, state.get(fault.name)) for fault in faults),
        )
        return page(markup, charset="utf-8", status=status)


def control_routes(system: System, journal_path: Path, reset: Callable[[], None]) -> list[Route]:
    """The routes of one system's switchboard."""
    control = Control(system, journal_path, reset)
    table: list[tuple[str, Handler, list[str]]] = [
        ("/", control.show, ["GET"]),
        ("/switch", control.switch, ["POST"]),
        ("/off", control.off, ["POST"]),
        ("/faults", control.faults, ["GET", "PUT"]),
        ("/journal", control.journal, ["GET"]),
        ("/sign-ins", control.sign_ins, ["GET"]),
        ("/reset", control.reset, ["POST"]),
        ("/unlock", control.unlock, ["POST"]),
    ]
    return [
        Route(CONTROL + path, _for_this_computer(handler), methods=methods)
        for path, handler, methods in table
    ]


def checked_faults(wanted: object) -> dict[str, dict[str, JsonValue]]:
    """A JSON value as a table of faults.

    Raises:
        FaultError: it is not an object of objects.
    """
    if not isinstance(wanted, dict) or not all(isinstance(how, dict) for how in wanted.values()):
        raise FaultError("faults are an object of objects, one per fault")
    return wanted


def _for_this_computer(handler: Handler) -> Handler:
    """Refuse callers from elsewhere, and forms that another site's page sends."""

    async def guarded(request: Request) -> Response:
        origin = request.headers.get("origin")
        own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
        if not own or request.client is None or request.client.host not in _LOOPBACK:
            return Response("Only from this computer.", 403)
        return await handler(request)

    return guarded


def _wanted(fields: dict[str, str]) -> tuple[str, dict[str, JsonValue]]:
    """The fault and its options that the page's form asks for."""
    name = fields.get("fault", "")
    fault = CATALOGUE.get(name)
    if fault is None:
        raise FaultError(f"no fault named {name}")
    how: dict[str, JsonValue] = {key: fields[key] for key in fault.options if key in fields}
    try:
        number, chance = int(fields.get("n", "1")), float(fields.get("chance", "1"))
    except ValueError as error:
        raise FaultError(str(error)) from None
    mode = fields.get("mode", "once")
    how |= {"path": fields.get("path", ""), "chance": chance}
    if mode == "always":
        how["always"] = True
    else:
        how["at" if mode == "at" else "times"] = 1 if mode == "once" else number
    return name, how


def _row(fault: Fault, state: JsonValue) -> Raw:
    now = "off"
    if isinstance(state, dict):
        seen = f"fired {state['fired']} of {state['occasions']} occasions"
        now = f"{'spent' if state['spent'] else 'armed'}; {seen}; {json.dumps(state['how'])}"
    options = join(
        render(_OPTION, key=key, usual=usual, name=fault.name) for key, usual in fault.options.items()
    )
    return render(
        _ROW,
        on="on" if now.startswith("armed") else "",
        name=fault.name,
        what=fault.title,
        occasion=fault.occasion,
        state=now,
        control=CONTROL,
        options=options,
    )


def _back() -> Response:
    return RedirectResponse(f"{CONTROL}/", 303)
