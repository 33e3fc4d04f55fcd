"""How Predawn stands as a whole, for the tray: one state, in words, and what the menu says."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.faces import signs
from agent.faces.day import Day, Strip
from agent.faces.outlook_words import sentence
from agent.system.automations import automation_folders
from resources.i18n import texts
from ui.desktop.desk import Desk
from ui.desktop.models.day_words import DayTold


@dataclass(frozen=True)
class Standing:
    """``sign`` and ``words`` for the icon; ``share`` is how much of the records is entered (0 to 1).

    ``automations`` are (name, office, title) of all that can be run; no office is the main one.
    """

    sign: str
    words: str
    needs: int = 0
    share: float | None = None
    now: str = ""
    forecast: str = ""
    following: str = ""
    automations: tuple[tuple[str, str | None, str], ...] = field(default=(), repr=False)


def starting() -> Standing:
    """Return how it stands before the host works."""
    return Standing(signs.WAITING, texts.window("tray_starting"))


def stopped(why: str) -> Standing:
    """Return how it stands when the host cannot work."""
    return Standing(signs.FAILED, texts.window("tray_stopped"), now=why)


def of_day(desk: Desk, day: Day, told: DayTold) -> Standing:
    """Return how it stands today: what needs a person outweighs what is late, that what works."""
    working = next(((strip, words) for strip, words in told.strips if strip.at_work), None)
    share = _share(working[1].progress) if working else None
    needs = len(day.questions)
    if needs:
        sign, words = signs.NEEDS, texts.window("tray_needs", {"count": needs})
    elif any(strip.is_late and strip.is_today for strip in day.strips):
        sign, words = signs.RISK, texts.window("tray_risk")
    elif working is not None:
        done, whole = working[1].progress or (None, None)
        sign, words = signs.RUNNING, texts.window("tray_working", {"done": done, "of": whole})
    else:
        sign, words = signs.DONE, texts.window("tray_fine")
    now = texts.window("menu_idle")
    if working is not None:
        now = texts.window("menu_now", {"title": working[1].title, "standing": working[1].standing})
    return Standing(
        sign,
        words,
        needs,
        share,
        now,
        _forecast(desk, working[0]) if working else "",
        following(desk, day),
        _automations(desk, told),
    )


def following(desk: Desk, day: Day) -> str:
    """Return what begins next, and when."""
    coming = next_strip(day)
    if coming is None or coming.due_at is None:
        return texts.window("menu_no_next")
    at = desk.moments(coming.office).at(coming.due_at.isoformat())
    return texts.window("menu_next", {"title": coming.title, "at": at})


def next_strip(day: Day) -> Strip | None:
    """Return the strip that begins next; the strips stand in the order of their starts."""
    return next(
        (strip for strip in day.strips if strip.due_at is not None and strip.due_at > day.read_at), None
    )


def _share(progress: tuple[int, int] | None) -> float | None:
    return None if progress is None or not progress[1] else progress[0] / progress[1]


def _forecast(desk: Desk, strip: Strip) -> str:
    return sentence(strip.forecast, desk.moments(strip.office)) if strip.forecast else ""


def _automations(desk: Desk, told: DayTold) -> tuple[tuple[str, str | None, str], ...]:
    """Return what today's strips are about, each in its office, and then whatever else there is."""
    here = [(strip.automation, strip.office, words.title) for strip, words in told.strips]
    known = {name for name, _office, _title in here}
    others = [(name, None, name) for name in automation_folders(desk.home) if name not in known]
    return (*here, *others)
