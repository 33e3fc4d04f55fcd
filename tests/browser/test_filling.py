"""Filling on pages whose scripts come late: a field may be shown or enabled after it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.browser.elements import Book, Element, ElementKind
from agent.browser.engine import Engine
from agent.browser.filling import fill
from agent.browser.locators import Way
from agent.browser.session import Session
from agent.core.failures import FillDiffers
from agent.system.browsers import find_browser

LATE = """<style>.late { display: none }</style>
<input id=first onchange="setTimeout(() => second.disabled = false, 200)">
<input id=second disabled>
<select id=third class=late><option>Consultation<option>Treatment</select>
<input id=never disabled>
<script>setTimeout(() => third.className = '', 300)</script>"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine, browser = Engine(), find_browser()
    try:
        engine.launch(browser.path, sandbox=browser.sandbox)
        yield engine
    finally:
        engine.close()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    page = engine.new_page()
    page.set_content(LATE)
    names = ("first", "second", "third", "never")
    elements = {
        n: Element(n, (Way("css", f"#{n}"),), ElementKind.FILL, None, personal=False, base="") for n in names
    }
    yield Session(page, Book("late", Path(), "Late", "", None, "first", (), (), (), elements), lambda: None)
    page.context.close()


def test_a_field_that_a_script_shows_or_enables_later_is_waited_for(session: Session) -> None:
    """Hidden at first, or enabled only when another was filled: both are filled, in one call."""
    values = {"first": "a", "second": "b", "third": "Treatment"}
    session.fill(values)
    assert {name: session[name].input_value() for name in values} == values


FRAMES = """<p>outer</p><iframe srcdoc="<p>inner</p><iframe srcdoc='<p>innermost</p>'></iframe>"></iframe>"""
FOREIGN = """<p>outer</p><iframe sandbox srcdoc="<p>somebody else's</p>"></iframe>"""


@pytest.mark.parametrize(
    ("content", "words"), [(FRAMES, ["outer", "inner", "innermost"]), (FOREIGN, ["outer", "somebody else's"])]
)
def test_the_text_of_a_page_is_that_of_all_its_frames(
    session: Session, content: str, words: list[str]
) -> None:
    """In one call where the frames are the site's own, one by one where one is another site's."""
    session.page.set_content(content)
    session.page.wait_for_load_state("load")
    assert session.text().split() == " ".join(words).split()


def test_a_field_that_never_becomes_usable_is_named(session: Session) -> None:
    """It holds something else than was to be filled, and nothing is believed."""
    never = session.book.element("never")
    with pytest.raises(FillDiffers) as raised:
        fill(session.page, "late", [(never, "x")], lambda _: None, timeout_milliseconds=1500)
    assert raised.value.params["element"] == "never"
