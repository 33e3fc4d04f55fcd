"""The table of what each failure leads to, as docs/when-it-breaks.md shows it: written from the code.

python -m tests.handling_page        # writes it into the page
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.core.answers import answers
from agent.core.failures import (
    Action,
    Asked,
    BrowserMissing,
    Delivery,
    DiskLow,
    Failure,
    FenceLost,
    Handling,
    HomeReadOnly,
    NotReady,
    NotTakenOver,
    Offline,
    PasswordMissing,
    Report,
    Site,
    Usage,
    VaultLocked,
    VaultMissing,
    VaultRefused,
    handling,
)
from resources.i18n import texts
from tests.pages import BREAKS

NAME = "handling"
_NOUN = ("claim", "claims")
_OF_COMMANDS = (Usage, FenceLost)  # those answer a command at once, or are nobody's concern
_WAITED_FOR = {
    VaultLocked,
    VaultMissing,
    VaultRefused,
    PasswordMissing,
    BrowserMissing,
    Offline,
    DiskLow,
    HomeReadOnly,
    NotTakenOver,
}
"""Of all that may not be ready, what a run can wait for; the rest is met when Predawn itself starts."""
_GROUPS = (Site, Report, Delivery, Asked, NotReady)


def rows() -> Iterator[str]:
    """Each failure that a run can meet, in the order of the tree."""
    yield "| what is said | what Predawn does by itself | then | what you can answer |"
    yield "|---|---|---|---|"
    for kind in _below(Failure):
        if issubclass(kind, _OF_COMMANDS) or kind in {Failure, *_GROUPS}:
            continue
        if issubclass(kind, NotReady) and kind not in _WAITED_FOR:
            continue
        title = texts.failure(kind.code, {}, noun=_NOUN).title
        rule = handling(kind)
        yield f"| {title} | {_by_itself(rule)} | {_then(rule)} | {_offered(kind, rule)} |"


def _below(kind: type[Failure]) -> Iterator[type[Failure]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == Failure.__module__:
            yield from _below(child)


def _by_itself(rule: Handling) -> str:
    if rule.then is Action.WAIT:
        return "looks again every few seconds"
    if rule.patient:
        return "tries again, with longer and longer pauses, as long as the deadline allows"
    if rule.attempts > 1:
        again = "once more" if rule.attempts == 2 else f"{rule.attempts - 1} more times"
        return f"tries {again}"
    return "nothing"


def _then(rule: Handling) -> str:
    return {
        Action.WAIT: "waits, and other runs go first",
        Action.REVIEW: "asks you; other runs go on",
        Action.STOP: "the run fails, and you are asked",
        Action.RETRY: "",
    }[rule.then]


def _offered(kind: type[Failure], rule: Handling) -> str:
    if rule.then is Action.WAIT:
        return "nothing: it goes on by itself"
    if issubclass(kind, Delivery):
        return "its own questions, above"
    return ", ".join(f"*{texts.answer(code)}*" for code in answers(kind()))


def page() -> str:
    """The whole page with the table as the code has it now."""
    text = BREAKS.read_text(encoding="utf-8")
    begin, end = f"<!-- {NAME}: begin -->\n", f"<!-- {NAME}: end -->"
    head, rest = text.split(begin, 1)
    return head + begin + "\n".join(rows()) + "\n" + end + rest.split(end, 1)[1]


if __name__ == "__main__":
    BREAKS.write_text(page(), encoding="utf-8")
