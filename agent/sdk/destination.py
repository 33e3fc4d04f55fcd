"""Destinations: how one kind of record is entered in a site, and how it is found there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args

from agent.core.keys import normalise_key
from agent.reports.columns import Invalid
from agent.sdk.record import Record

if TYPE_CHECKING:
    from agent.sdk.session import Session

RecordT = TypeVar("RecordT", bound=Record)


def seconds(number: float) -> timedelta:
    """Return a duration."""
    return timedelta(seconds=number)


class Found(Generic[RecordT]):
    """One record as the site shows it: the fields that its screen has, and the confirmation if it shows one.

    Values may be text as read from the page (read by the field's own contract) or typed values.
    """

    def __init__(
        self, record_type: type[RecordT], /, confirmation: str | None = None, **values: object
    ) -> None:
        unknown = values.keys() - record_type.columns.keys()
        if unknown:
            raise TypeError(f"{record_type.__name__} has no field {', '.join(sorted(unknown))}")
        if record_type.key_field not in values:
            raise TypeError(f"a look-up must show {record_type.__name__}.{record_type.key_field}")
        self.confirmation = confirmation
        self.shown = {name: _shown(record_type, name, value) for name, value in values.items()}
        self.key = normalise_key(self.shown[record_type.key_field])

    def differences(self, record: Record) -> list[str]:
        """Return the names of the fields that the site shows otherwise than the record has them."""
        wanted = record.shown()
        return [name for name, value in self.shown.items() if value != wanted[name]]


def _shown(record_type: type[Record], name: str, value: object) -> str:
    column = record_type.columns[name]
    if isinstance(value, str):
        try:
            return column.show(column.parse(value))
        except Invalid:
            return value.strip()  # the site shows something that no record can hold: a difference
    return column.show(column.accept(value))


@dataclass(frozen=True)
class Listing(Generic[RecordT]):
    """All records that a site lists. ``complete``: the last page was seen and the first is unchanged."""

    rows: Sequence[Found[RecordT]]
    complete: bool
    stated_total: int | None = None

    @property
    def can_show_absence(self) -> bool:
        """Whether a key that is not in the list is not in the site."""
        return self.complete and self.stated_total in (None, len(self.rows))


class Destination(Generic[RecordT]):
    """Subclass it, fill in :meth:`submit` and :meth:`look_up`; the engine does all the rest.

    ``settle`` is more than the site's request time-out plus the lag of its look-up: so long after a lost
    answer it is certain whether the site saved.
    """

    settle: ClassVar[timedelta] = timedelta(seconds=30)
    record_type: ClassVar[type[Record]] = Record

    def __init_subclass__(cls) -> None:
        """Learn the record type from ``Destination[Claim]``."""
        for base in getattr(cls, "__orig_bases__", ()):
            for given in get_args(base):
                if isinstance(given, type) and issubclass(given, Record):
                    cls.record_type = given

    def submit(self, site: Session, record: RecordT) -> str | None:
        """Enter one record: fill, ``site.commit(…)`` exactly once, return the confirmation or None."""
        raise NotImplementedError

    def look_up(self, site: Session, record: RecordT) -> Sequence[Found[RecordT]]:
        """Find a record by its key on a screen other than the one it was entered on; all matches.

        Raise :class:`CannotTell` when the screen cannot answer.
        """
        raise NotImplementedError

    def list_all(self, site: Session) -> Listing[RecordT]:
        """List what the site holds, for reading back in bulk and for seeing what people entered. Optional."""
        raise NotImplementedError

    @classmethod
    def has(cls, method: str) -> bool:
        """Tell whether the author filled in one of the three methods."""
        own: Any = getattr(cls, method)
        return own is not getattr(Destination, method)
