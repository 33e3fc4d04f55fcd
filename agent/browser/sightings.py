"""How the elements of a book look today: seen once a run for each, when it is first used, off the hot path.

From the second record on nothing of this costs more than a look into a dictionary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.browser.masking import Mask
from agent.browser.traces import trace_found
from agent.core.repair import Trace

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from agent.browser.elements import Element
    from agent.browser.locators import Way
    from agent.browser.session import Session

MOST_LOOKS = 3
"""An element that is not there, or there several times, is looked for so often in a run: it may be a list."""


@dataclass(frozen=True)
class Sight:
    """What one element looks like today, under which entry of the book, and the picture of its page."""

    trace: Trace
    base: str
    picture: str | None


@dataclass
class Sightings:
    """The elements seen in this run. ``pictured`` are pages with a picture that is young enough.

    ``take_picture`` keeps one of the page that a session shows, and returns its id.
    """

    today: dict[str, Sight] = field(default_factory=dict)
    pictured: dict[str, str | None] = field(default_factory=dict)
    take_picture: Callable[[Any], str | None] | None = None
    _looks: Counter[str] = field(default_factory=Counter)

    def due(self, name: str) -> bool:
        """Tell whether an element has still to be looked at in this run."""
        return name not in self.today and self._looks[name] < MOST_LOOKS

    def look(
        self, element: Element, way: Way, locator: Locator, mask: Mask, pictured: Session | None
    ) -> None:
        """Look at an element if it is there now, once; it is not waited for.

        ``pictured`` is the session whose page may be pictured for it; None where nothing may delay a click.
        """
        self._looks[element.name] += 1
        frame = tuple(way.frame.split("/")) if way.frame else ()
        trace = trace_found(locator, frame, mask)
        if trace is None:
            return
        page = trace.page
        if pictured is not None and page not in self.pictured and self.take_picture is not None:
            self.pictured[page] = self.take_picture(pictured)
        self.today[element.name] = Sight(trace, element.base, self.pictured.get(page))
