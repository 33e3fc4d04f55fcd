"""Destinations: how one kind of record is entered in a site, and how it is found there again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args

from agent.core.keys import normalise_key
from agent.reports.columns import Invalid
from agent.sdk.record import Record

if TYPE_CHECKING:
    from agent.sdk.session import Session

RecordT = TypeVar("RecordT", bound=Record)
_EFFECTS = ("create", "ensure")


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

    def differences(self, record: Record, only: Collection[str] | None = None) -> list[str]:
        """Return which fields (of ``only`` these) the site shows otherwise than the record has them."""
        wanted, names = record.shown(), self.shown if only is None else only
        return [name for name, value in self.shown.items() if name in names and value != wanted[name]]

    def unshown(self, wanted: Iterable[str]) -> list[str]:
        """Return which of these fields the look-up did not read."""
        return [name for name in wanted if name not in self.shown]


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
    """Subclass it, fill in :meth:`submit` and :meth:`look_up`, and declare what the site can do.

    ``settle``: more than the site's request time-out plus the lag of its look-up: so long after a lost answer
    it is certain whether the site saved.

    ``lag``: how much later than its answer the look-up may show a record; 0 is at once.

    ``cannot_look_up``: why no screen of the site shows a record again. Then nothing is read back, nothing in
    doubt is ever sent again by the machine, and a person is asked instead.

    ``idempotent``: the site itself takes a submit only once for each ``site.token``, which submit enters in
    one of its fields. Then what is in doubt may be sent once more even where it cannot be looked up.

    ``saves_while_filling``: the site saves while one types; the intention is on disk before the first key.

    ``never_shown``: fields that no screen of the site shows again; they are named on the certificate. Every
    other field must be read back.

    ``effect``: ``"create"``, or ``"ensure"``: what is there already with equal ``match`` fields is left as it
    is, what is there with others is a question, and what is missing is created. Nothing is overwritten.
    """

    settle: ClassVar[timedelta] = timedelta(seconds=30)
    lag: ClassVar[timedelta] = timedelta(0)
    cannot_look_up: ClassVar[str] = ""
    idempotent: ClassVar[bool] = False
    saves_while_filling: ClassVar[bool] = False
    never_shown: ClassVar[Collection[str]] = ()
    effect: ClassVar[str] = "create"
    match: ClassVar[Collection[str]] = ()
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
    def compared(cls) -> list[str]:
        """Return the fields that must be read back equal: all that the site shows, or those to ``match``."""
        names = [cls.record_type.key_field, *cls.match] if cls.effect == "ensure" else cls.record_type.columns
        return [name for name in cls.record_type.columns if name in names and name not in cls.never_shown]

    @classmethod
    def problem(cls) -> str | None:
        """Return what is wrong with the class as it was declared, or None."""
        looks, fields = cls.has("look_up"), cls.record_type.columns.keys()
        unknown = [name for name in (*cls.never_shown, *cls.match) if name not in fields]
        wrong = {
            "has no submit: nothing could be entered": not cls.has("submit"),
            "must say what it enters: Destination[Claim], where Claim has a key": (
                not cls.record_type.key_field
            ),
            "has no look_up: after a lost answer nobody could find out what was saved "
            "(where the site has no screen for it, say so: cannot_look_up = “why”)": (
                not looks and not cls.cannot_look_up
            ),
            "has a look_up and says that it cannot look up": looks and bool(cls.cannot_look_up),
            f"has effect “{cls.effect}”, not one of: {', '.join(_EFFECTS)}": cls.effect not in _EFFECTS,
            "ensures: it needs a look_up, and match = (…) with the fields that must be equal": (
                cls.effect == "ensure" and not (looks and cls.match)
            ),
            "never shows the key: then nothing could be found again; say cannot_look_up": (
                looks and cls.record_type.key_field in cls.never_shown
            ),
            f"names {', '.join(unknown)}, no field of {cls.record_type.__name__}": bool(unknown),
            "settles before its look-up can show anything: settle must be longer than lag": (
                cls.settle <= cls.lag
            ),
        }
        return next((words for words, is_so in wrong.items() if is_so), None)

    @classmethod
    def has(cls, method: str) -> bool:
        """Tell whether the author filled in one of the three methods."""
        own: Any = getattr(cls, method)
        return own is not getattr(Destination, method)
