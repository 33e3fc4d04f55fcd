"""The pages of Meridian, the clinic's system: frames, tables, generated ids, a script calendar."""

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from resources.practice.appearance import Appearance, Element
from resources.practice.data import Appointment
from resources.practice.exports import EVERY_DOCTOR
from resources.practice.formats import FORMATS
from resources.practice.markup import Raw, join, render
from resources.practice.meridian_script import CALENDAR, OPEN_REPORT, POST_BACK
from resources.practice.names import DOCTORS
from resources.practice.reports import day_text

Report = Literal["appointments", "billing"]
PAGE_ROWS = 50


def _element(place: str, name: str, caption: str, other_caption: str) -> Element:
    return Element(f"ctl00_{place}_{name}", caption, f"ctl00_ctl07_{place}_{name}", other_caption)


BOOK: Mapping[str, Element] = MappingProxyType(
    {
        "user": _element("cphMain", "txtUser", "User name", "Login"),
        "password": _element("cphMain", "txtPass", "Password", "Pass phrase"),
        "sign_in": _element("cphMain", "btnLogin", "Sign in", "Log on"),
        "open_screen": _element("Menu", "lnkScreen", "Appointments on screen", "Appointment list"),
        "open_appointments": _element("Menu", "lnkRep1", "Appointments report", "Report: appointments"),
        "open_billing": _element("Menu", "lnkRep2", "Billing report", "Report: billing"),
        "sign_out": _element("Menu", "lnkOut", "Sign out", "Log off"),
        "from": _element("cphMain", "txtFrom", "From", "Start date"),
        "to": _element("cphMain", "txtTo", "To", "End date"),
        "doctor": _element("cphMain", "ddlDoctor", "Doctor", "Physician"),
        "form": _element("cphMain", "ddlForm", "File type", "Kind of file"),
        "export": _element("cphMain", "btnExport", "Export", "Create file"),
        "show": _element("cphMain", "btnShow", "Show", "Refresh"),
        "next_page": _element("cphMain", "lnkNext", "Next", "Forward"),
    }
)
MENU_KEYS = ("open_screen", "open_appointments", "open_billing", "sign_out")

_SHELL = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><head><title>$title</title><meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
<style>
body {background:#d4d0c8; font:11px Verdana, Tahoma, sans-serif; margin:6px}
table {font-size:11px} .hd {background:#0a246a; color:#fff; font-weight:bold; padding:2px 6px}
input, select {font:11px Tahoma} .date {background:#ece9d8; border:1px inset; width:80px}
.err {color:red; font-weight:bold} a {color:#00c} td.r0 {background:#fff} td.r1 {background:#eef}
</style>$head</head>
<body>$body$on_load</body></html>
"""
_FORM = """<form name="aspnetForm" id="aspnetForm" method="post" action="$action"$on_submit>
<input type="hidden" name="__EVENTTARGET" value=""><input type="hidden" name="__EVENTARGUMENT" value="">
<input type="hidden" name="__VIEWSTATE" value="$state">
$body</form>"""

_SIGN_IN = """<br><br><center><table border=0 cellpadding=4 style="border:2px outset;background:#ece9d8">
<tr><td colspan=2 class=hd>Meridian Clinic System 4.2 - Sign in</td></tr>
<tr><td><label for="$user_id">$user_caption</label></td><td>$user</td></tr>
<tr><td>$password_caption</td><td>$password</td></tr>
<tr><td colspan=2 align=right>$sign_in</td></tr>
<tr><td colspan=2><span id="ctl00_cphMain_lblMessage" class="err">$message</span></td></tr>
</table></center>"""
_CODE = """<br><br><center><table border=0 cellpadding=4 style="border:2px outset;background:#ece9d8">
<tr><td colspan=2 class=hd>Meridian Clinic System 4.2 - Second step</td></tr>
<tr><td id="ctl00_cphMain_lblQuestion">$question</td><td>
<input type="hidden" name="ctl00$$cphMain$$hidTicket" value="$ticket">
<input type="text" name="ctl00$$cphMain$$txtCode" id="ctl00_cphMain_txtCode" size=12 \
autocomplete="off"></td></tr>
<tr><td colspan=2 align=right><input type="submit" name="ctl00$$cphMain$$btnCode" value="Continue" \
id="ctl00_cphMain_btnCode"></td></tr>
<tr><td colspan=2><span id="ctl00_cphMain_lblMessage" class="err">$message</span></td></tr>
</table></center>"""
_TOLD = """<br><br><center><table border=0 cellpadding=4 style="border:2px outset;background:#ece9d8">
<tr><td class=hd>Meridian Clinic System 4.2</td></tr>
<tr><td><span id="ctl00_cphMain_lblMessage" class="err">$message</span></td></tr></table></center>"""
_USER = '<input type="text" name="ctl00$$cphMain$$txtUser" id="$id" size=20 autocomplete="off">'
_PASSWORD = '<input type="password" name="ctl00$$cphMain$$txtPass" id="$id" size=20 title="$caption">'
_SUBMIT = '<input type="submit" name="$name" value="$caption" id="$id">'

_FRAMES = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Frameset//EN">
<html><head><title>Meridian Clinic System</title></head>
<frameset rows="46,*" border=1><frame name="banner" src="/banner.aspx" scrolling="no" noresize>
<frameset cols="190,*"><frame name="menu" src="/menu.aspx"><frame name="main" src="/main.aspx"></frameset>
<noframes><body>This system needs a browser with frames.</body></noframes></frameset></html>
"""
_BANNER = """<table width="100%"><tr><td><b style="font-size:16px;color:#0a246a">Meridian</b>
Clinic System</td><td>$moved</td><td align=right>Signed in as <span id="ctl00_Top_lblUser">$user</span></td>
</tr></table>"""
_MENU = """<div id="ctl00_Menu"><table cellpadding=3 width="100%"><tr><td class=hd>Menu</td></tr>
<tr><td>&raquo; $open_screen</td></tr><tr><td class=hd>Reports</td></tr>
<tr><td>&raquo; $open_appointments</td></tr><tr><td>&raquo; $open_billing</td></tr>
<tr><td class=hd>Session</td></tr><tr><td>&raquo; $sign_out</td></tr></table></div>"""
_MAIN = """<table width="100%"><tr><td class=hd>Welcome</td></tr><tr><td><p>Choose from the menu.</p>
<p><i>Reports open in a window of their own. Please allow pop-ups for this site.</i></p></td></tr></table>"""
_EXPIRED = """<table><tr><td class=hd>Session</td></tr><tr><td>\
<span id="ctl00_cphMain_lblMessage" class="err">Your session has expired. Please sign in again.</span></td>
</tr><tr><td><a id="ctl00_cphMain_lnkSignIn" href="/login.aspx" target="_top">Sign in again</a></td></tr>
</table>"""

_REPORT = """<table width="100%"><tr><td class=hd colspan=3>$title</td></tr>
<tr><td><label for="$from_id">$from_caption</label></td><td>$from_field</td>
<td rowspan=3><div id="ctl00_cphMain_calendar"></div></td></tr>
<tr><td>$to_caption</td><td>$to_field</td></tr>$choice
<tr><td></td><td>$export</td></tr>
<tr><td colspan=3><span id="ctl00_cphMain_lblMessage" class="err">$message</span></td></tr></table>"""
_DATE = """<input type="text" class="date" name="$name" id="$id" value="$value" maxlength=10 \
onchange="normaliseDate(this)"> <a href="javascript:openCalendar('$id')" title="Calendar">[...]</a>"""
_CHOICE = """<tr><td>$label</td><td>$field</td></tr>"""
_SELECT = """<select name="ctl00$$cphMain$$$name" id="$id" title="$caption">$choices</select>"""

_WAIT = """<br><center><table style="border:2px outset;padding:12px"><tr><td><b id="ctl00_cphMain_lblWait">\
Please wait, your report is being prepared ...</b></td></tr><tr><td align=center>\
<tt id="dots">.</tt></td></tr></table></center>
<script>setInterval(function () { document.getElementById("dots").innerHTML += "."; }, 200);
setTimeout(function () { window.location.replace("/reports/wait.aspx?job=$job"); }, 300);</script>"""

_SCREEN = """<table width="100%"><tr><td class=hd>Appointments on screen</td></tr><tr><td>
$from_caption $from_field $to_caption $to_field $show
<span id="ctl00_cphMain_lblMessage" class="err">$message</span></td></tr>
<tr><td><span id="ctl00_cphMain_lblCount">$count</span> $next</td></tr></table>
<div id="ctl00_cphMain_calendar"></div>
<table id="ctl00_cphMain_gvAppts" border=1 cellspacing=0 cellpadding=2><tr><th>Appt No</th><th>Patient No</th>
<th>Patient Name</th><th>Visit Date</th><th>Doctor</th><th>Status</th></tr>$rows</table>"""
_SCREEN_ROW = """<tr><td class=$shade>$appointment_no</td><td class=$shade>$patient_no</td>\
<td class=$shade>$name</td><td class=$shade>$day</td><td class=$shade>$doctor</td>\
<td class=$shade>$status</td></tr>"""


def shell(title: str, body: Raw, look: Appearance | None = None, head: str = "") -> Raw:
    """A whole page around a body."""
    on_load = look.on_load() if look else Raw("")
    return render(_SHELL, title=title, body=body, head=Raw(head), on_load=on_load)


def code_page(look: Appearance, ticket: str, question: str, message: str) -> Raw:
    """The second step of signing in: a code, or the answer to a question."""
    asked = question or "One-time code"
    body = render(_CODE, question=asked, ticket=ticket, message=message)
    return shell("Meridian - Sign in", _form("/code.aspx", body, look), look)


def told_page(message: str) -> Raw:
    """A page that says why nobody is let in, and asks nothing."""
    return shell("Meridian - Sign in", render(_TOLD, message=message))


def sign_in_page(look: Appearance, message: str) -> Raw:
    """The sign-in page; the password field has no label, only an id and a title."""
    body = render(
        _SIGN_IN,
        user_id=look.id("user"),
        user_caption=look.caption("user"),
        user=look.put("user", _USER),
        password_caption=look.caption("password"),
        password=look.put("password", _PASSWORD),
        sign_in=look.put("sign_in", _SUBMIT, name="ctl00$cphMain$btnLogin"),
        message=message,
    )
    return shell("Meridian - Sign in", _form("/login.aspx", body, look), look)


def frames_page() -> Raw:
    """The frameset: banner, menu, main."""
    return Raw(_FRAMES)


def banner_page(look: Appearance, user: str) -> Raw:
    """The top frame; menu links that the fault `moved` took out of the menu stand here."""
    moved = join(_menu_link(look, key) for key in MENU_KEYS if look.moved(key))
    return shell("Banner", render(_BANNER, user=user, moved=moved), head=OPEN_REPORT)


def menu_page(look: Appearance) -> Raw:
    """The menu frame."""
    links = {key: Raw("") if look.moved(key) else _menu_link(look, key) for key in MENU_KEYS}
    return shell("Menu", render(_MENU, **links), look, OPEN_REPORT)


def main_page() -> Raw:
    """The main frame before anything was chosen."""
    return shell("Main", Raw(_MAIN))


def expired_page() -> Raw:
    """What every frame and pop-up shows once the session is gone."""
    return shell("Session expired", Raw(_EXPIRED))


def report_page(look: Appearance, report: Report, first: str, last: str, message: str) -> Raw:
    """The pop-up of a report; the `To` field has no label, only an id."""
    if report == "appointments":
        choices = join(render("<option>$name</option>", name=name) for name in (EVERY_DOCTOR, *DOCTORS))
        choice = _choice(look, "doctor", "ddlDoctor", choices)
    else:
        captions = {name: form.caption for name, form in FORMATS.items()}
        choices = join(
            render('<option value="$name">$caption</option>', name=name, caption=caption)
            for name, caption in captions.items()
        )
        choice = _choice(look, "form", "ddlForm", choices)
    export = look.put("export", _SUBMIT, name="ctl00$cphMain$btnExport")
    body = render(
        _REPORT,
        title=f"{report.capitalize()} report",
        choice=choice,
        export=Raw("") if look.moved("export") else export,
        message=message,
        **_dates(look, first, last),
    )
    if look.moved("export"):
        body = join((render("<div align=right>$export</div>", export=export), body))
    action = f"/reports/{report}.aspx"
    return shell(f"{report.capitalize()} report", _form(action, body, look), look, CALENDAR)


def _choice(look: Appearance, key: str, name: str, choices: Raw) -> Raw:
    field = look.put(key, _SELECT, name=name, choices=choices)
    return render(_CHOICE, label=look.caption(key), field=field)


def wait_page(job: int) -> Raw:
    """Please wait; asks again by itself until the file comes."""
    return shell("Please wait", render(_WAIT, job=job))


def screen_page(
    look: Appearance, rows: tuple[Appointment, ...], first: str, last: str, number: int, message: str
) -> Raw:
    """Page `number` (from 1) of the appointments on screen, 50 rows a page."""
    start = (number - 1) * PAGE_ROWS
    shown = rows[start : start + PAGE_ROWS]
    count = f"Showing {start + 1}-{start + len(shown)} of {len(rows)}" if shown else "No appointments"
    onward = ""
    if start + PAGE_ROWS < len(rows):
        link = """<a id="$id" href="javascript:__doPostBack('gvAppts','Page$$$page')">$caption</a>"""
        onward = look.put("next_page", link, page=number + 1)
    body = render(
        _SCREEN,
        show=look.put("show", _SUBMIT, name="ctl00$cphMain$btnShow"),
        message=message,
        count=count,
        next=onward,
        rows=join(_screen_row(place, row) for place, row in enumerate(shown)),
        **_dates(look, first, last),
    )
    return shell("Appointments", _form("/appointments.aspx", body, look), look, CALENDAR + POST_BACK)


def _screen_row(place: int, row: Appointment) -> Raw:
    return render(
        _SCREEN_ROW,
        shade=f"r{place % 2}",
        appointment_no=row.appointment_no,
        patient_no=row.patient_no,
        name=row.patient_name,
        day=day_text(row.visit_date),
        doctor=row.doctor,
        status=row.status,
    )


def _dates(look: Appearance, first: str, last: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for key, name, value in (("from", "txtFrom", first), ("to", "txtTo", last)):
        fields[f"{key}_id"] = look.id(key)
        fields[f"{key}_caption"] = look.caption(key)
        fields[f"{key}_field"] = look.put(key, _DATE, name=f"ctl00$cphMain${name}", value=value)
    return fields


def _menu_link(look: Appearance, key: str) -> Raw:
    targets = {
        "open_screen": 'href="/appointments.aspx" target="main"',
        "open_appointments": """href="#" onclick="return openReport('appointments')\"""",
        "open_billing": """href="#" onclick="return openReport('billing')\"""",
        "sign_out": 'href="/logout.aspx" target="_top"',
    }
    return look.put(key, '<a id="$id" $target>$caption</a>', target=Raw(targets[key]))


def _form(action: str, body: Raw, look: Appearance) -> Raw:
    digest = hashlib.sha512(action.encode()).digest() * 4
    state = base64.b64encode(digest).decode()
    return render(_FORM, action=action, state=state, body=body, on_submit=look.on_submit())
