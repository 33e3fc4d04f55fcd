"""What is remembered of a site while it is used: for evidence, masks and the reasons of failures."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Memory:
    """What a session remembers for evidence: shared by its pop-ups."""

    last_element: str = ""
    last_status: int = 200
    dialogs: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)  # values of the current record, masked in pictures
    secrets: list[str] = field(default_factory=list)  # what was typed and must never be seen
    filled: dict[str, str | bool] = field(default_factory=dict)  # what each element was last filled with
    answer: str = ""  # the page that the last commit click led to
    last_commit: float = 0.0  # monotonic seconds
    accept_dialogs: bool = False
