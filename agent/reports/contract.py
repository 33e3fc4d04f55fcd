"""The contract of one column: what every kind of column can do.

A value comes in by :meth:`Column.parse` from a file's cell, or by :meth:`Column.accept` from code.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from agent.reports.cells import Below, Beside, Broken, Cell, PlainCell, is_blank

_ERRORS = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)|#{3,}")


class Invalid(ValueError):
    """A cell breaks its column's contract.

    ``problem`` is a code (missing, error_cell, merged_cell, not_text, not_digits, digits_lost, pattern,
    choice, damaged_text, not_money, too_precise, not_day, not_time, not_flag, not_whole, not_own);
    ``expected`` says in words what was wanted.
    ``found`` may be personal: it never goes into a failure's parameters.
    """

    def __init__(self, problem: str, found: object, expected: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.found = found
        self.expected = expected


@dataclass(frozen=True, kw_only=True)
class Column(ABC):
    """What the cells of one column mean.

    ``header`` is the column's heading where it differs from the field's name; ``optional`` lets a cell be
    empty (the value is None); ``personal`` values are masked on screens and kept out of logs and panel;
    ``control_total`` sums are followed from file to target.
    """

    header: str | None = None
    optional: bool = False
    personal: bool = False
    control_total: bool = False
    kind: ClassVar[str]
    shares_values: ClassVar[bool] = True
    """Whether equal cells of one type may share one value, because nobody can change it."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """Say in a few words what a cell must look like."""

    def parse(self, raw: Cell) -> Any:  # noqa: ANN401 - the value's type is the kind's
        """Return the typed value of a file's cell; raise :class:`Invalid` when it is not certain."""
        if isinstance(raw, Broken):
            raise self._invalid("error_cell", raw.text)
        if isinstance(raw, Below):
            raw = self._from_above(raw)
        if isinstance(raw, Beside) or is_blank(raw):
            if self.optional:
                return None
            raise self._invalid("missing", "")
        if isinstance(raw, str) and _ERRORS.fullmatch(raw.strip()):
            raise self._invalid("error_cell", raw)
        return self._parse(raw)

    def fast(self, kind: type) -> Callable[[Any], Any]:
        """Return what parses cells of one plain type; as :meth:`parse` does, quicker for most."""
        del kind
        return self.parse

    def accept(self, value: object) -> Any:  # noqa: ANN401 - as above
        """Return a value that code made, in normal form; raise :class:`Invalid` for another type."""
        if value is None or value == "":
            if self.optional:
                return None
            raise self._invalid("missing", "")
        return self._accept(value)

    def show(self, value: object) -> str:
        """Return the canonical text of a typed value: ``120.00``, ``2026-11-02``; "" for None."""
        return "" if value is None else str(value)

    def restore(self, shown: str) -> Any:  # noqa: ANN401 - as above
        """Return the value that :meth:`show` showed; raise :class:`Invalid` for any other text."""
        return self.accept(self._restore(shown) if shown else None)

    def normalise(self, value: object) -> str:
        """Return the text by which values are compared: in keys, look-ups and duplicates."""
        return self.show(value)

    @abstractmethod
    def _parse(self, raw: PlainCell) -> object: ...

    @abstractmethod
    def _accept(self, value: object) -> object: ...

    @abstractmethod
    def _restore(self, shown: str) -> object: ...

    def _from_above(self, raw: Below) -> PlainCell:
        """A name merged over three rows is the name of all three."""
        return raw.value

    def _invalid(self, problem: str, found: object) -> Invalid:
        return Invalid(problem, found, self.expected)
