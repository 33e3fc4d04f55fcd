"""What a file is, by its bytes. Its name and the site's media type are never asked."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import NoReturn

from agent.core.failures import DownloadCut, DownloadWrongType

WANTED = "a table (CSV, an HTML table or XLSX)"
_MAX_UNPACKED = 512 * 2**20  # bytes; a day's report is a thousandth of it

_BROKEN_ZIP = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an Excel file of the kind before 2007, or an encrypted one"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|table|div|form|style|script|meta|title|h[1-6]|p|font)\b",
    re.IGNORECASE,
)


def wrong_type(name: str, found: str, expected: str = WANTED) -> NoReturn:
    """Raise DownloadWrongType for the file called ``name``."""
    raise DownloadWrongType(file=name, expected=expected, found=found)


def cut(name: str, expected: str, found: str) -> NoReturn:
    """Raise DownloadCut for the file called ``name``."""
    raise DownloadCut(file=name, expected=expected, found=found)


def refuse_other_kinds(content: bytes, name: str) -> None:
    """Raise when the bytes are empty, or those of a kind that holds no table for us."""
    if not content.strip(b"\x00\t\r\n\f\v \xef\xbb\xbf\xff\xfe"):
        cut(name, WANTED, "an empty file")
    for magic, found in _MAGIC:
        if content.startswith(magic):
            wrong_type(name, found)


def is_zip(content: bytes) -> bool:
    """Say whether the bytes begin as a zip archive's, the outside of an XLSX file."""
    return content.startswith(b"PK")


def check_workbook(content: bytes, name: str) -> None:
    """Raise unless the zip archive is whole and is a workbook."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.namelist()
            size = sum(member.file_size for member in archive.infolist())
            if size > _MAX_UNPACKED:
                wrong_type(name, f"a workbook of {size} bytes unpacked", f"at most {_MAX_UNPACKED} bytes")
            if "xl/workbook.xml" not in members:
                wrong_type(name, "a zip archive that is not an XLSX workbook")
            damaged = archive.testzip()
    except _BROKEN_ZIP as error:
        raise DownloadCut(file=name, expected="a whole XLSX file", found="a broken zip archive") from error
    except (NotImplementedError, RuntimeError):  # an unknown packing, or a password
        wrong_type(name, "a zip archive that cannot be unpacked")
    if damaged is not None:
        cut(name, "a whole XLSX file", "a damaged zip archive")


def looks_like_html(text: str) -> bool:
    """Say whether the text begins as a web page does (a report's cells never begin with such a tag)."""
    start = text.lstrip()[:4096]
    return start.startswith("<") and "office:spreadsheet" not in start and _HTML.search(start) is not None


def decode(content: bytes, name: str, declared: str | None = None) -> tuple[str, str]:
    """Return the file's text and the encoding it was found to be in.

    A byte-order mark decides; else UTF-16 by its zero bytes; else ``declared`` (an HTML page's own word);
    else UTF-8 where every byte fits, else Windows-1252. Raises DownloadWrongType where none fits, or where a
    UTF-8 file holds damaged bytes (read as Windows-1252, every accent would become two wrong letters). A file
    whose every accent can be read in both ways is taken for UTF-8: in Windows-1252 it would be no words.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding, name), f"{encoding} with a byte-order mark"
    if (wide := _utf16_without_mark(content)) is not None:
        return _strict(content, wide, name), wide
    if b"\x00" in content:
        wrong_type(name, "binary data")
    if declared is not None:
        return _strict(content, declared, name), declared
    if content.isascii():
        return content.decode("ascii"), "ascii"
    lenient = content.decode("utf-8", "surrogateescape")
    stray = sum("\udc80" <= char <= "\udcff" for char in lenient)
    if not stray:
        return lenient, "utf-8"
    if stray < sum(char > "\x7f" for char in lenient) - stray:
        wrong_type(name, "UTF-8 with damaged bytes", "text in one encoding")
    return _strict(content, "cp1252", name), "cp1252"


def _utf16_without_mark(content: bytes) -> str | None:
    """Western text in UTF-16 has a zero in nearly every second byte."""
    head = content[:2000]
    if len(head) < 4:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.6 * half and not head[0::2].count(0):
        return "utf-16-le"
    if head[0::2].count(0) > 0.6 * half and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _strict(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if "unexpected end" in error.reason or "truncated" in error.reason:
            raise DownloadCut(
                file=name, expected="whole characters", found="half a character at the end"
            ) from error
        line = content.count(b"\n", 0, error.start) + 1
        found = f"bytes in line {line} that are not {encoding}"
        raise DownloadWrongType(file=name, expected=f"text in {encoding}", found=found) from error
