"""What was really committed: an append-only file of JSON lines, one a commit, for tests to count.

A claim counts as saved when its line is in the file, so after a restart the file alone says what is there.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO

Entry = dict[str, object]


class Journal:
    """One append-only file. A last line that was cut by a crash is taken off when the file is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_cut_line(path)
        self._count = len(read_journal(path))
        self._file: IO[bytes] = path.open("ab", buffering=0)

    def append(self, entry: Mapping[str, object]) -> Entry:
        """Write one entry and return it as written: with `seq` (from 1) and `at` (UTC, ISO 8601)."""
        with self._lock:
            whole: Entry = {
                "seq": self._count + 1,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                **entry,
            }
            self._file.write(json.dumps(whole, ensure_ascii=False).encode() + b"\n")
            self._count += 1
            return whole

    def put_aside(self) -> None:
        """Start an empty journal; the old one stays beside it as `<name>.<n>.jsonl`."""
        with self._lock:
            self._file.close()
            number = 1
            while (aside := self.path.with_suffix(f".{number}.jsonl")).exists():
                number += 1
            self.path.replace(aside)
            self._count = 0
            self._file = self.path.open("ab", buffering=0)

    def close(self) -> None:
        """Close the file; entries are on disk already."""
        self._file.close()


def read_journal(path: Path) -> list[Entry]:
    """All entries of a journal file, oldest first; a cut last line is not one."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def _drop_cut_line(path: Path) -> None:
    if path.exists():
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            path.write_bytes(content[: content.rfind(b"\n") + 1])
