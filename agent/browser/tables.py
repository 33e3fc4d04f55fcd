"""A table read straight off the page, over all its pages, as an HTML file that readers of reports take."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from agent.core.failures import ElementMissing, PageTimeout

if TYPE_CHECKING:
    from agent.browser.session import Session

MOST_PAGES = 2000
"""So many pages of one table are no table any more: a link to the next page that never ends."""

_NEXT_SECONDS = 30.0

# What a person sees: hidden rows and cells are left out, a field shows what it holds.
_ROWS = """(element) => {
  const table = element.closest('table') ?? element.querySelector('table');
  if (!table) return null;
  const seen = (each) => each.getClientRects().length > 0;
  const words = (cell) => {
    const field = cell.querySelector('input:not([type=hidden]), select, textarea');
    if (!field || cell.innerText.trim()) return cell.innerText;
    return field.tagName === 'SELECT' ? (field.selectedOptions[0]?.label ?? '') : field.value;
  };
  return [...table.rows].filter(seen).map(row => [...row.cells].filter(seen).map(cell =>
    ({tag: cell.tagName.toLowerCase(), columns: cell.colSpan, rows: cell.rowSpan, text: words(cell)})));
}"""

Rows = list[list[dict[str, Any]]]


def read_table(session: Session, element: str, following: str | None, beside: Sequence[str]) -> bytes:
    """Return the table that an element is, holds or lies in, as an HTML page in UTF-8.

    ``beside`` names elements whose words belong to it (its period, "187 claims"). Raises ElementMissing when
    there is no table, PageTimeout when a next page does not come or there is no end of them.
    """
    words = [session[name].inner_text() for name in beside]
    rows = _rows(session, element)
    page, pages = rows, 1
    while following is not None and _is_there(session, following):
        page = _next(session, element, following, page)
        rows += page
        pages += 1
        if pages > MOST_PAGES:
            raise PageTimeout(site=session.book.site, what=element, seconds=0)
    return _page(rows, words).encode()


def _rows(session: Session, element: str) -> Rows:
    found: Rows | None = session[element].evaluate(_ROWS)
    if found is None:
        raise ElementMissing(site=session.book.site, element=element)
    return found


def _is_there(session: Session, name: str) -> bool:
    locator = session[name]
    return locator.count() > 0 and locator.is_visible() and locator.is_enabled()


def _next(session: Session, element: str, following: str, before: Rows) -> Rows:
    """Go on to the next page: a new page of the site, or a script puts other rows into this one."""
    from playwright.sync_api import Error  # noqa: PLC0415  # keeps agent.sdk light

    session[following].click()
    waited = 0.0
    while waited < _NEXT_SECONDS * 1000:
        session.page.wait_for_timeout(50)
        waited += 50
        try:
            rows: Rows | None = session[element].evaluate(_ROWS, timeout=_NEXT_SECONDS * 1000)
        except Error as error:
            if "Execution context was destroyed" in str(error):  # between two pages
                continue
            raise
        if rows and rows != before:
            return rows
    raise PageTimeout(site=session.book.site, what=following, seconds=_NEXT_SECONDS)


def _page(rows: Rows, words: Sequence[str]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for each in words for line in each.splitlines() if line.strip())
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
    return f"{head}<body>{lines}<table>\n{body}</table></body></html>\n"


def _cell(cell: dict[str, Any]) -> str:
    spans = "".join(
        f' {name}="{int(cell[key])}"'
        for name, key in (("colspan", "columns"), ("rowspan", "rows"))
        if int(cell[key]) > 1
    )
    text = escape(str(cell["text"])).replace("\n", "<br>")
    return f"<{cell['tag']}{spans}>{text}</{cell['tag']}>"
