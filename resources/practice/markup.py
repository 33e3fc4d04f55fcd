"""Pages from plain templates: every value is escaped unless it is markup already."""

from collections.abc import Iterable
from html import escape
from string import Template


class Raw(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


def render(template: str, /, **values: object) -> Raw:
    """Fill `$name` places of `template`.

    Raises:
        KeyError: a place has no value.
    """
    safe = {
        name: value if isinstance(value, Raw) else escape(str(value), quote=True)
        for name, value in values.items()
    }
    return Raw(Template(template).substitute(safe))


def join(parts: Iterable[Raw]) -> Raw:
    """Markup after markup."""
    return Raw("".join(parts))
