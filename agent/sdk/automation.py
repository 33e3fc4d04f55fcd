"""The automation: named tasks in order, what each needs, when it runs and by when it must be done."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from agent.core.calendar import COVERS, POLICIES, SAME_DAY, WORDS, read_rules
from agent.core.failures import BrokenAutomation
from agent.core.parameters import Parameter
from agent.core.repair import Policy, Proof
from agent.core.states import TaskKind
from agent.sdk.destination import Destination

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
WordsT = TypeVar("WordsT", bound=StrEnum)
DestinationT = TypeVar("DestinationT", bound=type[Destination[Any]])

RUN_PARAMETER = "run"
SITE_PARAMETER = "site"


@dataclass(frozen=True)
class Link:
    """Which upload's records those of another wait for, and the field that holds the parent's key."""

    task: str
    by: str


@dataclass(frozen=True)
class Task:
    """One function (or destination) of an automation. ``inputs`` are the tasks whose results it takes."""

    name: str
    kind: TaskKind
    site: str | None
    inputs: tuple[str, ...]
    work: Callable[..., Any]
    file: str
    line: int
    after: Link | None = None


class Automation:
    """Declare one at the top of ``automation.py``; its decorators add the tasks in the order they run."""

    def __init__(  # noqa: PLR0913  # words that an author gives by name
        self,
        name: str,
        *,
        title: str,
        schedule: str,
        deadline: str,
        covers: str = COVERS[0],
        catch_up: str = SAME_DAY,
        latest_start: str | None = None,
        if_missed: str = POLICIES[0],
        evidence: str = Proof.FAILURES,
        repairs: str = Policy.ASK,
        parameters: Sequence[Parameter] = (),
    ) -> None:
        self.name, self.title, self.covers = name, title, covers
        self.schedule, self.deadline = schedule, deadline
        self.catch_up, self.latest_start, self.if_missed = catch_up, latest_start, if_missed
        self.tasks: dict[str, Task] = {}
        frame = inspect.stack(context=0)[1]
        self.file, self.line = frame.filename, frame.lineno
        self._check_words()
        self.evidence = self._one_of(Proof, "evidence", evidence)
        self.repairs = self._one_of(Policy, "repairs", repairs)
        self.parameters = tuple(parameters)
        names = [parameter.name for parameter in self.parameters]
        if len(set(names)) < len(names):
            problem = f"two parameters have one name: {', '.join(names)}"
            raise BrokenAutomation(file=self.file, line=self.line, problem=problem)

    def words(self) -> dict[str, str | None]:
        """Return what says when it runs and what it covers, as it was written: the manifest carries them."""
        return {word: getattr(self, word) for word in WORDS}

    def download(self, site: str) -> Callable[[FunctionT], FunctionT]:
        """Add a task that signs in at a site and returns a :class:`Download`: ``def billing(site, run)``."""

        def add(work: FunctionT) -> FunctionT:
            inputs = _parameters(work, RUN_PARAMETER, SITE_PARAMETER)
            if inputs:
                file, line = _place(work)
                problem = f"{work.__name__} takes {inputs[0]}; a download takes site and run only"
                raise BrokenAutomation(file=file, line=line, problem=problem)
            self._add(work, TaskKind.DOWNLOAD, site, ())
            return work

        return add

    def process(self, work: FunctionT) -> FunctionT:
        """Add a plain function; its parameters are named after the downloads that it takes."""
        self._add(work, TaskKind.PROCESS, None, _parameters(work, RUN_PARAMETER))
        return work

    def upload(
        self,
        site: str,
        *,
        of: Callable[..., Any],
        after: type[Destination[Any]] | None = None,
        by: str = "",
    ) -> Callable[[DestinationT], DestinationT]:
        """Add a destination class: it enters the records of the batch that ``of`` returned.

        ``after`` names a destination above: each record waits until that one's record has arrived whose key
        stands in the field ``by``.
        """

        def add(destination: DestinationT) -> DestinationT:
            link = Link(after.__name__, by) if after is not None else None
            self._add(destination, TaskKind.UPLOAD, site, (of.__name__,), link)
            return destination

        return add

    def _add(
        self,
        work: Callable[..., Any],
        kind: TaskKind,
        site: str | None,
        inputs: tuple[str, ...],
        after: Link | None = None,
    ) -> None:
        name = work.__name__
        file, line = _place(work)
        if name in self.tasks:
            raise BrokenAutomation(file=file, line=line, problem=f"two tasks are named {name}")
        for wanted in inputs:
            if wanted not in self.tasks:
                problem = f"{name} takes {wanted}, but no task above it is named so"
                raise BrokenAutomation(file=file, line=line, problem=problem)
            if kind is TaskKind.PROCESS and self.tasks[wanted].kind is not TaskKind.DOWNLOAD:
                problem = f"{name} takes {wanted}, which is no download"
                raise BrokenAutomation(file=file, line=line, problem=problem)
        if kind is TaskKind.UPLOAD:
            self._check_destination(name, work, inputs[0], file, line)
        if after is not None:
            self._check_link(name, work, after, file, line)
        self.tasks[name] = Task(name, kind, site, inputs, work, file, line, after)

    def _check_destination(
        self, name: str, work: Callable[..., Any], batch: str, file: str, line: int
    ) -> None:
        if not (isinstance(work, type) and issubclass(work, Destination)):
            problem = f"{name} must be a class derived from Destination"
        elif (wrong := work.problem()) is not None:
            problem = f"{name} {wrong}"
        elif self.tasks[batch].kind is not TaskKind.PROCESS:
            problem = f"{name} enters {batch}, which is no process task"
        else:
            return
        raise BrokenAutomation(file=file, line=line, problem=problem)

    def _check_link(self, name: str, work: Callable[..., Any], after: Link, file: str, line: int) -> None:
        parent = self.tasks.get(after.task)
        if parent is None or parent.kind is not TaskKind.UPLOAD:
            problem = f"{name} comes after {after.task}, but no upload above it is named so"
        elif after.by not in work.record_type.columns:  # type: ignore[attr-defined]  # a destination by now
            problem = f"{name} refers to {after.task} by “{after.by}”, which is no field of what it enters"
        else:
            return
        raise BrokenAutomation(file=file, line=line, problem=problem)

    def _one_of(self, words: type[WordsT], what: str, word: str) -> WordsT:
        try:
            return words(word)
        except ValueError:
            known = ", ".join(f"“{each.value}”" for each in words)
            problem = f"{what}: “{word}” means nothing here; known: {known}"
            raise BrokenAutomation(file=self.file, line=self.line, problem=problem) from None

    def _check_words(self) -> None:
        try:
            read_rules(self.words())
        except ValueError as error:
            raise BrokenAutomation(file=self.file, line=self.line, problem=str(error)) from error


def _parameters(work: Callable[..., Any], *given: str) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(work).parameters if name not in given)


def _place(work: Callable[..., Any]) -> tuple[str, int]:
    try:
        return inspect.getsourcefile(work) or "", inspect.getsourcelines(work)[1]
    except (OSError, TypeError):  # defined where there is no file, as in a test
        return "", 0
