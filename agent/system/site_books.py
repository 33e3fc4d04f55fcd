"""What a site's book says of the site itself. The elements are the workers' business."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agent.system.paths import Home


@dataclass(frozen=True)
class SiteBook:
    """A site's name, title and address; ``readable`` is False when its book is no TOML at all."""

    name: str
    title: str
    url: str
    readable: bool = True


def site_book(name: str, folder: Path) -> SiteBook:
    """Read a site's title and address; what is wrong with the book is said by ``predawn check``."""
    try:
        book = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return SiteBook(name, name, "", readable=False)
    return SiteBook(name, str(book.get("title", name)), str(book.get("url", "")))


def titled(params: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return a message's parameters with its site by its title; a command to type needs its name, too."""
    name = params.get("site")
    title = titles.get(str(name))
    return dict(params) if title is None else {**params, "site": title, "site_name": name}


@cache
def site_titles(home: Home) -> dict[str, str]:
    """Return the title of every site that this home knows."""
    from agent.system.automations import site_folders  # noqa: PLC0415

    return {name: site_book(name, folder).title for name, folder in site_folders(home).items()}
