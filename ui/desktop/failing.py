"""What went wrong, in words for a clerk; never a traceback."""

from __future__ import annotations

import re

from agent.core.failures import Failure
from agent.faces.details import keep_details
from resources.i18n import texts
from resources.i18n.texts import Text


def told_of(error: BaseException) -> Text:
    """Return a title and what to do next; a defect of ours leaves its details in a file."""
    if isinstance(error, Failure):
        told, own = texts.failure(error.code, error.params), f"next_{error.code}"
        if texts.has("window", own):
            return Text(told.title, texts.window(own, error.params))
        return Text(told.title, _without_commands(told.next))
    return Text(texts.say("defect"), texts.say("defect_next", {"file": keep_details(error)}))


def _without_commands(words: str) -> str:
    """Return sentences without those that name a command to type: nobody types at a window."""
    sentences = re.split(r"(?<=[.:?!]) (?=[A-Z])", words)
    return " ".join(sentence for sentence in sentences if "predawn " not in sentence)
