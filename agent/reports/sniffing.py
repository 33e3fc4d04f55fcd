"""What a file is, by its bytes. Its name and the site's media type are never asked."""

from __future__ import annotations

import re
from typing import NoReturn

from agent.core.failures import DownloadCut, DownloadWrongType
from agent.reports.limits import check_size

WANTED = "a table (CSV, HTML, XLS, XLSX or Excel's XML)"
COMPOUND = b"\xd0\xcf\x11\xe0"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_TEXT_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
)
_MAGIC = (  # each followed by bytes that no text has: a column may well be called "BMI"
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"0\x82", "a certificate or signed message"),
)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a]")
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
    """Raise when the bytes are too many or none, or those of a kind that holds no table for us."""
    check_size(content, name)
    if not content.strip(b"\x00\t\r\n\f\v \xef\xbb\xbf\xff\xfe"):
        cut(name, WANTED, "an empty file")
    bare = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, found in _TEXT_MAGIC:
        if bare.startswith(magic):
            wrong_type(name, found)
    for magic, found in _MAGIC:
        if content.startswith(magic) and _NO_TEXT.search(content[:512]):
            wrong_type(name, found)


def is_zip(content: bytes) -> bool:
    """Say whether the bytes begin as a zip archive's, the outside of an XLSX file."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def is_compound(content: bytes) -> bool:
    """Say whether the bytes begin as a compound file's, the outside of an Excel file before 2007."""
    return content.startswith(COMPOUND)


def beginning(content: bytes) -> str:
    """Return the first letters of a file that may be text, whatever its encoding."""
    return content[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").decode("latin-1")


def is_spreadsheet_xml(start: str) -> bool:
    """Say whether the text begins as Excel's XML of 2003 does."""
    return start.lstrip().startswith("<") and "office:spreadsheet" in start


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
