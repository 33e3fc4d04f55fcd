"""Text as a workbook's XML writes it: shared strings, rich text, escapes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from agent.reports import limits
from agent.reports.limits import unsafe
from agent.reports.sniffing import wrong_type

_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Return the text of a cell: XML's entities and the workbook's own ``_x000D_`` undone."""
    if "&" not in text and "_x" not in text and "\r" not in text:
        return text
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return undo_escapes(text)


def undo_escapes(text: str) -> str:
    """Return the text with ``_x000D_`` as the character that it stands for (ECMA-376, ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if number < 0x110000 else "\ufffd"


def plain(item: Element) -> str:
    """Return the text of an ``<si>`` or ``<is>`` element, however it is divided and coloured."""
    pieces = []
    for child in item:
        tag = str(child.tag).rpartition("}")[2]
        if tag == "t":
            pieces.append(child.text or "")
        elif tag == "r":
            pieces += [part.text or "" for part in child if str(part.tag).rpartition("}")[2] == "t"]
    return undo_escapes("".join(pieces))


def shared_texts(pieces: Iterable[bytes], name: str) -> list[str]:
    """Return the workbook's shared strings, in their order."""
    texts: list[str] = []
    known: dict[str, str] = {}
    rest, prefix, item = b"", b"", re.compile(b"")
    simple = re.compile(r"")
    for piece in pieces:
        if not texts and not rest:
            head = re.search(rb"<(?:(\w+):)?sst\b", piece)
            if head is None or piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                wrong_type(name, "a workbook whose texts cannot be read")
            prefix = head[1] + b":" if head[1] else b""
            p = re.escape(prefix)
            item = re.compile(rb"<%ssi\b[^>]*?(?:/>|>(.*?)</%ssi\s*>)" % (p, p), re.DOTALL)
            simple = re.compile(rf"<{p.decode()}t(?:\s[^>]*)?>([^<]*)</{p.decode()}t>")
        rest += piece
        end = 0
        for found in item.finditer(rest):
            end = found.end()
            text = _text_of((found[1] or b"").decode("utf-8", "replace"), prefix.decode(), simple, name)
            texts.append(known.setdefault(text, text) if len(known) < 10_000 else text)
        rest = rest[end:]
        if len(rest) > limits.MAX_ROW_TEXT:
            unsafe(name, "a text of too many letters", f"at most {limits.MAX_ROW_TEXT:,}")
    return texts


def _text_of(body: str, prefix: str, simple: re.Pattern[str], name: str) -> str:
    found = simple.fullmatch(body)
    if found is not None:
        return unescaped(found[1])
    if not body:
        return ""
    bare = body.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
    try:
        return plain(fromstring(f"<si>{bare}</si>", forbid_dtd=True))
    except ParseError:
        wrong_type(name, "a workbook whose texts are damaged")
