"""Reading our own documentation for tests: the files it says to write, its examples, its commands."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
TUTORIAL = DOCS / "authors" / "first-automation.md"
REFERENCE = DOCS / "authors" / "reference.md"
REPAIRS = DOCS / "authors" / "repairs.md"
CLERKS = DOCS / "users" / "command-line.md"
NOTICES = DOCS / "users" / "notices.md"
SCHEDULES = DOCS / "users" / "schedules.md"
BREAKS = DOCS / "when-it-breaks.md"
KEYS = DOCS / "users" / "keys.md"

_FILE = re.compile(
    r"^`(?P<file>automations/[^`\n]+)`(?:, continued)?:\n\n```\w+\n(?P<content>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def files(page: Path = TUTORIAL) -> dict[str, list[str]]:
    """Return each file that a page says to write, with its blocks in order (a file may be continued)."""
    found: dict[str, list[str]] = defaultdict(list)
    for match in _FILE.finditer(page.read_text(encoding="utf-8")):
        found[match["file"]].append(match["content"])
    return dict(found)


def write(home: Path, file: str, blocks: list[str]) -> Path:
    """Write a file's blocks below a home, one after the other; returns its path."""
    path = home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(block.rstrip("\n") + "\n" for block in blocks), encoding="utf-8")
    return path


def sections(page: Path) -> dict[str, str]:
    """Return a page's text by its second-level headings, without markup in them."""
    _, *rest = _SECTION.split(page.read_text(encoding="utf-8"))
    return {title.strip("`"): text for title, text in zip(rest[::2], rest[1::2], strict=True)}


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def table(text: str, name: str) -> str:
    """Return what stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``."""
    return text.split(f"<!-- {name}: begin -->\n", 1)[1].split(f"<!-- {name}: end -->", 1)[0]
