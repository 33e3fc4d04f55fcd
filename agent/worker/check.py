"""Checking an automation before its morning: everything that can be known without opening a site."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent.browser.elements import Book, ElementKind, load_book
from agent.browser.signing_in import PASSWORD, SIGN_IN, USER
from agent.core.failures import BrokenAutomation, BrokenBook, Failure, UnknownElement, UnknownSite
from agent.core.states import TaskKind
from agent.sdk import Automation
from agent.sdk.automation import SITE_PARAMETER, Task
from agent.worker.loading import load_automation, load_steps

_NAMING_METHODS = {"commit", "popup", "download", "receive"}


def problems(folder: Path, sites: Mapping[str, Path]) -> list[Failure]:
    """Return everything that is wrong with an automation and its sites' books; empty when it may run."""
    try:
        automation = load_automation(folder)
    except Failure as failure:
        return [failure]
    found: list[Failure] = []
    books: dict[str, Book] = {}
    for name in sorted({task.site for task in automation.tasks.values() if task.site}):
        try:
            books[name] = _book(name, sites)
        except Failure as failure:
            found.append(failure)
    return found + list(_unknown_elements(automation, folder, books)) + list(_no_commit(automation, books))


def _book(name: str, sites: Mapping[str, Path]) -> Book:
    if name not in sites:
        raise UnknownSite(name=name, known=", ".join(sites))
    book = load_book(sites[name])
    steps = load_steps(sites[name])
    if not hasattr(steps, "sign_in"):
        for needed in (USER, PASSWORD, SIGN_IN):
            if needed not in book.elements:
                problem = f"has no element “{needed}”, and no sign_in in site.py beside it"
                raise BrokenBook(file=str(book.file), line=1, key=f"elements.{needed}", problem=problem)
    return book


def _no_commit(automation: Automation, books: Mapping[str, Book]) -> Iterator[Failure]:
    for task in automation.tasks.values():
        book = books.get(task.site or "")
        if task.kind is TaskKind.UPLOAD and book is not None:
            kinds = {element.kind for element in book.elements.values()}
            if ElementKind.COMMIT not in kinds:
                problem = f"{book.title} has no element of kind commit: nothing could be saved"
                yield BrokenAutomation(file=task.file, line=task.line, problem=problem)


def _unknown_elements(automation: Automation, folder: Path, books: Mapping[str, Book]) -> Iterator[Failure]:
    """Look for names that the book of the task's site doesn't have; names made at run time are not seen."""
    tree = ast.parse((folder / "automation.py").read_text(encoding="utf-8"))
    definitions = {
        node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for task in automation.tasks.values():
        book = books.get(task.site or "")
        if book is None or task.name not in definitions:
            continue
        for name, line in _named_in(definitions[task.name]):
            yield from _unknown(task, book, name, line)


def _unknown(task: Task, book: Book, name: str, line: int) -> Iterator[Failure]:
    try:
        book.element(name)
    except UnknownElement as failure:
        params = {**failure.params, "file": task.file, "line": line}
        yield UnknownElement(**params)


def _named_in(definition: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each element name, and its line, that a task's code says in so many words."""
    sites = {SITE_PARAMETER}
    for node in ast.walk(definition):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            sites.add(node.optional_vars.id)  # with site.popup("…") as report
    for node in ast.walk(definition):
        if isinstance(node, ast.Subscript) and _is_site(node.value, sites):
            yield from _texts([node.slice])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if not _is_site(node.func.value, sites) or not node.args:
                continue
            if node.func.attr in _NAMING_METHODS:
                yield from _texts(node.args[:1])
            elif node.func.attr == "fill" and isinstance(node.args[0], ast.Dict):
                yield from _texts([key for key in node.args[0].keys if key is not None])


def _is_site(node: ast.expr, sites: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in sites


def _texts(nodes: list[ast.expr]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
