"""The pages say the words and commands that the program has: nothing is made up, nothing is missing."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from agent.cli import signs
from agent.cli.main import predawn
from resources.i18n import texts
from tests import handling_page, pages

CLAIMS = ("claim", "claims")
PAGE = pages.CLERKS.read_text(encoding="utf-8")
CELLS = {cell.strip() for line in PAGE.splitlines() if line.startswith("|") for cell in line.split("|")}
# What nothing can bring about yet; whoever builds it takes it out here and puts it on the page.
NOT_YET = {"INVALID", "withdrawn"}
PLACEHOLDERS = {
    "DAY": "2026-03-03",
    "SITE": "clinic",
    "ITEM": "7",
    "FILE": "file.xls",
    "NO": "3",
    "RUN": "20260303-67nn",
    "FOLDER": "out",
}
OWN_PAGES = [
    pages.TUTORIAL,
    pages.REFERENCE,
    pages.REPAIRS,
    pages.CLERKS,
    pages.NOTICES,
    pages.SCHEDULES,
    pages.BREAKS,
    pages.KEYS,
]


def codes(section: str) -> list[str]:
    return sorted(texts.codes(section) - NOT_YET)


@pytest.mark.parametrize("state", codes("run_states"))
def test_each_state_of_a_run_stands_with_its_sign(state: str) -> None:
    said = texts.run_state(state, {}, noun=CLAIMS)
    assert re.search(rf"^\| {signs.of_run(state).icon} \| {re.escape(said)} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("state", codes("record_states"))
def test_each_state_of_a_record_stands_with_its_sign(state: str) -> None:
    said = texts.record_state(state, {})
    assert re.search(rf"^\| {signs.of_record(state).icon} \| {re.escape(said)} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("state", codes("task_states"))
def test_each_state_of_a_task_is_said(state: str) -> None:
    assert f"`{texts.task_state(state)}`" in PAGE


@pytest.mark.parametrize("code", codes("questions"))
def test_each_question_is_answered_on_the_page(code: str) -> None:
    assert texts.question(code, {}, noun=CLAIMS) in CELLS


@pytest.mark.parametrize("code", codes("answers"))
def test_each_answer_is_explained(code: str) -> None:
    assert texts.answer(code) in CELLS


def commands(page: Path) -> Iterator[str]:
    """Every ``predawn …`` of a page: in a console block after ``$``, or between backticks."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"^\$ (predawn .+)$", text, re.MULTILINE)
    yield from re.findall(
        r"`(predawn [^`…]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: page.stem)
def test_each_command_on_a_page_can_be_given(page: Path) -> None:
    said = list(commands(page))
    assert said
    for command in said:
        words = [PLACEHOLDERS.get(word, word) for word in command.split()[1:]]
        verb, context = predawn.get_command(click.Context(predawn), words[0]), click.Context(predawn)
        assert verb is not None, command
        while isinstance(verb, click.Group) and (inner := verb.get_command(context, (words[1:] or [""])[0])):
            verb, words = inner, words[1:]
        if words[1:]:  # else only the verb is named
            verb.parse_args(click.Context(verb), words[1:])  # raises UsageError for what it does not know


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: page.stem)
def test_each_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.is_file(), target
        text = linked.read_text(encoding="utf-8") if linked.suffix == ".md" else ""  # else a picture
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        known = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
        assert not anchor or anchor in known, target


def test_the_table_of_what_each_failure_leads_to_is_the_code_s_own() -> None:
    assert pages.BREAKS.read_text(encoding="utf-8") == handling_page.page(), "python -m tests.handling_page"


def test_each_row_of_the_design_has_its_place_on_the_page() -> None:
    """DESIGN.md, 7 has eleven rows; the page walks through each, and two things that follow from any."""
    walks = [text for title, text in pages.sections(pages.BREAKS).items() if "**You see**" in text]
    assert len(walks) == 11 + 2
    assert all("**Do**" in text for text in walks)


def test_each_walk_through_a_failure_has_its_picture_and_none_is_left_over() -> None:
    texts_by_title = pages.sections(pages.BREAKS)
    shown = {
        title: re.findall(r"^!\[[^]]{20,}\]\((pictures/breaks/[\w-]+\.png)\)$", text, re.MULTILINE)
        for title, text in texts_by_title.items()
    }
    without = [title for title, pictures in shown.items() if not pictures]
    assert without == ["What each failure leads to"]
    named = {picture for pictures in shown.values() for picture in pictures}
    there = {f"pictures/breaks/{file.name}" for file in (pages.DOCS / "pictures" / "breaks").iterdir()}
    assert named == there


def test_each_row_of_the_handling_table_names_tests_that_there_are() -> None:
    text = (pages.DOCS / "testing.md").read_text(encoding="utf-8")
    rows = pages.table(text, "rows").splitlines()[2:]
    assert len(rows) == 11
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("browser", "chaos")
        for file in (pages.DOCS.parent / "tests" / folder).glob("test_*.py")
    )
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert all(f"def {name}(" in source for name in named), row
