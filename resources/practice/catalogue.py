"""The faults there are: name, which system has it, what it does, what counts as an occasion, its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

SystemName = Literal["meridian", "claimport"]
Occasion = Literal["request", "sign-in", "page", "export", "save"]

_BOTH: tuple[SystemName, ...] = ("meridian", "claimport")
_SOURCE: tuple[SystemName, ...] = ("meridian",)
_TARGET: tuple[SystemName, ...] = ("claimport",)


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `options` holds each option's usual value; times are in seconds."""

    name: str
    systems: tuple[SystemName, ...]
    occasion: Occasion
    title: str
    options: Mapping[str, str | float] = field(default_factory=dict)


_FAULTS = (
    Fault("latency", _BOTH, "request", "the answer comes late", {"seconds": 2.0}),
    Fault("hang", _BOTH, "request", "no answer ever comes"),
    Fault("drop", _BOTH, "request", "the connection breaks; nothing was done", {"resend": "no"}),
    Fault("server_error", _BOTH, "request", "an error page; nothing was done", {"status": 503}),
    Fault("session_expired", _BOTH, "request", "the session is forgotten (requests without one don't count)"),
    Fault("wrong_password", _BOTH, "sign-in", "the right password is refused, and counts as a bad try"),
    Fault("locked_account", _BOTH, "sign-in", "the account is said to be locked"),
    Fault("expired_password", _BOTH, "sign-in", "the right password is said to have expired"),
    Fault("signed_in_elsewhere", _BOTH, "sign-in", "somebody else is said to be signed in"),
    Fault("captcha", _BOTH, "sign-in", "signs in a picture are to be typed; opening the page counts too"),
    Fault(
        "second_factor",
        _BOTH,
        "sign-in",
        "after the right password a code by the clock is asked for, or with a question its answer",
        {"seed": "JBSWY3DPEHPK3PXP", "question": "", "answer": ""},
    ),
    Fault("renamed", _BOTH, "page", "elements have another id and another caption", {"element": "*"}),
    Fault("doubled", _BOTH, "page", "elements stand on the page twice", {"element": "*"}),
    Fault("moved", _BOTH, "page", "a button stands elsewhere (see the docs)", {"element": "*"}),
    Fault(
        "dialog",
        _BOTH,
        "page",
        "an unexpected script dialog; kind alert (on load) or confirm (before a form is sent)",
        {"kind": "alert", "text": "Planned maintenance tonight from 22:00."},
    ),
    Fault("busy_script", _BOTH, "page", "a script that never ends keeps the page from doing anything else"),
    Fault("memory_eater", _BOTH, "page", "a script that takes memory until the page's process dies of it"),
    Fault("slow_export", _SOURCE, "export", "the report takes longer", {"seconds": 20.0}),
    Fault(
        "cut_download",
        _SOURCE,
        "export",
        "the file ends early; style short (looks complete), broken (the connection breaks) or stalls",
        {"share": 0.6, "style": "short"},
    ),
    Fault("stale_download", _SOURCE, "export", "the report of the business day before the range"),
    Fault("wrong_type_download", _SOURCE, "export", "an error page under the report's file name"),
    Fault("empty_download", _SOURCE, "export", "a file of no bytes"),
    Fault("wrong_total", _SOURCE, "export", "the stated total is off by one pound (or one row)"),
    Fault("few_rows", _SOURCE, "export", "only a share of the rows, totals agreeing", {"share": 0.0}),
    Fault(
        "bad_cell",
        _SOURCE,
        "export",
        "the amount of one row (billing) or its date (appointments) cannot be read",
        {"row": 1, "text": "n/a"},
    ),
    Fault(
        "refuse",
        _TARGET,
        "save",
        "the claim is refused in plain text; nothing is saved",
        {"text": "Patient number is not a valid patient number"},
    ),
    Fault(
        "commit_then_error",
        _TARGET,
        "save",
        "saved, but answered by an error; answer error or session (which also ends the session)",
        {"answer": "error", "status": 500},
    ),
    Fault(
        "commit_late",
        _TARGET,
        "save",
        "answered by an error, saved some seconds later",
        {"seconds": 5.0, "status": 500},
    ),
    Fault(
        "answer_lost",
        _TARGET,
        "save",
        "saved, then the connection breaks; resend yes lets Chromium send it again by itself",
        {"resend": "no"},
    ),
    Fault("commit_then_hang", _TARGET, "save", "saved, and no answer ever comes"),
    Fault("saved_without_saving", _TARGET, "save", "a confirmation page, but nothing is saved"),
    Fault("altered", _TARGET, "save", "saved with an amount one penny lower"),
)  # fmt: skip

CATALOGUE: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _FAULTS})
