"""What an answer needs beside itself: a reason, a secret, a file, new values; handed in off Qt's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.core.answers import Needs
from agent.host import handing_in
from resources.i18n import texts
from ui.desktop.models.review_items import Item, Option

if TYPE_CHECKING:
    from ui.desktop.pages.review import ReviewPage


class Gathering:
    """Asks where it belongs: beside the answers for words, on the right for a file or a row."""

    def __init__(self, page: ReviewPage) -> None:
        self._page = page

    def begin(self, item: Item, option: Option) -> None:
        """Ask for what an option needs, then give it."""
        page = self._page
        match option.needs:
            case Needs.REASON:
                page.question.ask_line(
                    texts.window("why_so"), lambda words: page.give(option, {"reason": words})
                )
            case Needs.SECRET:
                page.question.ask_line(
                    texts.window("ask_secret"),
                    lambda secret: self._secret(item, option, secret),
                    secret=True,
                )
            case Needs.FILE:
                page.evidence.want_file(lambda file: self._file(item, option, file))
            case Needs.VALUE:
                page.evidence.want_values(lambda values: self._values(item, option, values))
            case Needs.CANDIDATE:
                page.evidence.want_candidates(
                    lambda numbers: page.give(option, {"candidates": numbers, "candidate": numbers[0]})
                )

    def _secret(self, item: Item, option: Option, secret: str) -> None:
        home = self._page.desk.home
        self._hand_in(option, lambda: handing_in.new_password(home, item.id, secret))

    def _file(self, item: Item, option: Option, file: Path) -> None:
        home = self._page.desk.home

        def hand_in() -> dict[str, Any]:
            return handing_in.hand_in_file(home, item.id, file.name, file.read_bytes())

        self._hand_in(option, hand_in)

    def _values(self, item: Item, option: Option, values: Mapping[str, str]) -> None:
        home = self._page.desk.home
        self._hand_in(option, lambda: handing_in.hand_in_values(home, item.id, values))

    def _hand_in(self, option: Option, hand_in: Callable[[], dict[str, Any]]) -> None:
        page = self._page
        page.hold(busy=True)
        page.desk.ask(
            page,
            ("hand in", option.answer),
            hand_in,
            lambda told: page.give(option, told),
            failed=page.refused,
            slow=True,
        )
