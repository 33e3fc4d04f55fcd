"""What cannot be an automation is told where it is declared: the file, the line, the problem."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import BrokenAutomation
from agent.core.states import TaskKind
from agent.sdk import Automation, Batch, Destination, Download, Found, Record, Run, Session, text


class Claim(Record, key="claim_no"):
    """A record with a key."""

    claim_no: str = text()


class Keyless(Record):
    """A record without one."""

    claim_no: str = text()


class Whole(Destination[Claim]):
    """A destination with all it needs."""

    def submit(self, site: Session, claim: Claim) -> str | None:
        """Enter."""

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        """Find."""
        return []


def automation(**changes: str) -> Automation:
    """An automation as good as any."""
    words = {"title": "Clinic", "schedule": "05:00 mon-fri", "deadline": "08:00"}
    return Automation("clinic", **{**words, **changes})


def with_tasks() -> Automation:
    """One with a download and a process task."""
    clinic = automation()

    @clinic.download("meridian")
    def billing(site: Session, run: Run) -> Download:
        raise NotImplementedError

    @clinic.process
    def claims(billing: Download, run: Run) -> Batch[Claim]:
        raise NotImplementedError

    return clinic


def claims(billing: Download) -> Batch[Claim]:
    """Stands for the process task of that name."""
    raise NotImplementedError


def here() -> int:
    """The line that calls this."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_tasks_stand_in_order_with_their_kinds_sites_and_inputs() -> None:
    clinic = with_tasks()
    clinic.upload("claimport", of=claims)(Whole)
    told = [(task.name, task.kind, task.site, task.inputs) for task in clinic.tasks.values()]
    assert told == [
        ("billing", TaskKind.DOWNLOAD, "meridian", ()),
        ("claims", TaskKind.PROCESS, None, ("billing",)),
        ("Whole", TaskKind.UPLOAD, "claimport", ("claims",)),
    ]


def test_a_decorated_function_is_still_a_plain_function() -> None:
    clinic = automation()

    @clinic.download("meridian")
    def billing(site: Session) -> int:
        return 7

    assert billing(None) == 7  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedule": "every morning"}, "every morning"),
        ({"schedule": "05:00"}, "05:00"),
        ({"schedule": "05:00 fri-mon"}, "backwards"),
        ({"deadline": "8 o'clock"}, "8 o'clock"),
        ({"deadline": "25:00"}, "hour"),
        ({"covers": "last week"}, "last week"),
    ],
)
def test_wrong_words_are_told_with_file_and_line(changes: dict[str, str], words: str) -> None:
    with pytest.raises(BrokenAutomation) as caught:
        Automation("clinic", **{"title": "C", "schedule": "05:00 mon", "deadline": "08:00", **changes})
    assert words in str(caught.value.params["problem"])
    assert caught.value.params["file"] == __file__
    assert caught.value.params["line"] == here() - 3


def broken(clinic: Automation, declare: Any) -> BrokenAutomation:
    """What is told when ``declare`` adds a task that cannot be."""
    before = dict(clinic.tasks)
    with pytest.raises(BrokenAutomation) as caught:
        declare(clinic)
    assert clinic.tasks == before
    assert caught.value.params["file"] == __file__
    line = caught.value.params["line"]
    assert isinstance(line, int)
    told = Path(__file__).read_text(encoding="utf-8").splitlines()[line - 1]
    assert told.strip().startswith(("@clinic.", "def ", "class "))
    return caught.value


def test_two_tasks_of_one_name_are_refused() -> None:
    def twice(clinic: Automation) -> None:
        @clinic.download("meridian")
        def billing(site: Session) -> Download:
            raise NotImplementedError

    assert "two tasks are named billing" in str(broken(with_tasks(), twice))


def test_an_input_that_no_task_gives_is_refused() -> None:
    def unknown(clinic: Automation) -> None:
        @clinic.process
        def digest(biling: Download) -> None:
            raise NotImplementedError

    assert "digest takes biling" in str(broken(with_tasks(), unknown))


def test_a_process_takes_downloads_only() -> None:
    def chained(clinic: Automation) -> None:
        @clinic.process
        def digest(claims: Batch[Claim]) -> None:
            raise NotImplementedError

    assert "which is no download" in str(broken(with_tasks(), chained))


def test_a_download_takes_site_and_run_only() -> None:
    def greedy(clinic: Automation) -> None:
        @clinic.download("meridian")
        def appointments(site: Session, billing: Download) -> Download:
            raise NotImplementedError

    assert "site and run only" in str(broken(with_tasks(), greedy))


class NoSubmit(Destination[Claim]):
    """Enters nothing."""

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        """Find."""
        return []


class NoLookUp(Destination[Claim]):
    """Never finds again what it entered."""

    def submit(self, site: Session, claim: Claim) -> str | None:
        """Enter."""


class NoKey(Destination[Keyless]):
    """Enters what has no key."""

    def submit(self, site: Session, record: Keyless) -> str | None:
        """Enter."""

    def look_up(self, site: Session, record: Keyless) -> list[Found[Keyless]]:
        """Find."""
        return []


class NoType(Destination):  # type: ignore[type-arg]
    """Doesn't say what it enters."""

    def submit(self, site: Session, record: Any) -> str | None:
        """Enter."""

    def look_up(self, site: Session, record: Any) -> list[Found[Any]]:
        """Find."""
        return []


class NoDestination:
    """Is something else."""


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        (NoSubmit, "has no submit"),
        (NoLookUp, "has no look_up"),
        (NoKey, "Claim has a key"),
        (NoType, "must say what it enters"),
        (NoDestination, "derived from Destination"),
    ],
)
def test_what_is_no_destination_is_refused(destination: Any, words: str) -> None:
    assert words in str(broken(with_tasks(), lambda clinic: clinic.upload("desk", of=claims)(destination)))


def test_an_upload_enters_what_a_process_made() -> None:
    def billing() -> None:
        """Stands for the download task of that name."""

    assert "no process task" in str(
        broken(with_tasks(), lambda clinic: clinic.upload("desk", of=billing)(Whole))
    )


def test_an_upload_of_something_that_is_no_task_is_refused() -> None:
    def charges() -> None:
        """No task has this name."""

    assert "Whole takes charges" in str(
        broken(with_tasks(), lambda clinic: clinic.upload("desk", of=charges)(Whole))
    )
