"""Records: one thing to deliver, declared as a class with typed fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Self, dataclass_transform

from agent.core.keys import normalise_key
from agent.reports.columns import Column, Invalid, choice, day, flag, money, own, text, time, whole
from agent.reports.table import Row


@dataclass_transform(
    field_specifiers=(text, money, day, time, whole, choice, flag, own), kw_only_default=True
)
class Record:
    """The base of every record type.

    ``class Claim(Record, key="claim_no", noun=("claim", "claims"))`` names the business key and the words
    that people see. Fields are declared with :func:`text`, :func:`money`, :func:`day` and :func:`whole`.
    """

    columns: ClassVar[Mapping[str, Column]] = {}
    key_field: ClassVar[str] = ""
    noun: ClassVar[tuple[str, str]] = ("record", "records")

    def __init_subclass__(cls, *, key: str = "", noun: tuple[str, str] = ("record", "records")) -> None:
        """Collect the fields; raises TypeError for a reserved name, and when the key is not one of them."""
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        for name in sorted(own.keys() & _RESERVED):
            raise TypeError(
                f"{cls.__name__}: a field cannot be named “{name}”, which means something else here"
            )
        cls.columns = {**cls.columns, **own}
        cls.key_field, cls.noun = key or cls.key_field, noun
        if key and key not in cls.columns:
            raise TypeError(f"{cls.__name__}: the key “{key}” is not one of its fields")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401  # each field has its own type
        unknown = values.keys() - self.columns.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        for name, column in self.columns.items():
            try:
                setattr(self, name, column.accept(values.get(name)))
            except Invalid as error:
                # Its value may be personal, so the message says only what was wanted.
                raise ValueError(f"{type(self).__name__}.{name} must be {error.expected}") from None
        self._rows: tuple[Row, ...] = ()
        self._changed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row: Row, *more: Row, **changes: Any) -> Self:  # noqa: ANN401  # each field has its own type
        """Make a record from a source row (and further rows it was computed from), with changed fields.

        Fields that the row has are taken over; where each came from is kept. They are the row's values to
        the end: what is set otherwise afterwards stops the run.
        """
        taken = {name: row.values[name] for name in cls.columns if name in row.values}
        record = cls(**{**taken, **changes})
        record._rows, record._changed = (row, *more), frozenset(changes)
        return record

    def _altered(self) -> str | None:
        """Return the name of a field that was taken over from the row and is no longer the row's value."""
        values = self._rows[0].values if self._rows else {}
        for name, column in self.columns.items():
            if name not in values or name in self._changed:
                continue
            if column.show(getattr(self, name)) != column.show(column.accept(values[name])):
                return name
        return None

    @property
    def source_rows(self) -> tuple[Row, ...]:
        """The rows of source files that this record was made from; empty when it was made by hand."""
        return self._rows

    def read_from_row(self) -> dict[str, str]:
        """Return the heading of the cell that each field was read from.

        What code gave or changed is missing there, and so is what the file has no column for.
        """
        if not self._rows:
            return {}
        row, shown = self._rows[0], self.shown()
        return {
            name: row.address(name).column
            for name, column in self.columns.items()
            if name in row.values
            and name not in self._changed
            and row.address(name).column
            and column.show(column.accept(row.values[name])) == shown[name]  # code may have set it later
        }

    def edited(self) -> dict[str, Any]:
        """Return which fields hold what a person put into the row: by whom, when, what stood there."""
        if not self._rows:
            return {}
        return {
            name: told
            for name, told in self._rows[0].edited.items()
            if name in self.columns and name not in self._changed
        }

    def key(self) -> str:
        """Return the business key, normalised as the ledger compares it."""
        return normalise_key(self.shown()[self.key_field])

    def shown(self) -> dict[str, str]:
        """Return each field as canonical text: what is hashed, stored and compared."""
        return {name: column.show(getattr(self, name)) for name, column in self.columns.items()}

    def control_totals(self) -> dict[str, Decimal]:
        """Return the amounts that must be the same from file to target."""
        return {
            name: getattr(self, name) or Decimal(0)
            for name, column in self.columns.items()
            if column.control_total
        }

    def personal_values(self) -> list[str]:
        """Return the values that are masked in pictures and struck out of logs."""
        shown = self.shown()
        return [shown[name] for name, column in self.columns.items() if column.personal and shown[name]]

    @classmethod
    def from_shown(cls, values: Mapping[str, str]) -> Self:
        """Rebuild a record from :meth:`shown`."""
        return cls(**{name: column.restore(values[name]) for name, column in cls.columns.items()})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.shown() == other.shown()

    def __hash__(self) -> int:
        return hash(self.key())

    def __repr__(self) -> str:
        values = (
            f"{name}=▇" if self.columns[name].personal else f"{name}={value!r}"
            for name, value in self.shown().items()
        )
        return f"{type(self).__name__}({', '.join(values)})"


# A row's ``number`` is its place in the file: a field of that name would be read as that, without a word.
_RESERVED = {name for kind in (Row, Record) for name in dir(kind) if not name.startswith("_")} | {
    "confirmation"
}
