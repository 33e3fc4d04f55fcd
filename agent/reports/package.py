"""The zip archive around a workbook: what may be in it, how large it may get, and whether it is whole."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from agent.core.failures import DownloadCut
from agent.reports import limits
from agent.reports.limits import unsafe
from agent.reports.sniffing import cut, wrong_type

BROKEN_ZIP = (
    zipfile.BadZipFile, EOFError, OSError, ValueError, OverflowError, zlib.error, lzma.LZMAError,
    struct.error,
)  # fmt: skip
_CHUNK = 2**18
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<]{0,200}?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_SHEET = re.compile(rb"<(?:(\w+):)?worksheet\b")
_AFTER = (b" ", b">", b"/>", b"\n", b"\r", b"\t")
_MAX_MERGED = 50_000
_LONGEST_TAG = 2**16
_OUTSIDE = (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".docx", ".7z", ".rar", ".gz")


@dataclass(frozen=True)
class Part:
    """What a first look at one sheet's part told: its rows, its merged ranges, its last bytes."""

    rows: int
    merged: tuple[str, ...]
    tail: bytes


class Package:
    """An archive that was looked through: every byte unpacked once, counted, its check sums right.

    Raises DownloadCut for a broken archive, DownloadUnsafe beyond the limits and for what a report never
    carries (macros, other files, entities), DownloadWrongType for an archive that is no XLSX workbook.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self.name = name
        self.parts: Mapping[str, Part] = {}
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
            members = self._archive.infolist()
            self._check_list(members, len(content))
            self.members = frozenset(member.filename for member in members)
            self._check_kind()
            self.parts = {m.filename: self._look_through(m) for m in members if not m.is_dir()}
        except BROKEN_ZIP as error:
            raise DownloadCut(
                file=name, expected="a whole XLSX file", found="a broken zip archive"
            ) from error
        except (NotImplementedError, RuntimeError):  # an unknown packing, or a password
            unsafe(name, "a zip archive locked with a password, or packed in an unknown way", "an open one")

    def small(self, part: str) -> bytes | None:
        """Return a part that is read as a whole, None where there is none."""
        if part not in self.members:
            return None
        if self._archive.getinfo(part).file_size > limits.MAX_SMALL_PART:
            unsafe(self.name, f"{part} of too many bytes", f"at most {limits.MAX_SMALL_PART:,} bytes")
        return self._archive.read(part)

    def stream(self, part: str) -> Iterator[bytes]:
        """Return a part's bytes, piece by piece."""
        with self._archive.open(part) as opened:
            while piece := opened.read(_CHUNK):
                yield piece

    def _check_list(self, members: list[zipfile.ZipInfo], packed: int) -> None:
        if len(members) > limits.MAX_ENTRIES:
            unsafe(self.name, f"a zip archive of {len(members):,} parts", f"at most {limits.MAX_ENTRIES:,}")
        unpacked = sum(member.file_size for member in members)
        if unpacked > limits.MAX_UNPACKED:
            unsafe(self.name, f"{unpacked:,} bytes unpacked", f"at most {limits.MAX_UNPACKED:,} bytes")
        if sum(member.compress_size for member in members) > packed:
            unsafe(self.name, "a zip archive whose parts overlap", "parts side by side")
        names = [member.filename for member in members]
        if len(set(names)) < len(names):
            unsafe(self.name, "a zip archive with two parts of one name", "each name once")
        for member in members:
            size, ratio = member.file_size, member.file_size / max(1, member.compress_size)
            if size > limits.RATIO_COUNTS_FROM and ratio > limits.MAX_RATIO:
                found = f"a part that unpacks to {ratio:,.0f} times its size"
                unsafe(self.name, found, f"at most {limits.MAX_RATIO} times")
            if member.flag_bits & 1:
                unsafe(self.name, "a zip archive locked with a password", "a file without a password")
            parts = member.filename.replace("\\", "/").split("/")
            if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
                unsafe(self.name, "a part that would be written outside its folder", "parts inside")

    def _check_kind(self) -> None:
        lower = {member.lower() for member in self.members}
        if "xl/workbook.bin" in lower:
            wrong_type(self.name, "a binary workbook (XLSB)")
        if "content.xml" in lower and "mimetype" in lower:
            wrong_type(self.name, "an OpenDocument file (ODS)")
        if "word/document.xml" in lower:
            wrong_type(self.name, "a Word document")
        if "ppt/presentation.xml" in lower:
            wrong_type(self.name, "a presentation")
        inside = sorted(member for member in lower if member.endswith(_OUTSIDE))
        if "xl/workbook.xml" not in lower:
            if inside:
                unsafe(self.name, "a zip archive with other files inside", "the report itself")
            wrong_type(self.name, "a zip archive that is not an XLSX workbook")
        if any("vbaproject" in member or member.startswith("xl/macrosheets/") for member in lower):
            unsafe(self.name, "a workbook with macros", "a workbook without macros")
        if inside or any(member.startswith(("xl/embeddings/", "xl/activex/")) for member in lower):
            unsafe(self.name, "a workbook with other files inside", "a workbook by itself")

    def _look_through(self, member: zipfile.ZipInfo) -> Part:
        """Unpack a part to its end: zipfile compares its check sum there."""
        rows, merged, size = 0, [], 0
        tail: deque[bytes] = deque(maxlen=2)
        xml = member.filename.endswith((".xml", ".rels"))
        sheet = xml and "worksheets/" in member.filename
        rest, row = b"", b""
        for piece in self.stream(member.filename):
            size += len(piece)
            if not xml:
                continue
            whole = rest + piece  # what was begun before and ends here is seen in one piece
            end = max(whole.rfind(b"<"), len(whole) - _LONGEST_TAG)
            whole, rest = whole[:end], whole[end:]
            self._check_plain(whole)
            if sheet:
                if not row and (head := _SHEET.search(whole)):
                    row = b"<%srow" % (head[1] + b":" if head[1] else b"")
                rows += sum(whole.count(row + after) for after in _AFTER) if row else 0
                if b"mergeCell " in whole:
                    merged += [found.decode() for found in _MERGED.findall(whole)]
                tail.append(piece)
            if rows > limits.MAX_ROWS or len(merged) > _MAX_MERGED:
                unsafe(self.name, "a sheet of too many rows or merged cells", f"at most {limits.MAX_ROWS:,}")
        self._check_plain(rest)
        if size != member.file_size:
            cut(self.name, f"{member.file_size:,} bytes in {member.filename}", f"{size:,} bytes")
        return Part(rows, tuple(dict.fromkeys(merged)), b"".join(tail))

    def _check_plain(self, xml: bytes) -> None:
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"<\x00!\x00D\x00" in xml:
            unsafe(self.name, "XML that declares entities", "plain XML")
