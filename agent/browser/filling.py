"""Filling a form in one call to the page, and reading it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agent.browser.elements import Element
from agent.core.failures import FillDiffers

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Locator, Page

_AT_ONCE_MILLISECONDS = 1500.0

Value = str | int | bool | date | Decimal

# One call sets all fields, with the events a person's typing would cause, then reads all of them back: a
# script of the page may have changed one after another was set.
_FILL = """async (_, [pairs, patience]) => {
  const fire = (field, ...names) =>
    names.forEach(name => field.dispatchEvent(new Event(name, {bubbles: true})));
  const choose = (field, value) => {
    const options = [...field.options];
    const found = options.find(o => o.value === value) ?? options.find(o => o.label.trim() === value);
    if (found) field.value = found.value;
  };
  const write = (field, value) => {
    const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, value);
  };
  const usable = field => field.isConnected && !field.disabled && field.getClientRects().length > 0;
  const until = performance.now() + patience;
  for (const [field, value] of pairs) {
    // A script may show or enable a field a moment after it is there, or after another one was filled.
    while (field.isConnected && !usable(field) && performance.now() < until)
      await new Promise(later => setTimeout(later, 20));
    if (!usable(field)) continue;
    field.focus();
    if (field.isContentEditable) field.innerText = value;
    else if (field.tagName === 'SELECT') choose(field, value);
    else if (field.type === 'checkbox' || field.type === 'radio') {
      if (field.checked !== value) field.click();
      continue;
    }
    else write(field, value);
    fire(field, 'input', 'change');
    field.blur();
  }
  return pairs.map(([field, value]) => {
    if (!usable(field)) return null;
    if (field.isContentEditable) return field.innerText;
    if (field.tagName === 'SELECT') {
      const chosen = field.selectedOptions[0];
      return chosen && (chosen.value === value || chosen.label.trim() === value) ? value : null;
    }
    return field.type === 'checkbox' || field.type === 'radio' ? field.checked : field.value;
  });
}"""


def shown(element: Element, value: Value) -> str | bool:
    """Return a value as the element wants it: days by its ``format`` (ISO without one), amounts plainly."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value.strftime(element.format) if element.format else value.isoformat()
    return str(value)


def fill(
    page: Page,
    site: str,
    fields: Sequence[tuple[Element, Value]],
    seeking: Callable[[str], None],
    timeout_milliseconds: float,
    *,
    look_around: Callable[[], None] = lambda: None,
) -> None:
    """Set all fields, then read them back from the page; raises FillDiffers for one that holds otherwise.

    ``seeking`` hears each element's name before it is waited for, so that a missing one can be named.
    ``look_around`` is called when one does not come at once: it raises where waiting is in vain.
    """
    by_frame: dict[str | None, list[tuple[Element, str | bool, Locator]]] = {}
    for element, value in fields:
        way, locator = element.found(page)
        by_frame.setdefault(way.frame, []).append((element, shown(element, value), locator))
    for group in by_frame.values():
        handles = []
        for element, _, locator in group:
            seeking(element.name)
            handles.append(_handle(locator, timeout_milliseconds, look_around))
        pairs = [[handle, value] for handle, (_, value, _) in zip(handles, group, strict=True)]
        held: list[Any] = handles[0].evaluate(_FILL, [pairs, timeout_milliseconds])
        for (element, value, _), found in zip(group, held, strict=True):
            if not _same(found, value):
                raise FillDiffers(site=site, element=element.name)


def _handle(locator: Locator, timeout_milliseconds: float, look_around: Callable[[], None]) -> ElementHandle:
    from playwright.sync_api import TimeoutError as Late  # noqa: PLC0415  # keeps agent.sdk light

    try:
        return locator.element_handle(timeout=min(_AT_ONCE_MILLISECONDS, timeout_milliseconds))
    except Late:
        look_around()
        return locator.element_handle(timeout=timeout_milliseconds)


def _same(found: object, value: str | bool) -> bool:
    if isinstance(found, str) and isinstance(value, str):
        # A text area turns every line break into a plain one; an editor adds one at the end.
        return found.replace("\r\n", "\n").strip() == value.replace("\r\n", "\n").strip()
    return found == value
