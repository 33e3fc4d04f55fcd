"""The authors' reference: nothing public is missing, every example runs, the table of failures is the code's.

``PREDAWN_WRITE_DOCS=1 pytest tests/unit/test_docs_reference.py`` writes the table anew.
"""

import inspect
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agent import sdk
from agent.browser import elements
from agent.core import failures
from agent.core.failures import Failure, handling
from agent.reports.contract import Invalid
from tests import pages

SECTIONS = pages.sections(pages.REFERENCE)
OTHER_SECTIONS = {"site.toml", "site.py", "Failures"}
IN_A_BROWSER = {"Session"}  # their examples run in tests/browser/test_first_automation.py
PUBLIC = {name: getattr(sdk, name) for name in sdk.__all__}
GROUPS = {kind for kind in (Failure, *Failure.__subclasses__()) if kind.__subclasses__()}


def preamble() -> str:
    """The imports and record types that every example may use."""
    first = pages.REFERENCE.read_text(encoding="utf-8").split("\n## ", 1)[0]
    return pages.blocks(first, "python")[0]


def namespace(folder: Path) -> dict[str, object]:
    return {**PUBLIC, "date": date, "Decimal": Decimal, "Path": Path, "folder": folder, "__name__": "example"}


def members(kind: type) -> Iterator[str]:
    """The public attributes, methods and properties of a class, its own and inherited ones."""
    own = [base for base in kind.__mro__ if base.__module__.startswith("agent.") and base is not Failure]
    for base in own:
        yield from (name for name in vars(base) if not name.startswith("_"))
        if is_dataclass(base):
            yield from (field.name for field in fields(base) if not field.name.startswith("_"))
        yield from re.findall(r"self\.([a-z]\w*)(?: =|,)", inspect.getsource(base))


def parameters(thing: Callable[..., object]) -> set[str]:
    try:
        signature = inspect.signature(thing)
    except ValueError:
        return set()
    variable = {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    return {
        name
        for name, parameter in signature.parameters.items()
        if not name.startswith("_") and parameter.kind not in variable
    }


def test_each_public_name_has_its_section_and_each_section_a_name() -> None:
    assert set(SECTIONS) == set(sdk.__all__) | OTHER_SECTIONS


@pytest.mark.parametrize("name", sorted(name for name, thing in PUBLIC.items() if isinstance(thing, type)))
def test_each_public_member_of_a_class_stands_in_its_section(name: str) -> None:
    text = SECTIONS[name]
    missing = {member for member in members(PUBLIC[name]) if not re.search(rf"\b{member}\b", text)}
    assert not missing - {"code", "permanent"}


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - {"Session", "Download", "CannotTell", "Row"}))
def test_each_parameter_stands_in_its_section(name: str) -> None:
    text = SECTIONS[name] + SECTIONS["text"]  # what all fields share is said once
    assert not {word for word in parameters(PUBLIC[name]) if not re.search(rf"\b{word}\b", text)}


@pytest.mark.parametrize("title", sorted(set(SECTIONS) - IN_A_BROWSER))
def test_the_examples_of_a_section_run(title: str, tmp_path: Path) -> None:
    examples = pages.blocks(SECTIONS[title], "python")
    assert examples or title in OTHER_SECTIONS, "a name without an example"
    known = namespace(tmp_path)
    for source in (preamble(), *examples):
        exec(compile(source, f"reference.md, {title}", "exec"), known)


def test_each_key_of_a_book_is_explained() -> None:
    text = SECTIONS["site.toml"]
    keys = elements._BOOK_KEYS | elements._ELEMENT_KEYS
    assert not {key for key in keys if not re.search(rf"`\[?{key}\]?`", text)}


def test_each_problem_of_a_cell_is_explained() -> None:
    codes = re.search(r"code \((.*?)\)", inspect.getdoc(Invalid) or "", re.DOTALL)
    assert codes is not None
    for code in re.split(r",\s+", codes[1]):
        assert re.search(rf"^\|[^|]*\b{code}\b", SECTIONS["Download"], re.MULTILINE), code


def failures_table() -> str:
    """Every failure in the tree's order, what it means and what it leads to."""
    lines = [
        "| failure | what has happened (its parameters) | tries | first pause | then |",
        "|---|---|---:|---:|---|",
    ]
    for kind in vars(failures).values():
        if not (isinstance(kind, type) and issubclass(kind, Failure)) or kind in GROUPS:
            continue
        rule = handling(kind)
        pause = f"{rule.pause_seconds:g} s" if rule.pause_seconds else ""
        said = (inspect.getdoc(kind) or "").splitlines()[0].replace("``", "`")
        lines.append(f"| `{kind.code}` | {said} | {rule.attempts} | {pause} | {rule.then.value} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_failures_is_the_codes_own() -> None:
    page = pages.REFERENCE.read_text(encoding="utf-8")
    written, wanted = pages.table(page, "failures"), failures_table()
    if os.environ.get("PREDAWN_WRITE_DOCS"):
        marks = "<!-- failures: begin -->\n", "<!-- failures: end -->"
        page = page.replace(marks[0] + written + marks[1], marks[0] + wanted + marks[1])
        pages.REFERENCE.write_text(page, encoding="utf-8")
        written = wanted
    assert written == wanted


def test_the_table_of_failures_holds_the_whole_tree() -> None:
    told = set(
        re.findall(
            r"^\| `(\w+)`", pages.table(pages.REFERENCE.read_text(encoding="utf-8"), "failures"), re.MULTILINE
        )
    )
    assert told == Failure.codes() - {kind.code for kind in GROUPS}
    assert {"worker_died", "defect", "element_missing"} <= told
