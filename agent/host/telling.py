"""The words of a notice: stored codes and counts, rendered for people. The host's own and only face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from agent.core.notices import Event
from agent.store.tables import NoticeRow
from agent.system.notify import Message, Tone
from resources.i18n import texts
from resources.i18n.texts import Noun

Params = Mapping[str, Any]

_TONES = {
    Event.STARTED: Tone.INFO,
    Event.DONE: Tone.SUCCESS,
    Event.NEEDS_PERSON: Tone.WARNING,
    Event.AT_RISK: Tone.WARNING,
    Event.NOT_READY: Tone.WARNING,
    Event.PAUSED: Tone.INFO,
}


def message(notices: Sequence[NoticeRow], zones: Mapping[str, tzinfo]) -> Message:
    """Return one message for all that one addressee is told now; ``zones`` by office, for its wall clock."""
    told = [one(notice, zones.get(notice.office)) for notice in notices]
    if len(told) == 1:
        return told[0]
    loud = [Tone.FAILURE, Tone.WARNING, Tone.SUCCESS, Tone.INFO]
    return Message(
        texts.notice_words("several", {"count": len(told)}),
        "\n\n".join(f"{part.title}\n{part.body}" for part in told),
        min((part.tone for part in told), key=loud.index),
    )


def one(notice: NoticeRow, zone: tzinfo | None) -> Message:
    """Return the message of one notice."""
    params: Params = notice.params
    noun: Noun = tuple(params.get("noun") or texts.RECORD)
    event = Event(notice.event)
    known = {
        **_plain(params, zone),
        **_sentences(params, zone, noun),
        "automation": notice.automation,
        "run": notice.run,
    }
    told = texts.notice(event.value, known, noun=noun)
    return Message(told.title, told.next, _TONES.get(event, Tone.FAILURE))


def test_message() -> Message:
    """Return what “predawn notices test” sends."""
    return Message(texts.notice_words("test_title", {}), texts.notice_words("test_body", {}))


def _plain(params: Params, zone: tzinfo | None) -> dict[str, object]:
    """Return what stands in the sentences as it is: counts, days and the office's clock."""
    return {
        "title": params.get("title"),
        "count": params.get("count"),
        "date": params.get("day"),
        "day": _day(params.get("day")),
        "last_day": _day(params.get("last_day")),
        "at": _clock(params.get("at"), zone),
        "until": _clock(params.get("until"), zone) or _day(params.get("until_day")),
        "deadline": _clock(params.get("deadline"), zone),
    }


def _sentences(params: Params, zone: tzinfo | None, noun: Noun) -> dict[str, object]:
    """Return the parts that are sentences of their own; empty where there is nothing to say."""
    checked, failure = params.get("checked"), _failure(params, noun)
    span = None
    if params.get("earliest") and not params.get("over"):
        ends = {name: _clock(params[name], zone) for name in ("earliest", "latest")}
        span = texts.notice_words("expected", ends)
    rows = texts.count(checked, ("row", "rows")) if checked is not None else ""
    why = _why(params) or failure.title
    return {
        "counted": texts.count(int(params.get("arrived") or 0), noun),
        "checked_text": texts.notice_words("checked", {"counted": rows}) if rows else "",
        "need_text": _counted("need", params.get("need"), noun),
        "question_text": _counted("question", params.get("questions"), noun)
        or texts.notice_words("needs_person", {}),
        "left_text": _counted("left", params.get("left_over"), noun),
        "span": span,
        "why": why,
        "next": failure.next,
        "not_done": texts.notice_words("was_not_done" if params.get("over") else "will_not_be_done", {}),
        "findings_text": _findings(params),
        "help": " ".join(texts.advice(which, params, noun=noun) for which in params.get("helps", ())),
    }


def _why(params: Params) -> str:
    if params.get("waits_for_person"):
        return texts.notice_words("waits_for_person", {})
    if params.get("not_begun"):
        return texts.notice_words("not_begun", {})
    reason = params.get("reason")
    return texts.why(reason["code"], reason["params"]) if reason else ""


def _failure(params: Params, noun: Noun) -> texts.Text:
    failure = params.get("failure")
    if not failure:
        return texts.Text("", "")
    return texts.failure(failure["code"], failure["params"], noun=noun, run=params.get("run"))


def _findings(params: Params) -> str:
    told = [texts.finding(one["code"], one["params"]) for one in params.get("findings", ())]
    return "\n".join(f"{one.title}. {one.next}".strip() for one in told)


def _counted(what: str, number: int | None, noun: Noun) -> str:
    return texts.notice_words(what, {"count": number}, noun=noun) if number else ""


def _clock(moment: str | None, zone: tzinfo | None) -> str | None:
    return None if moment is None else f"{datetime.fromisoformat(moment).astimezone(zone):%H:%M}"


def _day(day: str | None) -> str | None:
    if day is None:
        return None
    known = date.fromisoformat(day)
    return f"{known:%a} {known.day} {known:%b}"
