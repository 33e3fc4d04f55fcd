"""Checking an automation before its morning: everything that can be known without opening a site."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent.browser.elements import Book, ElementKind, load_book
from agent.browser.signing_in import CODE, PASSWORD, SEND_CODE, SIGN_IN, USER
from agent.browser.visiting import pages_of
from agent.core.failures import BrokenAutomation, BrokenBook, Failure, UnknownElement, UnknownSite
from agent.core.states import TaskKind
from agent.sdk import Automation, Session
from agent.sdk.automation import SITE_PARAMETER, Task
from agent.worker.loading import load_automation, load_steps

_READING = "read"  # what the code does with an element: anything but filling and committing
_NAMING_METHODS = {"commit": "commit", "popup": _READING, "download": _READING, "follow": _READING}


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
    found += [*_no_commit(automation, books), *_unknown_elements(automation, folder, books)]
    # What several tasks share is wrong once.
    return list({json.dumps(failure.as_json()): failure for failure in found}.values())


def _book(name: str, sites: Mapping[str, Path]) -> Book:
    if name not in sites:
        raise UnknownSite(name=name, known=", ".join(sites))
    book = load_book(sites[name])
    pages_of(book)
    steps = load_steps(sites[name])
    if not hasattr(steps, "sign_in"):
        for needed in (USER, PASSWORD, SIGN_IN):
            if needed not in book.elements:
                problem = f"has no element “{needed}”, and no sign_in in site.py beside it"
                raise BrokenBook(file=str(book.file), line=1, key=f"elements.{needed}", problem=problem)
    if CODE in book.elements and SEND_CODE not in book.elements:
        problem = f"has an element “{CODE}”, and no “{SEND_CODE}” to send it with"
        raise BrokenBook(file=str(book.file), line=1, key=f"elements.{SEND_CODE}", problem=problem)
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
    shared = {name: node for name, node in definitions.items() if name not in automation.tasks}
    for task in automation.tasks.values():
        book = books.get(task.site or "")
        if book is None or task.name not in definitions:
            continue
        code = _with_shared(definitions[task.name], shared)
        uses = [each for definition in code for each in _named_in(definition)]
        for use, name, line in uses:
            yield from _misuse(task, book, use, name, line)
        if task.kind is TaskKind.UPLOAD and not any(use == "commit" for use, _, _ in uses):
            problem = f"{task.name} never says site.commit(…): nothing would be saved"
            yield BrokenAutomation(file=task.file, line=task.line, problem=problem)


def _with_shared(task: ast.AST, shared: Mapping[str, ast.AST]) -> list[ast.AST]:
    """Return a task's code and all functions and classes of its file that it uses, directly or not."""
    found = [task]
    for node in found:  # grows while it is walked
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        found += [shared[name] for name in sorted(names & shared.keys()) if shared[name] not in found]
    return found


def _misuse(task: Task, book: Book, use: str, name: str, line: int) -> Iterator[Failure]:
    """Compare what the code does with an element with the kind that the book gives it."""
    try:
        kind = book.element(name).kind
    except UnknownElement as failure:
        yield UnknownElement(**{**failure.params, "file": task.file, "line": line})
        return
    problem = None
    if use == "commit" and kind is not ElementKind.COMMIT:
        problem = f"“{name}” is committed, but is not of kind commit in {book.title}'s book"
    elif use != "commit" and kind is ElementKind.COMMIT:
        problem = f"“{name}” takes effect in the site: write site.commit(“{name}”) inside submit"
    elif use == "fill" and kind is not ElementKind.FILL:
        problem = f"“{name}” is filled, but is not of kind fill in {book.title}'s book"
    if problem is not None:
        yield BrokenAutomation(file=task.file, line=line, problem=problem)


def _named_in(definition: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Yield how each element is used, its name and its line, where a task's code says so in so many words."""
    sites = {SITE_PARAMETER}
    for node in ast.walk(definition):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            sites.add(node.optional_vars.id)  # with site.popup("…") as report
        elif isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name):
            sites |= {node.arg} if node.annotation.id == Session.__name__ else set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Subscript) and _is_site(node.value, sites):
            yield from _texts(_READING, [node.slice])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if not _is_site(node.func.value, sites) or not node.args:
                continue
            if node.func.attr in _NAMING_METHODS:
                yield from _texts(_NAMING_METHODS[node.func.attr], node.args[:1])
            elif node.func.attr == "fill" and isinstance(node.args[0], ast.Dict):
                yield from _texts("fill", [key for key in node.args[0].keys if key is not None])


def _is_site(node: ast.expr, sites: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in sites


def _texts(use: str, nodes: list[ast.expr]) -> Iterator[tuple[str, str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield use, node.value, node.lineno
