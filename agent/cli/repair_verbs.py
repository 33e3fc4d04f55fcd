"""``sites repairs``: what is found another way than its book says, and the diff for the book's author."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.reading import open_home
from agent.core.failures import UnknownSite
from agent.core.repair import entry_hash
from agent.system.automations import site_folders
from agent.system.paths import Home, find_home
from agent.system.toml_lines import line_of
from resources.i18n import texts

Values = Mapping[str, Any]


@click.command()
@click.argument("site", required=False)
@click.option("--diff", "as_diff", is_flag=True, help="As a diff of the books, for their author.")
@click.option("--forget", type=int, metavar="ITEM", help="Take one back: its element is as the book says.")
@json_option
def repairs(site: str | None, *, as_diff: bool, forget: int | None, as_json: bool) -> None:
    """List things that are found another way than their book says, and take one back."""
    from agent.store import elements  # noqa: PLC0415

    home = find_home()
    if forget is not None:
        _forget(home, forget)
        return
    folders = site_folders(home)
    if site is not None and site not in folders:
        raise UnknownSite(name=site, known=", ".join(folders))
    found = elements.all_repairs(site) if open_home(home) else []
    told = [{**each, "state": _state(each, folders.get(each["site"]))} for each in found]
    if as_json:
        print_json(told)
    elif as_diff:
        for name in sorted({each["site"] for each in told}):
            mine = [each for each in told if each["site"] == name and each["state"] == "in_force"]
            out(book_diff(folders[name] / "site.toml", mine).rstrip("\n")) if mine else None
    elif not told:
        out(texts.say("no_repairs"))
    else:
        _print(told)


def _forget(home: Home, ident: int) -> None:
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415

    with host_at_work(home) as work:
        carry_out(work, "forget_repair", {"repair": ident})
    tell(texts.say("repair_forgotten", {"item": ident}))


def _print(told: list[dict[str, Any]]) -> None:
    rows = [
        (
            each["id"],
            each["site"],
            each["element"],
            entry_text(each["locator"]),
            each["actor"]["name"],
            texts.standing("repair_states", each["state"]),
        )
        for each in told
    ]
    heads = ("item", "site", "element", "locator", "who", "standing")
    print_table([texts.say(f"head_{name}") for name in heads], rows, numbers=[0])
    out(texts.say("repairs_next"))


def _state(repair: Values, folder: Path | None) -> str:
    """Return whether a repair holds: an entry that was changed since ends it at the site's next use."""
    if repair["dropped_at"] is not None:
        return str(repair["why_dropped"])
    entry = _entries(folder).get(repair["element"]) if folder else None
    if entry is None or entry_hash(entry) != repair["base"]:
        return "book_changed"
    return "in_force"


def _entries(folder: Path) -> Mapping[str, Any]:
    try:
        entries = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8")).get("elements", {})
    except (OSError, ValueError):  # what is wrong with the book is said by ``predawn check``
        return {}
    return entries if isinstance(entries, dict) else {}


def book_diff(file: Path, repairs_in_force: list[dict[str, Any]]) -> str:
    """Return a unified diff that writes repairs into a book; each entry becomes one line."""
    text = file.read_text(encoding="utf-8")
    entries, lines = _entries(file.parent), text.splitlines(keepends=True)
    for repair in sorted(repairs_in_force, key=lambda each: -line_of(text, ("elements", each["element"]))):
        name = repair["element"]
        kept = {key: value for key, value in entries[name].items() if key in {"kind", "format", "personal"}}
        new = f"{name} = {entry_text({**repair['locator'], **kept})}\n"
        at = line_of(text, ("elements", name)) - 1
        lines[at : at + _height(lines, at, name)] = [new]
    place = f"{file.parent.name}/{file.name}"
    return "".join(difflib.unified_diff(text.splitlines(keepends=True), lines, f"a/{place}", f"b/{place}"))


def _height(lines: list[str], at: int, name: str) -> int:
    """Return how many lines an entry takes: until it can be read by itself, or its own table ends."""
    if lines[at].lstrip().startswith("["):
        rest = (n for n, line in enumerate(lines[at + 1 :], 1) if line.lstrip().startswith("["))
        return next(rest, len(lines) - at)
    for height in range(1, len(lines) - at + 1):
        try:
            if name in tomllib.loads("".join(lines[at : at + height])):
                return height
        except tomllib.TOMLDecodeError:
            continue
    return 1


def entry_text(entry: Values) -> str:
    """Return an entry as one writes it in a book: ``{ role = "button", name = "Save" }``."""
    parts = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items())
    return "{ " + ", ".join(parts) + " }"
