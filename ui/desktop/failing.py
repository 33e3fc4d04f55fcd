"""What went wrong, in words for a clerk; never a traceback."""

from __future__ import annotations

from agent.core.failures import Failure
from agent.faces.details import keep_details
from resources.i18n import texts
from resources.i18n.texts import Text


def told_of(error: BaseException) -> Text:
    """Return a title and what to do next; a defect of ours leaves its details in a file."""
    if isinstance(error, Failure):
        return texts.failure(error.code, error.params)
    return Text(texts.say("defect"), texts.say("defect_next", {"file": keep_details(error)}))
