"""The compound file (OLE2) around an Excel file before 2007: its streams, as far as a second look needs them.

Source: [MS-CFB]. Every count is checked against the file's own length before it is used.
"""

from __future__ import annotations

import struct

from agent.reports.limits import unsafe
from agent.reports.sniffing import cut, wrong_type

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_LAST = 0xFFFFFFF0  # sector numbers from here on mean something else
_ENTRY = 128
_MAX_SECTORS = 2**20
_WHOLE = "a whole XLS file"


class Compound:
    """The streams of a compound file. Raises DownloadCut where a part of it is missing."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name
        if len(content) < 512:
            cut(name, _WHOLE, f"{len(content)} bytes")
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if shift not in {9, 12} or mini_shift != 6:
            wrong_type(name, "a damaged XLS file", _WHOLE)
        self._size = 1 << shift
        self._table = self._allocation()
        first_directory, _, self._threshold, first_mini = struct.unpack_from("<IIII", content, 48)
        directory = b"".join(self._chain(first_directory, self._table))
        self.entries = {
            entry[0]: entry[1:]
            for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)
            if (entry := self._entry(directory[at : at + _ENTRY])) is not None
        }
        root = self.entries.get("Root Entry", (5, _END, 0))
        self._mini = b"".join(self._chain(root[1], self._table)) if root[1] < _LAST else b""
        mini_table = b"".join(self._chain(first_mini, self._table)) if first_mini < _LAST else b""
        self._mini_table = struct.unpack(f"<{len(mini_table) // 4}I", mini_table)

    def stream(self, title: str) -> bytes | None:
        """Return a stream's bytes, None where there is none of that name."""
        entry = self.entries.get(title)
        if entry is None:
            return None
        _, first, size = entry
        if size < self._threshold:
            numbers = self._numbers(first, self._mini_table)
            found = b"".join(self._mini[number * 64 : number * 64 + 64] for number in numbers)
        else:
            found = b"".join(self._chain(first, self._table))
        if len(found) < size:
            cut(self._name, f"{size:,} bytes of {title}", f"{len(found):,} bytes")
        return found[:size]

    def _allocation(self) -> tuple[int, ...]:
        content = self._content
        count, first_more = struct.unpack_from("<I", content, 44)[0], struct.unpack_from("<I", content, 68)[0]
        places = list(struct.unpack_from("<109I", content, 76))
        seen = 0
        while first_more < _LAST:
            numbers = struct.unpack(f"<{self._size // 4}I", self._sector(first_more))
            places += numbers[:-1]
            first_more = numbers[-1]
            seen += 1
            if seen > _MAX_SECTORS // 128:
                unsafe(self._name, "an XLS file whose tables go in a circle", "tables with an end")
        used = [place for place in places if place < _LAST][:count]
        table = b"".join(self._sector(place) for place in used)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        found = self._content[start : start + self._size]
        if len(found) < self._size:
            if start < len(self._content) and number * self._size < len(self._content):
                return found.ljust(self._size, b"\x00")  # the last sector may be short
            cut(self._name, _WHOLE, "an XLS file without its last part")
        return found

    def _chain(self, first: int, table: tuple[int, ...]) -> list[bytes]:
        return [self._sector(number) for number in self._numbers(first, table)]

    def _numbers(self, first: int, table: tuple[int, ...]) -> list[int]:
        numbers: list[int] = []
        while first < _LAST:
            numbers.append(first)
            if first >= len(table):
                cut(self._name, _WHOLE, "an XLS file without its last part")
            if len(numbers) > len(table):
                unsafe(self._name, "an XLS file whose tables go in a circle", "tables with an end")
            first = table[first]
        return numbers

    def _entry(self, entry: bytes) -> tuple[str, int, int, int] | None:
        length, kind = struct.unpack_from("<HB", entry, 64)
        if kind == 0 or length > 64:
            return None
        title = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
        first, size = struct.unpack_from("<II", entry, 116)
        return title, kind, first, size
