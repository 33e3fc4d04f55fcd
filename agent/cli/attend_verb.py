"""``attend``: be at the window in a terminal, and type what sites ask while Predawn signs in."""

from __future__ import annotations

import queue
from datetime import datetime
from typing import TYPE_CHECKING

import click

from agent.cli.console import tell
from agent.cli.endings import DONE, tell_failure
from agent.core.failures import HostAbsent
from agent.system.paths import find_home
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.host.questions import Question

_LOOK_SECONDS = 1.0  # Windows sees Ctrl-C only between waits


@click.command()
@click.option("--once", is_flag=True, help="End after the first answer.")
def attend(*, once: bool) -> int:
    """Type codes and answers that sites ask for, while this works: they go to the worker and nowhere else.

    Where nobody attends, such a sign-in waits for you among the questions (“predawn review”), and other runs
    go on.
    """
    from agent.host import questions  # noqa: PLC0415

    asked: queue.Queue[Question | None] = queue.Queue()
    with questions.attend(find_home(), asked.put, _over, lambda: asked.put(None)) as attending:
        tell(texts.say("attending"))
        while True:
            try:
                question = asked.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if question is None:
                tell_failure(HostAbsent())
                return DONE
            attending.answer(question.id, _typed(question))
            tell(texts.say("answer_handed"))
            if once:
                return DONE


def _typed(question: Question) -> str:
    until = datetime.astimezone(question.until)
    told = {"site": question.site, "account": question.account, "words": question.words}
    tell(texts.say("site_asks", {**told, "until": f"{until:%H:%M:%S}"}))
    answer: str = click.prompt(texts.say("ask_code"), hide_input=True, err=True)
    return answer


def _over(_ident: str) -> None:
    tell(texts.say("question_over"))
