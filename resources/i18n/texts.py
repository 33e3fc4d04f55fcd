"""The words that people read, by code. Faces ask here; nothing below them makes a sentence.

A sentence may hold ``{parameters}`` and ``[optional parts]``, which are left out when one of their parameters
is not known. The standard library only: any face can load it without loading the agent.

A language is every ``LANGUAGE.toml`` and ``LANGUAGE.*.toml`` here, read as one. English is complete; what
another language has no words for stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Params = Mapping[str, object]
Noun = tuple[str, str]

RECORD: Noun = ("record", "records")
"""What is said of a record whose type names no noun of its own."""

ENGLISH = "en"

_FOLDER = Path(__file__).parent
_spoken = [ENGLISH]  # of this process; one item
_groups = [","]  # what stands between a number's thousands
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PARAMETER = re.compile(r"\{(\w+)\}")
_UNKNOWN = "…"

IMPLICIT = frozenset({"noun", "nouns", "this_run", "site_name", "problem_text"})
"""Parameters that every failure's words may use, whatever the failure itself carries."""


class Text(NamedTuple):
    """What happened, in one line, and what to do next."""

    title: str
    next: str


def failure(code: str, params: Params, *, noun: Noun = RECORD, run: str | None = None) -> Text:
    """Return a failure's title and what to do next; ``run`` is put into the commands that it names."""
    entry = _entry("failures", code, "failure")
    site = params.get("site_name", params.get("site"))  # a sentence says its title, a command its name
    known = _known(params, noun) | {"this_run": run or "RUN", "site_name": site}
    return Text(fill(_counted(entry, "title", known), known), fill(str(entry["next"]), known))


def question(code: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return the sentence that puts a question before a person."""
    told = _told(params, noun)
    if not has("questions", code) and has("failures", code):
        return failure(code, told, noun=noun).title
    return fill(_sentence("questions", code), _known(told, noun))


def answer(code: str) -> str:
    """Return what an answer does, as one reads it on its button."""
    return _sentence("answers", code)


def step(code: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return what is being done right now."""
    return fill(_sentence("steps", code), _known(params, noun))


def run_state(state: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return where a run stands, with the one thing that matters in that state."""
    return fill(_sentence("run_states", state), _known(params, noun))


def task_state(state: str) -> str:
    """Return where a task stands."""
    return _sentence("task_states", state)


def task_kind(kind: str) -> str:
    """Return what a task of this kind does."""
    return _sentence("task_kinds", kind)


def record_state(state: str, params: Params) -> str:
    """Return what became of a record."""
    return fill(_sentence("record_states", state), params)


def why(code: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return why a record stands where it stands: a remark, a question or a failure."""
    if has("notes", code):
        return fill(_sentence("notes", code), _known(_told(params, noun), noun))
    return question(code, params, noun=noun)


def evidence_kind(kind: str) -> str:
    """Return what sort of proof something is."""
    return _sentence("evidence_kinds", kind)


def count(number: int, noun: Noun) -> str:
    """Return ``1 claim``, ``187 claims``."""
    written = f"{number:,}".replace(",", _groups[0])
    return f"{written} {noun[0] if number == 1 else noun[1]}"


def say(code: str, params: Params | None = None, *, noun: Noun = RECORD) -> str:
    """Return one of the other sentences; of ``{one = …, many = …}`` the one that fits ``count``."""
    known = _known(params or {}, noun)
    entry = _book()["sentences"][code]
    return fill(entry if isinstance(entry, str) else _counted(entry, "many", known), known)


def notice(event: str, params: Params, *, noun: Noun = RECORD) -> Text:
    """Return what people are told of an event: one line, and some more."""
    entry, known = _entry("notices", event, "failed"), _known(params, noun)
    return Text(fill(str(entry["title"]), known), fill(str(entry["body"]), known).strip())


def panel_notice(event: str, part: str, params: Params) -> str:
    """Return what the panel tells people: a notice's ``title`` or its ``body``."""
    return fill(str(_book()["panel_notices"][event][part]), params)


def event(event: str) -> str:
    """Return an event in a word or two, for a table."""
    return _sentence("events", event)


def audited(verb: str) -> str:
    """Return what an entry of the audit log says was done."""
    return _sentence("audit_verbs", verb)


def notice_state(state: str, params: Params) -> str:
    """Return whether a notice has reached its addressee."""
    return fill(_sentence("notice_states", state), params)


def finding(code: str, params: Params) -> Text:
    """Return what a check of this computer found, and what to do; a failure's own words where it is one."""
    if not has("findings", code):
        return failure(code, params)
    entry, known = _entry("findings", code, code), _known(params, RECORD)
    return Text(fill(_counted(entry, "title", known), known), fill(str(entry.get("next", "")), known))


def standing(section: str, code: str, params: Params | None = None) -> str:
    """Return how something stands, from one of the sections of such words."""
    return fill(_sentence(section, code), params or {})


def notice_words(code: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return a part of a notice; of ``{one = …, many = …}`` the one that fits ``count``."""
    known = _known(params, noun)
    entry = _book()["notice_words"][code]
    return fill(entry if isinstance(entry, str) else _counted(entry, "many", known), known)


def advice(which: str, params: Params, *, noun: Noun = RECORD) -> str:
    """Return what would help to be in time."""
    return fill(_sentence("helps", which), _known(params, noun))


def window(code: str, params: Params | None = None, *, noun: Noun = RECORD) -> str:
    """Return what the window says; of ``{one = …, many = …}`` the one that fits ``count``."""
    known = _known(params or {}, noun)
    entry = _book()["window"][code]
    return fill(entry if isinstance(entry, str) else _counted(entry, "many", known), known)


def has(section: str, code: str) -> bool:
    """Tell whether a section has words for a code."""
    return code in _book()[section]


def codes(section: str) -> frozenset[str]:
    """Return every code that a section has words for."""
    return frozenset(_book()[section])


def parameters(section: str, code: str) -> frozenset[str]:
    """Return the names of all parameters that the words of a code use."""
    entry = _book()[section][code]
    told = entry.values() if isinstance(entry, Mapping) else (entry,)
    return frozenset(name for text in told for name in _PARAMETER.findall(str(text)))


def fill(template: str, params: Params) -> str:
    """Put parameters into a sentence; unknown ones become ``…``, or take their optional part with them."""

    def part(match: re.Match[str]) -> str:
        known = all(params.get(name) not in {None, ""} for name in _PARAMETER.findall(match[1]))
        return match[1] if known else ""

    def value(match: re.Match[str]) -> str:
        given = params.get(match[1])
        return _UNKNOWN if given is None else f"{given:g}" if isinstance(given, float) else str(given)

    return _PARAMETER.sub(value, _OPTIONAL.sub(part, template))


def languages() -> tuple[str, ...]:
    """Return the languages there are words in, English first."""
    found = {file.name.partition(".")[0] for file in _FOLDER.glob("*.toml")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def speak(language: str | None) -> str:
    """Use a language (``de``, or a locale such as ``de_AT``) in this process; return the one taken.

    One that there are no words in, or None, is English.
    """
    wanted = (language or ENGLISH).replace("-", "_").partition("_")[0].lower()
    _spoken[0] = wanted if wanted in languages() else ENGLISH
    return _spoken[0]


def spoken() -> str:
    """Return the language that is in use."""
    return _spoken[0]


def group_by(sign: str) -> None:
    """Write thousands apart by this sign from now on, in this process."""
    _groups[0] = sign


def _book() -> dict[str, Any]:
    return _books(_spoken[0])


@cache
def _books(language: str) -> dict[str, Any]:
    """Return every section of a language, laid over the English ones, part by part of an entry."""
    sections: dict[str, Any] = (
        {} if language == ENGLISH else {name: dict(section) for name, section in _books(ENGLISH).items()}
    )
    for file in sorted(_FOLDER.glob(f"{language}*.toml")):
        with file.open("rb") as opened:
            for name, section in tomllib.load(opened).items():
                known = sections.setdefault(name, {})
                known.update({code: _over(known.get(code), entry) for code, entry in section.items()})
    return sections


def _over(english: Any, entry: Any) -> Any:  # noqa: ANN401  # a text, or a table of texts
    return {**english, **entry} if isinstance(english, dict) and isinstance(entry, dict) else entry


def _told(params: Params, noun: Noun) -> dict[str, object]:
    """Return parameters with a failure among them, as it was stored, told by its title."""
    told = dict(params)
    cause = told.get("failure")
    if isinstance(cause, Mapping):
        inner = cause.get("params")
        told["failure"] = failure(
            str(cause.get("code")), inner if isinstance(inner, Mapping) else {}, noun=noun
        ).title
    return told


def _known(params: Params, noun: Noun) -> dict[str, object]:
    state = params.get("state")
    told = {"state": _book()["state_words"].get(state, state)} if state else {}
    problem = params.get("problem")
    if isinstance(problem, str):
        told["problem_text"] = _sentence("problems", problem)
    given = params.get("answer")
    if isinstance(given, str) and has("answers", given):
        told["answer"] = answer(given)
    told |= {name: _day(value) for name, value in params.items() if name.endswith("_on")}
    return {"noun": noun[0], "nouns": noun[1], **params, **told}


def _day(value: object) -> object:
    """Return an ISO day as ``1 June``, with the year where it isn't this one."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return value
    year = "" if day.year == datetime.now(UTC).year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def _entry(section: str, code: str, otherwise: str) -> Mapping[str, object]:
    entries: Mapping[str, Mapping[str, object]] = _book()[section]
    return entries.get(code) or entries[otherwise]


def _sentence(section: str, code: str) -> str:
    """Return a sentence; a code of another version, which has none here, stands for itself."""
    return str(_book()[section].get(code, code.replace("_", " ")))


def _counted(entry: Mapping[str, object], many: str, known: Params) -> str:
    number = known.get(str(entry.get("counted_by", "count")))
    return str(entry["one"] if "one" in entry and number == 1 else entry[many])
