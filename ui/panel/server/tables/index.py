"""The index of words: what stands in it, and how it is asked. Newest first is by row number alone.

A beginning of a word is looked for, so ``cl`` finds claims. Up to five letters the full-text index has the
beginnings themselves, and reads its matches newest first until a page is full. For longer ones it would first
gather every match of every word that begins so; therefore all words are also in a table of their own, which
says which words those are, and each is then looked for whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ui.panel.server.tables import quickly
from ui.panel.server.tables.schema import LONGEST_BEGINNING, PANEL

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 100  # more words than these that begin alike, and the index may as well gather them
_LAST = "\U0010ffff"
_BEGIN_SO = f"SELECT text FROM word WHERE text >= ? AND text < ? LIMIT {_MOST_WORDS + 1}"  # noqa: S608
_LEARN = "INSERT OR IGNORE INTO word(text) VALUES (?)"
_ADD_LINE = "INSERT INTO line_text(rowid, words, place) VALUES (?, ?, ?)"
_ADD_RUN = "INSERT INTO run_text(rowid, words, place) VALUES (?, ?, ?)"
_FORGET_RUN = "DELETE FROM run_text WHERE rowid = ?"
_FORGET_LINE = "DELETE FROM line_text WHERE rowid = ?"


def words_of(text: str) -> list[str]:
    """Return the words of a text (or of what is looked for) as the index has them: no case, no accents."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return _WORD.findall(text.lower())


def place_of(workstation: int, office: str, run: str | None) -> str:
    """Return where something happened, as words of the index: a filter never leaves it."""
    parts = [f"w{workstation}", office_token(office)]
    return " ".join(parts if run is None else [*parts, run_token(run)])


def office_token(office: str) -> str:
    """Return an office as one word of the index, whatever signs its name holds."""
    return f"o{office.encode().hex()}"


def run_token(run: str) -> str:
    """Return a run's id as one word of the index."""
    return f"r{''.join(_WORD.findall(run)).lower()}"


# ── what stands in it; all of this only in a job ──────────────────────────────────────────────────────────
def add_line(line: int, text: str, place: str) -> None:
    """Let a line be found by the words of a text."""
    quickly.run(_ADD_LINE, (line, _learnt(text), place))


def forget_lines(lines: Iterable[int]) -> None:
    """Let lines be found no more."""
    for line in lines:
        quickly.run(_FORGET_LINE, (line,))


def put_run(order: int, text: str, place: str, *, known: bool) -> None:
    """Let a run be found by the words of a text, and by those alone; ``known``: it stands there already."""
    if known:
        quickly.run(_FORGET_RUN, (order,))
    quickly.run(_ADD_RUN, (order, _learnt(text), place))


def _learnt(text: str) -> str:
    words = words_of(text)
    PANEL.connection().executemany(_LEARN, ((word,) for word in words))
    return " ".join(words)


# ── how it is asked ───────────────────────────────────────────────────────────────────────────────────────
def match(words: str, offices: frozenset[str] | None, workstation: int | None, run: str | None) -> str | None:
    """Return what the index is asked; None where nothing narrows it. Only letters and digits get in.

    ``offices`` are those that may be seen (None: all).
    """
    parts = [_beginning(word) for word in words_of(words)]
    places = [] if workstation is None else [f"w{workstation}"]
    places += [] if run is None else [run_token(run)]
    parts += [f"place:{place}" for place in places]
    if offices is not None:
        any_of = " OR ".join(office_token(office) for office in sorted(offices)) or "nowhere"
        parts.append(f"place:({any_of})")
    return " AND ".join(parts) or None


def _beginning(word: str) -> str:
    """Return how the index is asked for the words that begin so."""
    if len(word) <= LONGEST_BEGINNING:
        return f'words:"{word}"*'
    found = PANEL.execute_sql(_BEGIN_SO, (word, word + _LAST)).fetchall()
    if len(found) > _MOST_WORDS:
        return f'words:"{word}"*'
    whole = " OR ".join(f'"{row[0]}"' for row in found) or f'"{word}"'  # none: that one is not there either
    return f"words:({whole})"
