"""What a report says about itself: totals, counts, periods, and the lines around its records.

Words are English, German and French; whatever is not recognised stays a row, typed or invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.reports.cells import label
from agent.reports.table import RawRow, Table

_WORD = (
    r"(?:(?:grand|overall|report|page|group|sub)[ -]?)?totals?|sum|totaux|sous-total|total g[ée]n[ée]ral"
    r"|somme|(?:gesamt|zwischen|end)?summen?|gesamt|insgesamt|counts?|anzahl|nombre"
)
_STARTS = (
    "total", "grand", "overall", "report", "page", "group", "sub", "sum", "totaux", "sous", "somme", "gesamt",
    "zwischen", "end", "insgesamt", "count", "anzahl", "nombre",
)  # fmt: skip
_OF_WHAT = r"(?:\s+(?:amounts?|charges?|value|due|fees?|billed|paid))?"
# What may follow the word; "Total Care Ltd" and "Total 24 Hour Pharmacy" are names.
_FOLLOWS = r"(?:\s*[:=(]|\s+(?:for|of|per|from|für|pour)\b|\s+[-(£$€]?[0-9][0-9.,' )]*\Z|\s*\Z)"
_TOTAL = re.compile(rf"(?:{_WORD}){_OF_WHAT}{_FOLLOWS}", re.IGNORECASE)
_BESIDE = re.compile(
    rf"(?:{_WORD}){_OF_WHAT}\s*[:=]?\s*(\S.*?[.,][0-9]{{2}}(?![0-9])\D*)", re.IGNORECASE | re.DOTALL
)
_ROWS = r"(?:rows?|records?|lines?|entries|entry|results?|zeilen?|datens[äa]tze?|eintr[äa]ge?|lignes?)"
_COUNT_FIRST = re.compile(
    rf"(?:total:?\s+)?([0-9][0-9,]*)\s+{_ROWS}(?:\s+(?:found|listed|selected|exported|in total|total))?\.?",
    re.IGNORECASE,
)
_COUNT_LAST = re.compile(
    rf"(?:(?:total\s+)?(?:(?:number|count|no\.?)\s+of\s+)?{_ROWS}(?:\s+(?:count|total))?|count|anzahl|nombre)"
    r"\s*(?:[:=]\s*|\s)([0-9][0-9,]*)",
    re.IGNORECASE,
)
_FACT = re.compile(r"([^\W\d_][^:=\n]{0,60}?)\s*[:=]\s*(\S.*)", re.DOTALL)
_FURNITURE = re.compile(
    r"(?:page|seite)\s+[0-9]+(?:\s*(?:of|/|von|sur)\s*[0-9]+)?|[-=_*+. ]{2,}"
    r"|[*\s-]*end of (?:report|list|file|data)[*\s.-]*"
    r"|(?:printed|generated|created|exported|produced|run)(?:\s+(?:on|at|by))?\b.*",
    re.IGNORECASE | re.DOTALL,
)


def words(row: RawRow) -> str:
    """Return what a person reads in a row, from left to right."""
    return " ".join(label(cell) for cell in row.filled)


def names_total(row: RawRow) -> bool:
    """Say whether the first filled cell is a word for a total, alone or with what it totals."""
    return bool(row.filled) and _TOTAL.match(label(row.filled[0])) is not None


def may_name_total(squeezed: str) -> bool:
    """Say whether letters and digits alone, in lower case, begin as a word for a total does: a quick look."""
    return squeezed.startswith(_STARTS)


def is_furniture(row: RawRow) -> bool:
    """Say whether the row can only be a ruled line, a page number, a print date or the report's end."""
    return _FURNITURE.fullmatch(words(row)) is not None


def is_ruled(row: RawRow) -> bool:
    """Say whether the row is nothing but a drawn line, however many columns it crosses."""
    return re.fullmatch(r"[-=_*+. ]{2,}", words(row)) is not None


def count_in(text: str) -> int | None:
    """Return the number of rows that a line states (``190 rows``, ``Number of rows: 190``), or None."""
    text = text.strip()
    found = _COUNT_FIRST.fullmatch(text) or _COUNT_LAST.fullmatch(text)
    return int(found[1].replace(",", "")) if found else None


def amount_beside_word(text: str) -> str | None:
    """Return what stands beside the word for a total, if it has two places; None for any other line."""
    found = _BESIDE.fullmatch(text.strip())
    return found[1] if found else None


def same_page_line(one: RawRow, other: RawRow) -> bool:
    """Say whether two rows are the same page heading, but for their page numbers."""
    here = words(one)
    same = re.sub("[0-9]+", "#", here) == re.sub("[0-9]+", "#", words(other))
    return same and any(char.isalpha() for char in here)


def stated_facts(tables: Sequence[Table], lines: Iterable[str]) -> dict[str, str]:
    """Return what the file states of itself outside its records: ``Total`` → ``12,345.60``.

    Only rows with less in them than half of a record can state a fact. The first statement of a name stands.
    """
    facts: dict[str, str] = {}
    for text in [*lines, *(line for table in tables for line in _short_rows(table))]:
        if (fact := _FACT.fullmatch(text.strip())) is not None:
            facts.setdefault(fact[1].strip(), fact[2].strip())
        elif (count := count_in(text)) is not None:
            facts.setdefault("Rows", str(count))
    return facts


def _short_rows(table: Table) -> Iterable[str]:
    usual = sorted(len(row.filled) for row in table.ends if row.filled)
    half = usual[len(usual) // 2] / 2 if usual else 0
    for row in table.ends:
        cells = [label(cell) for cell in row.filled]
        if names_total(row) and len(cells) > 1:
            yield f"{cells[0].rstrip(' :=')}: {cells[-1]}"
        elif cells and len(cells) <= max(1, half):
            yield cells[0].rstrip(" :=") + ": " + " ".join(cells[1:]) if len(cells) > 1 else cells[0]
