"""Pictures of a page, masked before they leave the browser."""

from __future__ import annotations

from agent.browser.session import Session

_MASK_COLOUR = "#5B6470"


def screenshot(session: Session) -> bytes:
    """Return a PNG of the page; password fields and the current record's personal values are masked.

    Raises PageCrashed when there is no page left to take a picture of.
    """
    with session.watched():
        masks = [frame.locator("input[type=password]") for frame in session.page.frames]
        memory = session.memory
        masks += [frame.get_by_text(value) for value in memory.personal for frame in session.page.frames]
        masks += [
            session.book.element(name).locator(session.page)
            for name, value in memory.filled.items()
            if value in memory.personal
        ]
        return session.page.screenshot(mask=masks, mask_color=_MASK_COLOUR, animations="disabled")
