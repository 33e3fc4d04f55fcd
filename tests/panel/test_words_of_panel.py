"""Every code that the panel's server can utter has words, and no words lie idle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.i18n import texts
from tests.panel.serving import line, run
from ui.panel.server import wording
from ui.panel.server.models.runs import Counts

SERVER = Path(__file__).parents[2] / "ui" / "panel" / "server"
CLI = Path(__file__).parents[2] / "agent" / "cli" / "panel_verbs.py"


def calls(*names: str, of: Iterator[Path] | None = None) -> set[str]:
    """The first plain text among the arguments of each call of these names."""
    found = set()
    for file in of or SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = node.func if isinstance(node, ast.Call) else None
            called = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
            if isinstance(node, ast.Call) and called in names:
                told = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                found |= {text for text in told[:2] if isinstance(text, str)}
    return found


def test_every_refusal_has_words_and_none_lies_idle() -> None:
    refused = calls("Refused", "_fail")
    source = "\n".join(file.read_text() for file in SERVER.rglob("*.py"))
    known = texts.codes("panel_problems")
    assert refused <= known
    assert {code for code in known if f'"{code}"' not in source} == set()


def test_every_verb_of_the_audit_has_words() -> None:
    noted = {code for code in calls("note", "_note") if "/" not in code} - {"failed_unseen", "silent"}
    known = texts.codes("panel_verbs")
    assert {code for code in noted if code in known} == known - {"seconds_per_record"}


def test_every_sentence_of_the_panel_exists() -> None:
    assert calls("say") <= texts.codes("panel") | {"because"}  # the last one is everybody's
    assert calls("_words", of=iter([CLI])) <= texts.codes("panel_sentences")


@pytest.mark.parametrize("state", list(wording.RUN_SIGNS))
def test_every_state_of_a_run_is_a_sentence(state: str) -> None:
    counts = dict.fromkeys(Counts.model_fields, 3)
    told = vars(run(state=state, records=counts)) | {"tasks": [], "reason": None}
    words = wording.run_words(told)
    assert words
    assert "…" not in words


@pytest.mark.parametrize("kind", ["run", "task", "step", "review", "duty", "command"])
def test_a_code_of_a_newer_version_is_still_a_line(kind: str) -> None:
    told = vars(line("heard_of_never", kind=kind))
    sign, words = wording.line(kind, told["code"], {"task": "x", "answer": "y", "question": "z"})
    assert sign
    assert words
