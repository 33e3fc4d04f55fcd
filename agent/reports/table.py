"""Tables as a file holds them, and rows as a contract reads them; every value knows where it stood."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, overload

from agent.reports.cells import Cell, is_blank

ENDS = 200
"""How many of a long table's first and last rows are looked at where no contract says what to look for."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a value stands. ``row`` counts from 1 as a spreadsheet program shows the file's rows.

    A CSV record with line breaks in a cell is one row; in an HTML file rows are counted within their table.
    """

    file: str
    sheet: str | None
    row: int
    column: str

    def __str__(self) -> str:
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{sheet}, row {self.row}{column}"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as the file holds it; ``heading`` when the file itself marks it as a header (``<th>``)."""

    number: int
    cells: tuple[Cell, ...] = dataclasses.field(repr=False)  # they may be personal
    heading: bool = False

    @property
    def filled(self) -> tuple[Cell, ...]:
        """The cells in which a person sees something."""
        return tuple(cell for cell in self.cells if not is_blank(cell))


class LazyRows(Sequence[RawRow]):
    """Rows that are read from the file whenever somebody walks through them, and never all held at once."""

    @abstractmethod
    def __iter__(self) -> Iterator[RawRow]:
        """Read the rows, from the first to the last."""

    @overload
    def __getitem__(self, place: int) -> RawRow: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[RawRow]: ...

    def __getitem__(self, place: int | slice) -> RawRow | Sequence[RawRow]:
        """Return rows by their place; those of a far place cost a walk to it."""
        if isinstance(place, slice):
            forward = (place.start or 0) >= 0 and (place.stop is None or place.stop >= 0)
            if forward and (place.step or 1) > 0:
                return list(islice(self, place.start, place.stop, place.step))
            return list(self)[place]
        found = list(self[place : place + 1]) if place >= 0 else list(self)[place:][:1]
        if not found:
            raise IndexError(place)
        return found[0]

    @abstractmethod
    def tail(self, count: int) -> Sequence[RawRow]:
        """Return at most so many of the last rows, without a walk through all."""


@dataclass(frozen=True)
class Table:
    """All rows of one sheet or table: titles, headers, records, totals, blank lines. Nothing is dropped."""

    rows: Sequence[RawRow]
    name: str | None = None

    @cached_property
    def width(self) -> int:
        """How many columns the widest row has, as far as the table's ends show."""
        return max((len(row.cells) for row in self.ends), default=0)

    @cached_property
    def ends(self) -> Sequence[RawRow]:
        """The first and the last rows, :data:`ENDS` of each: titles and totals stand there.

        All rows of a table of no more than that.
        """
        if len(self.rows) <= 2 * ENDS:
            return list(self.rows)
        head = self.rows[:ENDS]
        last = self.rows.tail(ENDS) if isinstance(self.rows, LazyRows) else self.rows[-ENDS:]
        return [*head, *(row for row in last if row.number > head[-1].number)]


@dataclass(frozen=True)
class Layout:
    """Where each field of a contract stands in one table; shared by its rows."""

    file: str
    sheet: str | None
    places: Mapping[str, int]
    headers: Mapping[str, str]
    fields: Mapping[str, int] = dataclasses.field(default_factory=dict)  # field → its place among the values
    edited: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # by a person: field → who, when

    def address(self, number: int, field: str) -> Address:
        """Return the address of a field in row ``number``; a field that the file lacks has no column."""
        return Address(self.file, self.sheet, number, self.headers.get(field, ""))


class Values(Mapping[str, Any]):
    """A row's typed values by their fields: a view, so that a hundred thousand rows need no dictionaries."""

    __slots__ = ("_fields", "_values")

    def __init__(self, fields: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._fields, self._values = fields, values

    def __getitem__(self, field: str) -> Any:  # noqa: ANN401 - the type is the field's
        return self._values[self._fields[field]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"<Values of {', '.join(self._fields)}>"  # never the values: they may be personal


class Row:
    """A row that keeps its contract: ``row.claim_no`` is the typed value of the field ``claim_no``."""

    __slots__ = ("_layout", "_values", "number")

    def __init__(self, number: int, values: tuple[Any, ...], layout: Layout) -> None:
        self.number = number
        self._values = values
        self._layout = layout

    @property
    def values(self) -> Mapping[str, Any]:
        """The typed values by their fields."""
        return Values(self._layout.fields, self._values)

    @property
    def edited(self) -> Mapping[str, Any]:
        """The fields that a person corrected: by whom, when, and what stood there before."""
        return self._layout.edited

    def __getattr__(self, field: str) -> Any:  # noqa: ANN401 - the type is the field's
        if field.startswith("_"):
            raise AttributeError(field)
        try:
            return self._values[self._layout.fields[field]]
        except KeyError:
            raise AttributeError(f"the contract has no field {field!r}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.place == other.place

    def __hash__(self) -> int:
        return hash(self.place)

    def __repr__(self) -> str:
        return f"<Row {self._layout.file}, row {self.number}>"  # never its values: they may be personal

    @property
    def place(self) -> tuple[str, str | None, int]:
        """File, sheet and row number: what makes this row itself."""
        return (self._layout.file, self._layout.sheet, self.number)

    def address(self, field: str) -> Address:
        """Return where the value of ``field`` stands in the file."""
        return self._layout.address(self.number, field)


@dataclass(frozen=True)
class Problem:
    """One cell that breaks its column's contract; ``problem`` is a code of :class:`columns.Invalid`."""

    field: str
    header: str
    raw: Cell = dataclasses.field(repr=False)  # it may be personal
    problem: str
    expected: str
    address: Address


@dataclass(frozen=True)
class InvalidRow:
    """A row that breaks its contract, with every broken cell; the first one speaks for the row.

    ``cells`` holds the raw cell of every field, for the person who corrects it.
    """

    number: int
    problems: tuple[Problem, ...]
    cells: Mapping[str, Cell] = dataclasses.field(repr=False)  # they may be personal

    @property
    def field(self) -> str:
        """The first broken cell's field; "" when the row as a whole is broken."""
        return self.problems[0].field

    @property
    def header(self) -> str:
        """The first broken cell's column heading."""
        return self.problems[0].header

    @property
    def raw(self) -> Cell:
        """The first broken cell as the file holds it."""
        return self.problems[0].raw

    @property
    def problem(self) -> str:
        """The first broken cell's problem, a code."""
        return self.problems[0].problem

    @property
    def expected(self) -> str:
        """What the first broken cell should have looked like, in words."""
        return self.problems[0].expected

    @property
    def address(self) -> Address:
        """Where the first broken cell stands."""
        return self.problems[0].address
