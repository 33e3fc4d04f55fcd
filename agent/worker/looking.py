"""Looking records up in the target, and when it may be believed that one is not there."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from agent.core.failures import CannotTell, Defect
from agent.core.states import RecordState
from agent.sdk import Destination, Found, Listing, Record
from agent.store.ledger import Entry, Ledger
from agent.worker.site import OpenSite

Matches = Sequence[Found[Any]]

_WALK_FROM = 6  # a walk through 200 practice claims cost as much as five looks (tests.bench.read_back)


class Looking:
    """All reading of the target for one upload task.

    Absence is believed only after a positive control in the same session (the same look-up finds a record
    that is known to exist), or from a list that is complete (DESIGN.md, 6).
    """

    def __init__(
        self, destination: Destination[Any], site: OpenSite, ledger: Ledger, *, repeats: bool = False
    ) -> None:
        self._destination, self._site, self._ledger = destination, site, ledger
        self._repeats = repeats
        self._control: tuple[object, bool] = (None, False)
        self._listed: dict[str, list[Found[Any]]] | None = None
        self._look_seconds: float | None = None  # what the latest cost, in this site, this morning
        self._walk_seconds: float | None = None

    @property
    def can_look(self) -> bool:
        """Whether the site has a screen on which a record can be found again."""
        return self._destination.has("look_up")

    def record(self, entry: Entry) -> Record:
        """Return the record of a ledger entry as the author's own class; raises Defect if it reads otherwise.

        What is typed and what is compared both come from here: it must be what the ledger holds.
        """
        record = self._destination.record_type.from_shown(entry.payload["fields"])
        if record.shown() != entry.payload["fields"]:
            raise Defect(kind="RecordAltered", file=type(record).__name__, line=0)
        return record

    def find(self, entry: Entry) -> Matches:
        """Look one record up on the destination's independent screen; raises CannotTell and site failures."""
        session = self._site.session
        record = self.record(entry)
        session.memory.personal = record.personal_values()
        began = time.monotonic()
        with session.watched():
            found = self._destination.look_up(session, record)
        self._look_seconds = time.monotonic() - began
        key = entry.payload["key"]
        return self._without_copies(entry, [match for match in found if match.key == key])

    def _without_copies(self, entry: Entry, found: Matches) -> Matches:
        """Of equal copies each is told apart by number alone: those that others account for are theirs."""
        return found[self._ledger.other_copies(entry) :] if self._repeats else found

    def absence_is_believable(self) -> bool:
        """Tell whether a look-up that finds nothing may be believed in this session.

        Raises CannotTell when the control itself is not found: then the look-up screen is broken.
        """
        session = self._site.session
        if self._control[0] is session:
            return self._control[1]
        known = self._ledger.entries(RecordState.VERIFIED, RecordState.CONFIRMED)
        if known and not self.find(known[-1]):
            raise CannotTell(site=self._site.name, why="a record that is there was not found")
        self._control = (session, bool(known))
        return bool(known)

    def in_complete_list(self, entry: Entry, *, anew: bool = False) -> Matches | None:
        """Return a record's matches in the site's own list, or None where there is no complete list."""
        if anew or self._listed is None:
            self.list_anew()
        if self._listed is None:
            return None
        return self._without_copies(entry, self._listed.get(entry.payload["key"], []))

    def list_anew(self) -> bool:
        """Read the site's list again; returns whether it is complete, so that it can show absence.

        A list that lacks a record known to exist is not complete, whatever it says of itself.
        """
        self._listed = None
        if not self._destination.has("list_all"):
            return False
        session, began = self._site.session, time.monotonic()
        with session.watched():
            listing: Listing[Any] = self._destination.list_all(session)
        self._walk_seconds = time.monotonic() - began
        if not listing.can_show_absence:
            return False
        listed = defaultdict(list)
        for found in listing.rows:
            listed[found.key].append(found)
        if not all(entry.payload["key"] in listed for entry in self._known()):
            return False
        self._listed = listed
        return True

    def walk_is_cheaper(self, records: int) -> bool:
        """Choose by what a walk and a look have cost; where either is unknown, by how many records."""
        if not self._destination.has("list_all"):
            return False
        if self._look_seconds is None or self._walk_seconds is None:
            return records >= _WALK_FROM
        return self._walk_seconds <= self._look_seconds * records

    def _known(self) -> list[Entry]:
        """Records of this task that the site has shown before: they are the control of every look."""
        return self._ledger.entries(RecordState.VERIFIED)
