"""The pages of ClaimPort, the claims house: tables for layout, generated ids, a menu on every page."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from resources.practice.appearance import Appearance, Element
from resources.practice.claims import Claim
from resources.practice.markup import Raw, join, render

PAGE_ROWS = 50


def _element(number: str, caption: str, other_caption: str) -> Element:
    return Element(f"cp_{number}", caption, f"cp_{number}z7", other_caption)


BOOK: Mapping[str, Element] = MappingProxyType(
    {
        "user": _element("x01", "User name", "Login"),
        "password": _element("x02", "Password", "Pass phrase"),
        "sign_in": _element("x03", "Sign in", "Log on"),
        "new_claim": _element("m1", "New claim", "Enter claim"),
        "find_claim": _element("m2", "Find claim", "Search"),
        "all_claims": _element("m3", "All claims", "Claim list"),
        "sign_out": _element("m4", "Sign out", "Log off"),
        "claim_no": _element("x11", "Claim number", "Claim ref."),
        "patient_no": _element("x12", "Patient number", "Patient ref."),
        "patient_name": _element("x13", "Patient name", "Name of patient"),
        "next": _element("x14", "Next", "Continue"),
        "visit_date": _element("x21", "Visit date", "Date of visit"),
        "service_code": _element("x22", "Service code", "Service"),
        "amount": _element("x23", "Amount", "Amount claimed"),
        "save": _element("x24", "Save claim", "Submit"),
        "back": _element("x25", "Back", "Previous page"),
        "confirmation": _element("x31", "Confirmation number", "Reference"),
        "find_no": _element("x41", "Claim number", "Claim ref."),
        "find": _element("x42", "Find", "Search"),
        "list_from": _element("x51", "Visit date from", "Visited from"),
        "list_to": _element("x52", "to", "until"),
        "list_show": _element("x53", "Show", "Refresh"),
        "next_page": _element("x56", "Next page", "Older"),
    }
)
_MENU_KEYS = ("new_claim", "find_claim", "all_claims", "sign_out")
_ADDRESSES = MappingProxyType(
    {
        "new_claim": "/claim/new.php",
        "find_claim": "/claim/find.php",
        "all_claims": "/claims.php",
        "sign_out": "/signout.php",
    }
)

_SHELL = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><head><title>ClaimPort - $title</title><meta charset="utf-8"><style>
body {margin:0; font:13px "Times New Roman", serif; background:#fffff0}
#cp_Banner {background:#063; color:#ff9; font-size:20px; padding:4px 10px} .err {color:#c00}
#cp_Menu {background:#cfc} #cp_Menu td {border-bottom:1px solid #063; padding:4px 10px}
th {background:#9c9; text-align:left}
</style></head><body><table width="100%" cellspacing=0 cellpadding=0>
<tr><td colspan=2 id="cp_Banner">ClaimPort <small><i>the claims house</i></small></td></tr>
<tr valign=top><td width=150>$menu</td><td style="padding:10px">$body</td></tr></table>$on_load</body></html>
"""
_MENU = (
    '<table id="cp_Menu" cellspacing=0 width=150>$links<tr><td><small>User: $user</small></td></tr></table>'
)
_LINK = '<a id="$id" href="$address">$caption</a>'

_SIGN_IN = """<form method="post" action="/signin.php"$on_submit><table cellpadding=4>
<tr><th colspan=2>Please sign in</th></tr>
<tr><td><label for="$user_id">$user_caption</label></td><td>$user</td></tr>
<tr><td><label for="$password_id">$password_caption</label></td><td>$password</td></tr>
<tr><td></td><td>$sign_in</td></tr></table></form><font class="err" id="cp_x09">$message</font>"""
_CODE = """<form method="post" action="/code.php"><table cellpadding=4>
<tr><th colspan=2>One more step</th></tr><tr><td><label for="cp_x05" id="cp_x07">$question</label></td>
<td><input type="hidden" name="ticket" value="$ticket">
<input type="text" name="code" id="cp_x05" autocomplete="off"></td></tr>
<tr><td></td><td><input type="submit" name="go" value="Continue" id="cp_x06"></td></tr></table></form>
<font class="err" id="cp_x09">$message</font>"""
_TOLD = """<font class="err" id="cp_x09">$message</font>"""
_TEXT = '<input type="text" name="$name" id="$id" value="$value" autocomplete="off">'
_SPOKEN = '<input type="text" name="$name" id="$id" value="$value" aria-label="$caption" autocomplete="off">'
_PASSWORD = '<input type="password" name="password" id="$id">'
_SUBMIT = '<input type="submit" name="go" value="$caption" id="$id">'

_STEP_1 = """<form method="post" action="/claim/new.php"$on_submit>$above<table cellpadding=4>
<tr><th colspan=2>New claim (page 1 of 2)</th></tr>
<tr><td><label for="$claim_no_id">$claim_no_caption</label></td><td>$claim_no</td></tr>
<tr><td>$patient_no_caption</td><td>$patient_no</td></tr>
<tr><td>$patient_name_caption</td><td>$patient_name</td></tr>
<tr><td></td><td>$below</td></tr></table></form><font class="err" id="cp_x09">$message</font>"""
_STEP_2 = """<form method="post" action="/claim/save.php"$on_submit>$above
<input type="hidden" name="draft" value="$draft"><table cellpadding=4>
<tr><th colspan=2>New claim (page 2 of 2)</th></tr>
<tr><td>Claim</td><td id="cp_x20">$claim</td></tr><tr><td>Patient</td><td id="cp_x26">$patient</td></tr>
<tr><td><label for="$visit_date_id">$visit_date_caption</label></td><td>$visit_date dd/mm/yyyy</td></tr>
<tr><td>$service_code_caption</td><td>$service_code</td></tr>
<tr><td>$amount_caption</td><td>$amount &pound;</td></tr>
<tr><td>$back</td><td>$below</td></tr></table></form><font class="err" id="cp_x09">$message</font>"""
_BACK = '<a id="$id" href="/claim/new.php?draft=$draft">$caption</a>'
_SAVED = """<table cellpadding=4><tr><th colspan=2>Claim saved</th></tr>
<tr><td>$caption</td><td>$number</td></tr><tr><td>Claim</td><td>$claim_no</td></tr></table>
<p><a href="/claim/new.php" id="cp_x32">Enter another claim</a></p>"""
_FIND = """<form method="get" action="/claim/find.php"$on_submit><table cellpadding=4>
<tr><th colspan=3>Find claim</th></tr><tr><td><label for="$find_no_id">$find_no_caption</label></td>
<td>$find_no</td><td>$find</td></tr></table></form><font class="err" id="cp_x43">$count</font>$grid"""
_LIST = """<form method="get" action="/claims.php"$on_submit><table cellpadding=4><tr>
<th colspan=5>All claims</th></tr><tr><td><label for="$list_from_id">$list_from_caption</label></td>
<td>$list_from</td><td><label for="$list_to_id">$list_to_caption</label> $list_to</td><td>$list_show</td>
</tr></table></form><font class="err" id="cp_x09">$message</font>
<p><span id="cp_x54">$count</span> $next_page</p>$grid"""
_GRID = """<table id="$id" border=1 cellspacing=0 cellpadding=2><tr><th>Confirmation</th><th>Claim</th>
<th>Patient no.</th><th>Patient</th><th>Visit date</th><th>Service</th><th>Amount</th><th>Entered (UTC)</th>
<th>By</th></tr>$rows</table>"""
_ROW = """<tr><td>$confirmation</td><td>$claim_no</td><td>$patient_no</td><td>$patient_name</td>\
<td>$visit_date</td><td>$service_code</td><td align=right>$amount</td><td>$entered</td><td>$by</td></tr>"""


def sign_in_page(look: Appearance, message: str) -> Raw:
    """The sign-in page."""
    body = render(
        _SIGN_IN,
        user_id=look.id("user"),
        user_caption=look.caption("user"),
        user=look.put("user", _TEXT, name="user", value=""),
        password_id=look.id("password"),
        password_caption=look.caption("password"),
        password=look.put("password", _PASSWORD),
        sign_in=look.put("sign_in", _SUBMIT),
        message=message,
        on_submit=look.on_submit(),
    )
    return _shell("Sign in", body, look, None)


def code_page(look: Appearance, ticket: str, question: str, message: str) -> Raw:
    """The second step of signing in: a code, or the answer to a question."""
    body = render(_CODE, question=question or "Code", ticket=ticket, message=message)
    return _shell("Sign in", body, look, None)


def told_page(look: Appearance, message: str) -> Raw:
    """A page that says why nobody is let in, and asks nothing."""
    return _shell("Sign in", render(_TOLD, message=message), look, None)


def home_page(look: Appearance, user: str) -> Raw:
    """The page after sign-in."""
    return _shell("Home", Raw("<p>Welcome to ClaimPort. Choose from the menu on the left.</p>"), look, user)


def step_1_page(look: Appearance, user: str, values: Mapping[str, str], message: str) -> Raw:
    """Page 1 of the claim form; `Patient number` has only an id, `Patient name` only an accessible name."""
    fields = {
        **_captions(look, "claim_no", "patient_no", "patient_name"),
        "claim_no": look.put("claim_no", _TEXT, name="claim_no", value=values.get("claim_no", "")),
        "patient_no": look.put("patient_no", _TEXT, name="patient_no", value=values.get("patient_no", "")),
        "patient_name": look.put(
            "patient_name", _SPOKEN, name="patient_name", value=values.get("patient_name", "")
        ),
    }
    body = render(_STEP_1, message=message, on_submit=look.on_submit(), **_button(look, "next"), **fields)
    return _shell("New claim", body, look, user)


def step_2_page(
    look: Appearance, user: str, draft: str, first: Mapping[str, str], values: Mapping[str, str], message: str
) -> Raw:
    """Page 2 of the claim form; `Service code` has only an id, `Amount` only an accessible name."""
    fields = {
        **_captions(look, "visit_date", "service_code", "amount"),
        "visit_date": look.put("visit_date", _TEXT, name="visit_date", value=values.get("visit_date", "")),
        "service_code": look.put(
            "service_code", _TEXT, name="service_code", value=values.get("service_code", "")
        ),
        "amount": look.put("amount", _SPOKEN, name="amount", value=values.get("amount", "")),
    }
    body = render(
        _STEP_2,
        message=message,
        draft=draft,
        claim=first["claim_no"],
        patient=f"{first['patient_no']} {first['patient_name']}",
        back=look.put("back", _BACK, draft=draft),
        on_submit=look.on_submit(),
        **_button(look, "save"),
        **fields,
    )
    return _shell("New claim", body, look, user)


def saved_page(look: Appearance, user: str, number: int, claim_no: str) -> Raw:
    """The confirmation page."""
    shown = look.put("confirmation", '<b id="$id">$number</b>', number=number)
    body = render(_SAVED, caption=look.caption("confirmation"), number=shown, claim_no=claim_no)
    return _shell("Claim saved", body, look, user)


def find_page(look: Appearance, user: str, asked: str, found: Sequence[Claim] | None) -> Raw:
    """The look-up screen; `found` is None before anything was asked."""
    count, grid = "", Raw("")
    if found is not None:
        count = f"{len(found)} claim{'' if len(found) == 1 else 's'} found" if found else "No claims found"
        grid = _grid("cp_x44", found) if found else Raw("")
    body = render(
        _FIND,
        **_captions(look, "find_no"),
        find_no=look.put("find_no", _TEXT, name="claim_no", value=asked),
        find=look.put("find", _SUBMIT),
        count=count,
        grid=grid,
        on_submit=look.on_submit(),
    )
    return _shell("Find claim", body, look, user)


def list_page(
    look: Appearance,
    user: str,
    claims: Sequence[Claim],
    *,
    number: int,
    asked: tuple[str, str],
    message: str,
) -> Raw:
    """Page `number` (from 1) of `claims`, 50 a page."""
    start = (number - 1) * PAGE_ROWS
    shown = claims[start : start + PAGE_ROWS]
    count = f"Showing {start + 1}-{start + len(shown)} of {len(claims)}" if shown else "Showing 0 of 0"
    onward = Raw("")
    if start + PAGE_ROWS < len(claims):
        link = '<a id="$id" href="/claims.php?page=$page&amp;from=$first&amp;to=$last">$caption</a>'
        onward = look.put("next_page", link, page=number + 1, first=asked[0], last=asked[1])
    body = render(
        _LIST,
        **_captions(look, "list_from", "list_to"),
        list_from=look.put("list_from", _TEXT, name="from", value=asked[0]),
        list_to=look.put("list_to", _TEXT, name="to", value=asked[1]),
        list_show=look.put("list_show", _SUBMIT),
        message=message,
        count=count,
        next_page=onward,
        grid=_grid("cp_x55", shown),
        on_submit=look.on_submit(),
    )
    return _shell("All claims", body, look, user)


def menu_keys(*keys: str) -> tuple[str, ...]:
    """The elements of a page with a menu and these elements."""
    return (*_MENU_KEYS, *keys)


def _grid(grid_id: str, claims: Sequence[Claim]) -> Raw:
    rows = join(
        render(
            _ROW,
            confirmation=claim.confirmation,
            claim_no=claim.claim_no,
            patient_no=claim.patient_no,
            patient_name=claim.patient_name,
            visit_date=claim.visit_date,
            service_code=claim.service_code,
            amount=claim.amount,
            entered=claim.entered_at[:19].replace("T", " "),
            by=claim.entered_by,
        )
        for claim in claims
    )
    return render(_GRID, id=grid_id, rows=rows)


def _captions(look: Appearance, *keys: str) -> dict[str, object]:
    names: dict[str, object] = {f"{key}_id": look.id(key) for key in keys}
    return names | {f"{key}_caption": look.caption(key) for key in keys}


def _button(look: Appearance, key: str) -> dict[str, object]:
    """A form's button: below the fields, or (moved) above them."""
    button = look.put(key, _SUBMIT)
    above, below = (button, Raw("")) if look.moved(key) else (Raw(""), button)
    return {"above": above, "below": below}


def _shell(title: str, body: Raw, look: Appearance, user: str | None) -> Raw:
    menu = Raw("")
    if user is not None:
        links = {key: look.put(key, _LINK, address=_ADDRESSES[key]) for key in _MENU_KEYS}
        rows = join(render("<tr><td>$link</td></tr>", link=link) for link in links.values())
        menu = render(_MENU, links=rows, user=user)
    return render(_SHELL, title=title, menu=menu, body=body, on_load=look.on_load())
