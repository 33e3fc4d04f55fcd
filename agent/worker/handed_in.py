"""A file that a person handed in, taken where the site's own download would have come from.

The author's download function says what it expects of its file, so that very function is called, with a
stand-in for the site: nothing happens on its pages, and its download is the file in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from agent.reports.attest import Expect
from agent.sdk import Download


class Nothing:
    """What a page's element is where there is no page: every question about it has an empty answer."""

    def __getattr__(self, name: str) -> Nothing:
        return self

    def __call__(self, *_args: object, **_named: object) -> Nothing:  # noqa: D102  # as all of this is
        return self

    def __getitem__(self, _key: object) -> Nothing:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __int__(self) -> int:
        return 0

    def __index__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Nothing) or other in ("", 0, None)

    def __hash__(self) -> int:
        return 0

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__


class FileInHand:
    """Stands where the site would be; ``take`` attests the file by the expectation it is given."""

    def __init__(self, take: Callable[[Expect | None], Download]) -> None:
        self._take = take

    def __getitem__(self, _element: str) -> Nothing:
        return Nothing()

    def __getattr__(self, name: str) -> Nothing:
        return Nothing()

    @contextmanager
    def popup(self, _opener: str) -> Iterator[Self]:
        """The window that would have opened is this one."""
        yield self

    def text(self) -> str:
        """No page, no words."""
        return ""

    def download(self, _element: str, *, expect: Expect | None = None, **_times: object) -> Download:
        """The file in hand, attested; raises what the attestation does."""
        return self._take(expect)

    def table(self, _element: str, *, expect: Expect | None = None, **_beside: object) -> Download:
        """The file in hand, attested; raises what the attestation does."""
        return self._take(expect)
