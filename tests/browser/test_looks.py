"""What is kept of pages: covered pictures, outlines, traces; and candidates for what is lost."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from agent.browser.capture import circumstances, screenshot
from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.masking import Mask
from agent.browser.repairing import propose
from agent.browser.session import Session
from agent.browser.traces import candidates
from agent.core.failures import ElementMissing, FillDiffers
from agent.core.likeness import rank
from agent.core.repair import Trace
from agent.system.browsers import find_browser
from tests.bench import repair_cases
from tests.bench.repair_sources import visit_practice

BOOK = """title = "Desk"
url = "http://127.0.0.1:9"
signed_in = "heading"
personal = ['\\d{3}-\\d{4}']

[elements]
heading = { css = "h1" }
list = { css = "#list", personal = true }
note = { label = "Note", kind = "fill" }
other = { label = "Other", kind = "fill" }
save = { role = "button", name = "Save", kind = "commit" }
"""
# A personal value runs over elements, stands in a dialog above all, in a frame, in fields of all sorts.
PAGE = """<title>of Garçon, Léa</title><body style="font:16px sans-serif">
<h1><span class=hide>Gar<b>çon</b>, Léa</span></h1>
<p><span class=hide>555-1234</span> <i id=seen>stays to be seen</i></p>
<p id=list class=hide>Ann Lee</p>
<form><label>Note <input class=hide value="057088"></label> <input class=hide type=password value=hunter2>
<input class=hide autocomplete="one-time-code" value=123456>
<select class=hide><option>057088</option></select> <textarea class=hide>Garçon, Léa</textarea>
<input class=hide value="tok-99"> <label>Other <input></label></form>
<div style="height:1200px"></div><p><span class=hide>GARÇON,
 LÉA</span></p><iframe name=inner srcdoc="<span class=hide>Garçon, Léa</span>"></iframe>
<dialog id=d style="margin:120px"><span class=hide>057088</span></dialog>
<script>d.showModal(); scrollTo(0, 300); console.log('for 057088, hunter2')</script></body>"""
SECRETS = ("garçon", "léa", "057088", "hunter2", "123456", "tok-99", "555-1234", "Ann Lee")
_BOXES = """() => {
  const boxes = [];
  const add = (doc, x, y) => {
    for (const e of doc.querySelectorAll('.hide, #seen'))
      for (const b of e.getClientRects())
        boxes.push([e.id === 'seen', b.x + x + 2, b.y + y + 2, b.width - 4, b.height - 4]);
    for (const f of doc.querySelectorAll('iframe')) {
      const b = f.getBoundingClientRect();
      add(f.contentDocument, x + b.x + f.clientLeft, y + b.y + f.clientTop);
    }
  };
  add(document, scrollX, scrollY);
  return boxes;
}"""
# The share of a box's points that have the covers' colour, of a picture that the browser reads back.
_COVERED = """async ([picture, boxes]) => {
  const image = await createImageBitmap(await (await fetch('data:image/webp;base64,' + picture)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  return boxes.map(([seen, x, y, width, height]) => {
    const points = pen.getImageData(x, y, Math.max(1, width), Math.max(1, height)).data;
    const far = (at) => [0x5B, 0x64, 0x70].reduce((sum, part, n) => sum + Math.abs(points[at + n] - part), 0);
    let alike = 0;
    for (let at = 0; at < points.length; at += 4) alike += far(at) < 60;
    return [seen, alike / (points.length / 4)];
  });
}"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    browser = find_browser()
    started = Engine()
    started.launch(browser.path, sandbox=browser.sandbox)
    yield started
    started.close()


@pytest.fixture(scope="module")
def page(engine: Engine) -> Page:
    return engine.new_page()


@pytest.fixture
def session(page: Page, tmp_path: Path) -> Session:
    (tmp_path / "site.toml").write_text(BOOK)
    found = Session(page, load_book(tmp_path), lambda *_: None)
    found.memory.personal = ["Garçon, Léa", "057088"]
    found.memory.secrets = ["hunter2", "tok-99"]
    page.goto("about:blank")
    return found


def covered(session: Session) -> tuple[float, float]:
    """How much of what must not be seen is covered, at least; and of what may be."""
    picture = screenshot(session)
    assert picture is not None
    boxes = session.page.evaluate(_BOXES)
    shares = session.page.evaluate(_COVERED, [base64.b64encode(picture.content).decode(), boxes])
    assert len(shares) >= 12
    return min(share for seen, share in shares if not seen), max(share for seen, share in shares if seen)


def test_what_must_not_be_seen_is_covered_and_nothing_else(session: Session) -> None:
    session.page.set_content(PAGE)
    hidden, seen = covered(session)
    assert hidden > 0.95
    assert seen < 0.2, "its letters' edges have that colour, too"
    assert session.page.locator("div[popover]").count() == 0, "the covers are gone again"


def test_without_the_masks_the_check_sees_it(session: Session) -> None:
    """The negative control: what nobody calls personal is not covered, and is noticed."""
    session.memory.personal, session.memory.secrets = [], []
    session.page.set_content(PAGE)
    assert covered(session)[0] < 0.5


def test_a_page_that_does_not_hold_still_is_not_pictured(session: Session) -> None:
    session.page.set_content(
        "<p id=p style='position:absolute'>Garçon, Léa</p>"
        "<script>let x = 0; setInterval(() => { p.style.left = (x += 7) % 500 + 'px'; }, 5)</script>"
    )
    assert screenshot(session) is None


def test_nothing_secret_stands_in_what_is_kept_in_words(session: Session) -> None:
    session.page.set_content(PAGE)
    session.memory.dialogs.append("Really delete Garçon, Léa?")
    session.memory.network.append(("GET", "http://u:hunter2@desk.example/p/057088?no=057088#x", "200"))
    session.memory.filled["note"] = "057088"
    kept = json.dumps(circumstances(session, "note"), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret.casefold() in kept.casefold()]
    told = json.loads(kept)
    assert told["network"][-1] == "200 GET http://desk.example/p/▇▇▇?no=…"
    assert told["sought"] == {"element": "note", "kind": "fill", "ways": [{"label": "Note"}], "healed": False}
    assert "label: Note" in told["outline"]
    proposed = json.dumps(propose(session, "save", {}), ensure_ascii=False).casefold()
    assert not [secret for secret in SECRETS if secret.casefold() in proposed]


DATA = """<h1>Patients</h1><table><tr><th>Name</th><th>Born</th><th>Do</th></tr>
<tr><td><a href="/1" title="Ann Lee">Ann Lee</a></td><td>1980</td><td><a href="/1/e">Edit</a></td></tr>
<tr><td><a href="/2">Tom Poe</a></td><td>1975</td><td><a href="/2/e">Edit</a></td></tr></table>
<label>Note <input value="Tom Poe"></label>"""


def test_a_trace_holds_the_words_of_labels_never_of_data(session: Session) -> None:
    """In a table of data only what every row says is kept, and of a field never what it holds."""
    session.page.set_content(DATA)
    found = [each.trace for each in candidates(session.page, Mask([]))]
    traces = json.dumps([trace.as_json() for trace in found])
    assert not [name for name in ("Ann Lee", "Tom Poe") if name in traces]
    links = [(trace.name, trace.shape) for trace in found if trace.role == "link"]
    assert links == [("", "a a"), ("Edit", ""), ("", "a a"), ("Edit", "")]


def test_an_element_is_looked_at_once_a_run(session: Session) -> None:
    session.page.set_content("<label>Note <input></label>")
    session.fill({"note": "x"})
    seen = session.memory.sightings.today["note"]
    assert (seen.trace.label, seen.base) == ("Note", session.book.element("note").base)
    session.page.set_content("<label>Note <input id=other></label>")
    session.fill({"note": "x"})
    assert session.memory.sightings.today["note"] is seen
    for _ in range(9):
        session["other"].count()
    assert not session.memory.sightings.due("other"), "what is not there is not looked for for ever"


def test_a_window_in_which_something_failed_stays_open_to_be_looked_at(session: Session) -> None:
    session.page.set_content('<a id=o href="about:blank" target=_blank>open</a>')
    (Path(session.book.file)).write_text(BOOK + 'opener = { css = "#o" }\n')
    session.book = load_book(Path(session.book.file).parent)
    with pytest.raises(ElementMissing), session.popup("opener"):
        raise ElementMissing(site="desk", element="x")
    window = session.memory.failed
    assert not window.page.is_closed()
    with session.popup("opener") as another:
        assert window.page.is_closed()
    assert another.page.is_closed()


def healed(session: Session, selector: str) -> None:
    """The engine has found “note” again by itself, at ``selector``."""
    element = session.book.element("note")
    way = replace(element.ways[0], by="css", value=selector)
    session.book, _ = session.book.with_repairs({"note": (element.base, way, True)})


def test_a_healed_field_is_used_only_where_it_is_read_back(session: Session) -> None:
    session.page.set_content("<input id=a> <input id=b maxlength=2>")
    healed(session, "#a")
    with pytest.raises(ElementMissing):
        session["note"].fill("Anything")
    session.fill({"note": "Anything"})
    assert session.page.input_value("#a") == "Anything"
    healed_wrong = session.page.evaluate("b.oninput = () => { b.value = '' }")
    assert healed_wrong is None
    session.book = load_book(Path(session.book.file).parent)
    healed(session, "#b")
    with pytest.raises(FillDiffers):
        session.fill({"note": "Anything"})


def test_the_second_of_two_equal_buttons_gets_a_number(session: Session) -> None:
    session.page.set_content("<form><button id=s>Save</button> <button id=s>Save</button></form>")
    told = propose(session, "save", {})
    assert (told["found"], told["missing"], told["kind"]) == (2, 1, "commit")
    first, second = told["candidates"][:2]
    assert [first["locator"], second["locator"]] == [{"css": "#s >> nth=0"}, {"css": "#s >> nth=1"}]
    assert first["box"][0] < second["box"][0]


def test_several_lost_things_of_one_form_are_told_together(session: Session) -> None:
    session.page.set_content("<form id=f><label>Note <input></label><label>Other <input></label></form>")
    session.fill({"note": "x", "other": "y"})
    seen = {name: sight.trace for name, sight in session.memory.sightings.today.items()}
    session.page.set_content(
        "<form id=f><label>Remark <input></label><label>Further <input></label></form><h1>Desk</h1>"
    )
    told = propose(session, "note", seen)
    assert [(each["element"], each["found"]) for each in told["elements"]] == [("note", 0), ("other", 0)]
    assert (told["missing"], told["of"]) == (2, 2)
    firsts = {each["element"]: each["best"] for each in told["elements"]}
    shown = {each["number"]: each["shown"] for each in told["candidates"]}
    assert (shown[firsts["note"]], shown[firsts["other"]]) == ("textbox “Remark”", "textbox “Further”")


def ranked_first(made: dict[str, Any] | None) -> list[bool]:
    """Of each lost element of one case, whether the right one was ranked first."""
    if made is None:
        return []
    today = [Trace.from_json(each) for each in made["candidates"]]
    lost = [each for each in made["targets"] if each["count"] != 1 and each["truth"]]
    return [rank(Trace.from_json(each["before"]), today)[0].index in each["truth"] for each in lost]


def test_a_small_dose_of_the_repair_corpus(page: Page, engine: Engine, tmp_path: Path) -> None:
    """Changed pages of the practice systems; the whole corpus: ``python -m tests.bench.repair_corpus``."""
    visit_practice(page.context.browser, tmp_path)  # type: ignore[arg-type]  # it has one
    sources = {file.stem: file.read_text() for file in tmp_path.glob("claimport.*.html")}
    right: list[bool] = []
    for case in repair_cases.plan(sorted(sources), seed=7, practice=1):
        right += ranked_first(repair_cases.make(page, case, sources))
    assert len(right) > 8
    assert sum(right) / len(right) >= 0.9
