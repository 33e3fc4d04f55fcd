"""Whatever way a site brings a file, one click returns it whole; a table is read off the page as seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent.browser.elements import Book, Element, ElementKind, load_book
from agent.browser.engine import Engine
from agent.browser.locators import Way
from agent.browser.session import Landing
from agent.browser.signing_in import Account, sign_in
from agent.browser.tables import read_table
from agent.core.failures import DownloadCut, DownloadMissing, ElementMissing, PageTimeout, SignedOut
from agent.reports.columns import day, money, text
from agent.reports.reading import read, typed_rows
from agent.sdk import Session
from agent.system.browsers import find_browser
from resources.practice.formats import FORMATS, WIDTHS
from resources.practice.server import Practice
from tests.morning import SHIPPED

CLAIMS = {"claim_no": text(), "visit_date": day("%d/%m/%Y"), "patient_no": text(digits=6), "amount": money()}
CSV = "Claim;Amount\nC000731;12,50\n".encode("cp1252")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj trailer<</Root 1 0 R>>\n"
HOME = """<a id=saved href=/saved>saved</a>
<a id=shown href=/shown>shown</a> <a id=viewer href=/viewer>viewer</a>
<a id=own_window target=_blank href=/saved>window</a> <a id=shown_there target=_blank href=/shown>there</a>
<form method=post action=/shown><button id=posted>post</button></form>
<form method=post action=/shown target=_blank><button id=posted_there>post</button></form>
<button id=late onclick="setTimeout(() => location = '/wait', 300)">late</button>
<button id=made onclick="make()">made by a script</button>
<a id=hostile href=/hostile>hostile</a> <a id=slow href=/slow>slow</a> <a id=cut href=/cut>cut</a>
<a id=stalls href=/stalls>stalls</a> <a id=signed_out href=/sign_in>out</a> <a id=nothing href="#">nothing</a>
<script>function make() { const a = document.createElement('a'); a.download = 'made.csv';
a.href = window.URL.createObjectURL(new Blob(['Claim;Amount\\nC000731;12,50\\n'])); a.click(); }</script>"""
WAIT = "<p>Please wait</p><script>setTimeout(() => location = '/saved', 400)</script>"
PAGED = """<p id=period>17/11/2026, 3 claims</p><table id=rows><tr><th>Claim</th><th>Amount</th></tr>
{rows}<tr style="display:none"><td>C999999</td><td>9.99</td></tr></table>{following}"""
SCRIPTED = """<table id=rows><tr><th>Claim</th><th>Amount</th></tr><tr><td>C1</td><td>1.00</td></tr></table>
<button id=next onclick="setTimeout(() => { rows.rows[1].cells[0].innerText = 'C2'; disabled = true }, 200)">
Next</button>"""


class Site(BaseHTTPRequestHandler):
    """A site that brings its files in every way there is."""

    released = threading.Event()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer a form as a link."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        """Answer by the path."""
        kind, headers, body = self._answer(self.path.split("?")[0].strip("/"))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in body:
            self.wfile.write(part)

    def _answer(self, path: str) -> tuple[str, dict[str, str], Iterator[bytes]]:
        page = {"": HOME, "wait": WAIT, "sign_in": "<input type=password>", "scripted": SCRIPTED}.get(path)
        if path.startswith("list"):
            page = paged(int(path.removeprefix("list")))
        if page is not None:
            return "text/html; charset=utf-8", {}, iter([page.encode()])
        saved = {"Content-Disposition": 'attachment; filename="claims.csv"'}
        if path == "shown":
            return "text/plain", {}, iter([CSV])
        if path == "viewer":
            return "application/pdf", {}, iter([PDF])
        if path == "hostile":
            return (
                "text/csv",
                {"Content-Disposition": 'attachment; filename="../../../etc/x.csv"'},
                iter([CSV]),
            )
        if path == "slow":
            return "text/csv", {**saved, "Content-Length": "2400000"}, slowly()
        if path == "cut":
            return "text/csv", {**saved, "Content-Length": "5000"}, iter([CSV])
        if path == "stalls":
            return "text/csv", saved, self._stalling()
        return "text/csv", saved, iter([CSV])

    def _stalling(self) -> Iterator[bytes]:
        yield CSV
        self.wfile.flush()
        self.released.wait(60)


def slowly() -> Iterator[bytes]:
    """Two and a half seconds for 2.4 MB."""
    for _ in range(24):
        yield b"x" * 100_000
        time.sleep(0.1)  # the site is slow: that is what is tested


def paged(page: int) -> str:
    """A list of three claims over two pages."""
    rows = {1: "<tr><td>C000731</td><td>12.50</td></tr><tr><td>C000732</td><td>1.00</td></tr>"}
    more = "<tr><td>C000733</td><td><input value='2.00'></td></tr>"
    following = "<a id=next href=/list2>Next</a>" if page == 1 else ""
    return PAGED.format(rows=rows.get(page, more), following=following)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine, browser = Engine(), find_browser()
    try:
        engine.launch(browser.path, sandbox=browser.sandbox)
        yield engine
    finally:
        engine.close()


@pytest.fixture
def told() -> list[str]:
    """The steps that were told."""
    return []


@pytest.fixture
def session(engine: Engine, site: str, told: list[str]) -> Iterator[Session]:
    """A window on the site's first page."""
    names = [part.split(maxsplit=1)[0].split(">")[0] for part in (HOME + PAGED + SCRIPTED).split(" id=")[1:]]
    elements = {
        name: Element(name, (Way("css", f"#{name}"),), ElementKind.READ, None, personal=False, base="")
        for name in [*names, "next"]
    }
    book = Book("desk", Path(), "Desk", site, None, "saved", (), (), (), elements)
    landing = Landing(engine.downloads, lambda code, **params: told.append(f"{code} {params}"))
    page = engine.new_page()
    session = Session(page, book, lambda *_: None, landing=landing)  # type: ignore[arg-type,return-value]
    session.open()
    yield session
    page.context.close()
    assert not list(engine.downloads.iterdir())  # nothing is left behind in the clear


@pytest.mark.parametrize(
    ("element", "name", "content"),
    [
        ("saved", "claims.csv", CSV),
        ("shown", "shown", CSV),
        ("viewer", "viewer", PDF),
        ("own_window", "claims.csv", CSV),
        ("shown_there", "shown", CSV),
        ("posted", "shown", CSV),
        ("posted_there", "shown", CSV),
        ("late", "claims.csv", CSV),
        ("made", "made.csv", CSV),
    ],
)
def test_a_file_arrives_whole_whatever_way_it_comes(
    session: Session, element: str, name: str, content: bytes
) -> None:
    """Saved, shown as text or in a viewer, in a window of its own, after a form or a page that says wait."""
    assert session.receive(element) == (name, content)


def test_the_suggested_name_leads_nowhere(session: Session, engine: Engine) -> None:
    """What lies on disk meanwhile has a random name in the worker's folder; the label is not a path of it."""
    name, content = session.receive("hostile")
    assert content == CSV
    assert "/" not in name


def test_a_slow_file_tells_how_it_comes_on(session: Session, told: list[str]) -> None:
    """Its size so far, of the whole where the site states it."""
    assert len(session.receive("slow")[1]) == 2_400_000
    assert any(line.startswith("receiving_of") and "'of': '2.4 MB'" in line for line in told)


def test_a_file_that_breaks_off_is_not_taken(session: Session) -> None:
    """Fewer bytes than the site stated."""
    with pytest.raises(DownloadCut):
        session.receive("cut")


def test_a_file_that_never_ends_is_given_up(session: Session) -> None:
    """After its own time-out, not the worker's."""
    with pytest.raises(DownloadMissing) as caught:
        session.receive("stalls", finish_seconds=1.5)
    assert caught.value.params == {"site": "desk", "element": "stalls", "seconds": 1.5}


def test_a_click_that_brings_nothing_is_given_up(session: Session) -> None:
    """After the time-out for the beginning."""
    with pytest.raises(DownloadMissing) as caught:
        session.receive("nothing", start_seconds=1)
    assert caught.value.params["seconds"] == 1


def test_a_sign_in_page_instead_of_a_file_is_known_at_once(session: Session) -> None:
    """It is not waited for until the time-out for the beginning."""
    began = time.monotonic()
    with pytest.raises(SignedOut):
        session.receive("signed_out", start_seconds=300)
    assert time.monotonic() - began < 100


def test_a_table_is_read_over_all_its_pages_as_it_is_seen(session: Session) -> None:
    """Hidden rows are no rows, a field shows what it holds, and the period beside it is part of the file."""
    session.open("list1")
    content = read_table(session, "rows", "next", ["period"])
    report = read(content, "rows.html")
    cells = [list(row.cells) for row in report.tables[0].rows if row.filled]
    assert cells == [
        ["Claim", "Amount"],
        ["C000731", "12.50"],
        ["C000732", "1.00"],
        ["Claim", "Amount"],
        ["C000733", "2.00"],
    ]
    assert b"17/11/2026, 3 claims" in content


def test_a_table_whose_pages_a_script_changes_is_read_to_its_end(session: Session) -> None:
    """The rows change some time after the click; a disabled link ends them."""
    session.open("scripted")
    content = read_table(session, "rows", "next", [])
    assert [name in content for name in (b"C1", b"C2")] == [True, True]


def test_what_is_no_table_is_a_missing_element(session: Session) -> None:
    """The element is there, and holds no rows."""
    with pytest.raises(ElementMissing):
        read_table(session, "saved", None, [])


def test_a_next_page_that_does_not_come_is_late(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that changes nothing must not end the table in silence."""
    monkeypatch.setattr("agent.browser.tables._NEXT_SECONDS", 0.5)
    session.open("list1")
    session.page.evaluate("document.querySelector('#next').href = '#'")
    with pytest.raises(PageTimeout):
        read_table(session, "rows", "next", [])


def test_the_practice_clinics_report_arrives_in_every_form(engine: Engine, tmp_path: Path) -> None:
    """Chosen in its window, exported after its page that says wait, read with the same rows each time."""
    with Practice(tmp_path) as practice:
        book = load_book(SHIPPED / "sites" / "meridian", practice.meridian_url)
        page = engine.new_page()
        landing = Landing(engine.downloads, lambda *_, **__: None)
        clinic = Session(page, book, lambda *_: None, landing=landing)  # type: ignore[arg-type,return-value]
        clinic.open()
        sign_in(clinic, Account("meridian", "frontdesk", "meridian-2024"))
        read_rows = []
        for form, kind in FORMATS.items():
            with clinic.popup("open_billing") as report:
                report.fill({"from": date(2026, 11, 17), "to": date(2026, 11, 17)})
                report.page.get_by_title("File type").select_option(form)
                name, content = report.receive("export")
            assert name == kind.name
            typed = typed_rows(read(content, name, WIDTHS if form == "fixed" else None), CLAIMS)
            read_rows.append([tuple(row.values.values()) for row in typed.rows])
        page.context.close()
    assert len(read_rows[0]) > 100
    assert all(rows == read_rows[0] for rows in read_rows)
