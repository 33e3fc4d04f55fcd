"""What goes to the terminal: results to standard output, all else to standard error; rich comes late."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, newest first.")

_WIDE = 240  # columns when nobody looks at a terminal: a file has no edge at which a word should break


def print_json(value: object) -> None:
    """Print exactly one JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def tell(line: str = "") -> None:
    """Say something to the person on standard error."""
    click.echo(line, err=True)


def out(line: str = "") -> None:
    """Print a line of the result on standard output."""
    click.echo(line)


def console(*, stderr: bool = False) -> Console:
    """Return a rich console that wraps on a terminal only and takes no word for markup."""
    from rich.console import Console  # noqa: PLC0415 (0.07 s that --json need not wait for)

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else _WIDE,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    numbers: Iterable[int] = (),
    title: str | None = None,
) -> None:
    """Print rows under their heads, ``numbers`` columns right-aligned; cells: text or (text, style)."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    right = frozenset(numbers)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(*cell) if isinstance(cell, tuple) else Text(str(cell)) for cell in row))
    console().print(table)
