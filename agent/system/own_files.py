"""Files that we put among a person's own: known again by a mark, never overwritten once changed."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from pathlib import Path

_MARK = re.compile(r"(?P<before>#|<!--) Written by Predawn, (?P<hash>[0-9a-f]{16})(?: -->)?\n")


class Standing(StrEnum):
    """Whose a file is."""

    ABSENT = "absent"
    OURS = "ours"
    CHANGED = "changed"  # ours once; a person has changed it since
    FOREIGN = "foreign"  # never was ours


class OwnFile:
    """One such text file; ``xml`` ones carry the mark as an XML comment, others behind ``#``."""

    def __init__(self, path: Path, *, xml: bool = False) -> None:
        self.path = path
        self._xml = xml

    def standing(self) -> Standing:
        """Return whose the file is, as it lies there now."""
        text = self.text()
        if text is None:
            return Standing.ABSENT
        mark = _MARK.search(text)
        if mark is None:
            return Standing.FOREIGN
        return (
            Standing.OURS
            if mark["hash"] == _hash(text[: mark.start()] + text[mark.end() :])
            else Standing.CHANGED
        )

    def text(self) -> str | None:
        """Return what it holds, or None if it is not there."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return ""  # none of ours

    def write(self, text: str) -> bool:
        """Write it with its mark, unless it is somebody else's by now; tells whether it was written."""
        if self.standing() in {Standing.CHANGED, Standing.FOREIGN}:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        mark = f"Written by Predawn, {_hash(text)}"
        if self._xml:  # a comment may not come before the XML declaration
            head, _, rest = text.partition("\n")
            whole = f"{head}\n<!-- {mark} -->\n{rest}"
        else:
            whole = f"# {mark}\n{text}"
        aside = self.path.with_name(f".{self.path.name}.new")
        aside.write_text(whole, encoding="utf-8")
        aside.replace(self.path)
        return True

    def remove(self) -> bool:
        """Remove it if it is ours as we wrote it; tells whether it is gone now."""
        standing = self.standing()
        if standing is Standing.OURS:
            self.path.unlink()
        return standing in {Standing.OURS, Standing.ABSENT}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
