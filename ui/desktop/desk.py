"""What a page may use: reading, wishing, going to another page. It is all that a page knows of the rest."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from agent.core.actors import Actor
from agent.core.failures import Failure
from agent.faces import speaking
from agent.faces.moments import duration, office_zone
from agent.faces.wording import Wording
from agent.store import commands
from agent.store.fields import utc_now
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.site_books import site_titles
from resources.i18n.texts import RECORD
from ui.desktop.bridge import Bridge
from ui.desktop.failing import next_of
from ui.desktop.hosting import Hosting
from ui.desktop.reading import Failed, Reader
from ui.desktop.speech import OfficeMoments, Speech

Answer = TypeVar("Answer")
Values = Mapping[str, Any]

_LOOK_MS = 120  # how often it is looked whether a wish was carried out; only while one waits


class Desk(QObject):
    """Handed to every page. Signals: ``rang`` (bells, several as one), ``wanted`` (go to a page).

    ``now`` is the clock that every page goes by; ``elsewhere`` is the process that is the host, where it is
    not this one.
    """

    rang = Signal(object)
    wanted = Signal(str, object)
    troubled = Signal(object)

    def __init__(
        self,
        home: Home,
        bridge: Bridge,
        hosting: Hosting,
        settings: Settings | None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.home, self.hosting, self.settings = home, hosting, settings
        self.now = now
        self.speech = Speech(settings, now=now)
        self._bridge = bridge
        self.elsewhere: int | None = None
        self._reader = Reader()
        self._reader.troubled.connect(self.troubled)
        bridge.rang.connect(self.rang)

    def take(self, settings: Settings) -> None:
        """Use these settings, and speak as they say, from now on."""
        self.settings = settings
        self.speech = Speech(settings, now=self.now)

    def ask(
        self,
        owner: QObject,
        key: Hashable,
        question: Callable[[], Answer],
        answer: Callable[[Answer], None],
        *,
        failed: Failed | None = None,
        slow: bool = False,
    ) -> None:
        """Read something off Qt's thread; see :meth:`ui.desktop.reading.Reader.ask`."""
        self._reader.ask(owner, key, question, answer, failed=failed, slow=slow)

    def give(
        self,
        owner: QObject,
        verb: str,
        args: Values,
        *,
        done: Callable[[Values], None] | None = None,
        refused: Failed | None = None,
    ) -> None:
        """Store a wish and ring; ``done`` gets its result, ``refused`` the failure (else the window has it).

        The wish is a row before anybody is told (store.commands), given by the person at this window.
        """

        def stored() -> int:
            number = commands.give(verb, args, at_window())
            self._bridge.ring(f"command/{number}")
            return number

        self._reader.ask(
            owner,
            ("give", verb, str(args)),
            stored,
            lambda number: self._await(owner, number, done, refused),
            failed=refused,
        )

    def ring(self, owner: QObject, ident: str) -> None:
        """Ring the host's bell with an id, off Qt's thread."""
        self._reader.ask(owner, ("ring", ident), lambda: self._bridge.ring(ident), _nothing)

    def expect(self, owner: QObject, *, somebody: bool = True) -> None:
        """Let the host know whether somebody is here who may start a run; it comes after what pages read."""
        host = self.hosting.host
        if host is not None:
            told = host.expect if somebody else host.expect_nobody
            self._reader.ask(owner, "expect", told, _nothing)

    def go(self, page: str, target: object = None) -> None:
        """Show a page of the window by its code, at a target that it understands (a run's id, an item)."""
        self.wanted.emit(page, target)

    def moments(self, office: str = "main") -> OfficeMoments:
        """Return how moments of an office are written."""
        return self.speech.moments(office_zone(self.home, office))

    def wording(self, run_id: str) -> Wording:
        """Return how a run is spoken of, in this window's way; reads the store: never in Qt's thread."""
        return speaking.wording_of(self.home, run_id, self.speech.moments)

    def wording_for(self, run: Values, moments: OfficeMoments, titles: Mapping[str, str]) -> Wording:
        """Return how a run of the history is spoken of; reads nothing."""
        return Wording(run["noun"] or RECORD, moments, titles)

    def site_titles(self) -> Mapping[str, str]:
        """Return the title of every site that this home knows; read once."""
        return site_titles(self.home)

    def next_of(self, reason: Values, titles: Mapping[str, str]) -> str:
        """Return what to do about a stored failure, in the window's words."""
        return next_of(str(reason["code"]), reason.get("params") or {}, titles)

    def took(self, began: str | None, ended: str | None) -> str:
        """Return how long something took; nothing while it has not ended."""
        if began is None or ended is None:
            return ""
        return duration((datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds())

    def close(self) -> None:
        """End the reading threads."""
        self._reader.close()

    def _await(
        self,
        owner: QObject,
        number: int,
        done: Callable[[Values], None] | None,
        refused: Failed | None,
    ) -> None:
        def answered(outcome: tuple[str, Values | None]) -> None:
            state, result = outcome
            if state == "waiting":
                QTimer.singleShot(_LOOK_MS, owner, look)
            elif state == "done" and done is not None:
                done(result or {})
            elif state == "refused":
                failure = Failure.from_json(result or {})
                (refused or self.troubled.emit)(failure)

        def look() -> None:
            self.ask(owner, ("result", number), lambda: commands.result(number), answered, failed=refused)

        look()


def at_window() -> Actor:
    """Return the person at this window, by the computer's own account."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        name = "unknown"
    return Actor("person", name, name, "window", socket.gethostname())


def _nothing(_answer: object) -> None:
    """Want no answer."""
