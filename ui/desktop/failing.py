"""What went wrong, in words for a clerk; never a traceback, and no command to type."""

from __future__ import annotations

import os
from collections.abc import Mapping

from agent.core.failures import Failure
from agent.faces.details import keep_details
from agent.faces.new_files import FileThere
from agent.system.site_books import titled
from resources.i18n import texts
from resources.i18n.texts import Text


def told_of(error: BaseException, titles: Mapping[str, str] | None = None) -> Text:
    """Return a title and what to do next; a defect of ours leaves its details in a file.

    ``titles`` are those of the sites, by name.
    """
    if not isinstance(error, Failure):
        return Text(texts.say("defect"), texts.say("defect_next", {"file": keep_details(error)}))
    params = titled(error.params, titles or {})
    return Text(texts.failure(error.code, params).title, next_of(error.code, error.params, titles or {}))


def told_of_file(error: BaseException) -> Text:
    """Return the same for a file that was to be written where a person said."""
    if not isinstance(error, OSError):
        return told_of(error)
    told = {"file": error.filename, "why": error.strerror}
    return Text(texts.say("file_refused", told), texts.say("file_refused_next"))


def not_saved(error: BaseException) -> str | None:
    """Return in a sentence why no new file was saved there; None where the place is not to blame."""
    if isinstance(error, FileThere):
        return texts.window("certificate_there", {"file": error.target})
    if isinstance(error, OSError):
        return texts.window("not_saved", {"file": error.filename, "why": os.strerror(error.errno or 0)})
    return None


def next_of(code: str, params: Mapping[str, object], titles: Mapping[str, str]) -> str:
    """Return what to do about a failure: in the window's own words where it has some."""
    known = titled(params, titles)
    if texts.has("window_next", code):
        return texts.standing("window_next", code, known)
    return texts.failure(code, known).next
