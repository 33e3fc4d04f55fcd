"""Books with several ways to an element, personal things, and repairs laid over them."""

from pathlib import Path
from typing import Any

import pytest

from agent.browser.elements import Book, load_book
from agent.browser.locators import Way
from agent.browser.masking import Mask
from agent.browser.proposing import ways_of
from agent.core.failures import BrokenBook
from agent.core.repair import Trace

HEAD = 'title = "T"\nurl = "http://site.example"\nsigned_in = "menu"\n'
MENU = '[elements]\nmenu = { css = "#menu" }\n'


def book(folder: Path, rest: str, head: str = HEAD) -> Book:
    (folder / "site.toml").write_text(f"{head}{MENU}{rest}", encoding="utf-8")
    return load_book(folder)


def test_an_entry_lists_its_ways_in_order_of_preference(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        'save = { role = "button", name = "Save", also = [{ css = "#save", frame = "main" }] }\n',
    ).element("save")
    assert [way.entry() for way in found.ways] == [
        {"role": "button", "name": "Save"},
        {"css": "#save", "frame": "main"},
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('x = { css = "#x", also = { css = "#y" } }', "also must be a list"),
        ('x = { css = "#x", also = [{ frame = "f" }] }', "exactly one of"),
        ('x = { css = "#x", also = [{ css = "#y", kind = "fill" }] }', "means nothing here"),
        ('x = { css = "#x", also = [{ css = 3 }] }', "must be text"),
        ('x = { css = "#x", personal = "yes" }', "true or false"),
    ],
)
def test_what_cannot_be_understood_names_its_line(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(BrokenBook) as raised:
        book(tmp_path, f"{line}\n")
    assert problem in str(raised.value.params["problem"])
    assert raised.value.params["line"] == 6


@pytest.mark.parametrize("pattern", ["(", "x*", "(?:|a)"])
def test_a_pattern_that_cannot_serve_is_refused(tmp_path: Path, pattern: str) -> None:
    """No pattern at all, and one that fits everything, even nothing."""
    with pytest.raises(BrokenBook):
        book(tmp_path, "", f"{HEAD}personal = ['{pattern}']\n")


def test_a_books_patterns_and_values_are_struck_out_of_texts(tmp_path: Path) -> None:
    known = book(tmp_path, "", HEAD + "personal = ['\\d{3}-\\d{4}']\n")
    mask = Mask(["Garçon, Léa", "1980-03-02", "ab"], known.personal)
    told = mask.text("call 555-1234, garçon,\n léa, born 02/03/1980; ab stays")
    assert told == "call ▇▇▇, ▇▇▇, born ▇▇▇; ab stays"
    assert mask.text("555-123") == "555-123"


def repaired(known: Book, element: str, *, base: str | None = None, healed: bool = False) -> tuple[Book, Any]:
    way = Way("css", "#other")
    return known.with_repairs({element: (base or known.element(element).base, way, healed)})


def test_a_repair_takes_the_place_of_the_entrys_own_ways(tmp_path: Path) -> None:
    known = book(tmp_path, 'x = { css = "#x", kind = "fill", format = "%d", also = [{ css = "#y" }] }\n')
    found, stale = repaired(known, "x")
    assert [way.entry() for way in found.element("x").ways] == [{"css": "#other"}]
    assert (found.element("x").kind, found.element("x").format, stale) == ("fill", "%d", [])


def test_a_repair_ends_when_the_books_entry_was_changed(tmp_path: Path) -> None:
    before = book(tmp_path, 'x = { css = "#x" }\n').element("x").base
    now = book(tmp_path, 'x = { css = "#new" }\n')
    found, stale = repaired(now, "x", base=before)
    assert stale == ["x"]
    assert found.element("x").ways[0].value == "#new"
    assert now.with_repairs({"gone": (before, Way("css", "#x"), False)})[1] == ["gone"]


def test_a_commit_healed_by_the_engine_is_refused_where_books_are_made(tmp_path: Path) -> None:
    known = book(tmp_path, 'save = { css = "#save", kind = "commit" }\n')
    with pytest.raises(ValueError, match="save"):
        repaired(known, "save", healed=True)
    assert repaired(known, "save")[0].element("save").ways[0].value == "#other"  # a person may


def test_no_way_is_proposed_that_holds_words_struck_out() -> None:
    trace = Trace(
        "field",
        "input",
        role="textbox",
        name="▇▇▇",
        label="▇▇▇",
        attributes={"id": "p1", "placeholder": "▇▇▇"},
        where="form > input",
        frame=("main",),
    )
    assert [way.entry() for way in ways_of(trace)] == [
        {"css": "#p1", "frame": "main"},
        {"css": "form > input", "frame": "main"},
    ]
