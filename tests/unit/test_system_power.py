"""Awake in a run, woken before it, started at sign-in: what would be written, never over a person's own."""

import logging
import plistlib
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.failures import ChangedByPerson, WakeupUnavailable
from agent.system.autostart import (
    AutostartState,
    FakeAutostart,
    LaunchAgent,
    RegistryAutostart,
    XdgAutostart,
    exec_line,
)
from agent.system.own_files import OwnFile, Standing
from agent.system.power import FakeAwake, kept_awake
from agent.system.power_arming import Answer, MacArming, SystemdArming, WindowsArming, run_program
from agent.system.power_wakeup import (
    EARLIER,
    Wakeup,
    before_run,
    pmset_command,
    systemd_units,
    systemd_version,
    task_xml,
)

VIENNA, CHICAGO = ZoneInfo("Europe/Vienna"), ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 23)
WORKDAYS = frozenset(range(5))
FIVE = before_run(time(5), WORKDAYS, "Europe/Vienna")


# ── awake ─────────────────────────────────────────────────────────────────────────────────────────────
def test_without_a_bus_the_work_goes_on_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    caplog.set_level(logging.INFO, "agent.system.power")
    with kept_awake() as awake:
        assert not awake
    assert caplog.messages == ["not_kept_awake"]


def test_a_failure_inside_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), kept_awake():
        raise ZeroDivisionError


def test_the_fake_counts() -> None:
    fake = FakeAwake()
    with fake(), fake() as awake:
        assert (fake.inside, awake) == (2, True)
    assert (fake.entered, fake.inside) == (2, 0)


# ── the wake-up as each system wants it ───────────────────────────────────────────────────────────────
def test_the_computer_is_woken_some_minutes_before_the_run() -> None:
    assert Wakeup(time(4, 55), WORKDAYS, "Europe/Vienna") == FIVE
    assert before_run(time(0, 2), [0], "UTC") == Wakeup(time(23, 57), frozenset({6}), "UTC")


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sets(st.integers(0, 6), min_size=1))
def test_a_wake_up_and_its_run_are_so_far_apart(at: time, weekdays: set[int]) -> None:
    woken = before_run(at, weekdays, "UTC")
    for shift in range(7):
        day = MONDAY + timedelta(days=shift)
        due = datetime.combine(day, at) - EARLIER
        assert (day.weekday() in weekdays) == (due.weekday() in woken.weekdays)
        assert due.time() == woken.at


def test_a_systemd_timer_wakes_the_system_in_the_offices_zone() -> None:
    units = systemd_units("ab12", [FIVE])
    assert set(units) == {"predawn-wakeup-ab12.timer", "predawn-wakeup-ab12.service"}
    timer = units["predawn-wakeup-ab12.timer"]
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 04:55:00 Europe/Vienna\n" in timer
    assert "WakeSystem=true\n" in timer


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_itself_understands_the_timer(tmp_path: Path) -> None:
    for name, text in systemd_units("ab12", [FIVE, before_run(time(0), [6], "America/Chicago")]).items():
        (tmp_path / name).write_text(text)
    units = [str(file) for file in tmp_path.iterdir()]
    # As the user's manager reads it; in the system's own there would be one basic.target more to look for.
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True, check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert "predawn" not in done.stderr, done.stderr
    said = subprocess.run(
        [
            "systemd-analyze", "calendar", "--base-time=2026-11-23 00:00:00 UTC",
            "Mon *-*-* 04:55:00 Europe/Vienna",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2026-11-23 03:55:00 UTC" in said.stdout, said.stdout + said.stderr


def days_of(definition: str) -> list[tuple[str, list[str]]]:
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    root = Xml.fromstring(definition.partition("?>")[2])
    assert root.findtext(f"{space}Settings/{space}WakeToRun") == "true"
    assert root.findtext(f"{space}Settings/{space}DisallowStartIfOnBatteries") == "false"
    return [
        (
            trigger.findtext(f"{space}StartBoundary", ""),
            [day.tag.removeprefix(space) for day in trigger.iter() if day.tag.endswith("day")],
        )
        for trigger in root.iter(f"{space}CalendarTrigger")
    ]


def test_a_windows_task_wakes_to_run_in_the_computers_own_time() -> None:
    assert days_of(task_xml([FIVE], MONDAY, VIENNA)) == [
        ("2026-11-23T04:55:00", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"])
    ]
    (there,) = days_of(task_xml([before_run(time(5), [0], "Europe/Vienna")], MONDAY, CHICAGO))
    assert there == ("2026-11-23T21:55:00", ["Sunday"])


def test_macos_has_one_wake_up_for_the_whole_computer() -> None:
    saturday = before_run(time(9), [5], "Europe/Vienna")
    assert pmset_command([FIVE, saturday], MONDAY, VIENNA) == (
        "pmset", "repeat", "wakeorpoweron", "MTWRFS", "04:55:00",
    )  # fmt: skip
    assert pmset_command([], MONDAY, VIENNA) is None


# ── setting it ────────────────────────────────────────────────────────────────────────────────────────
class System:
    """Stands for the operating system's programs: answers, and remembers what was run."""

    def __init__(self, *answers: tuple[str, Answer]) -> None:
        self.answers = dict(answers)
        self.ran: list[str] = []

    def __call__(self, words: Sequence[str]) -> Answer:
        line = " ".join(words)
        self.ran.append(line)
        return next((answer for known, answer in self.answers.items() if known in line), (0, ""))


NEW, OLD = ("--version", (0, "systemd 254 (254.1)")), ("--version", (0, "systemd 252 (252.38-1~deb12u1)"))


def test_a_systemd_wake_up_is_set_seen_and_removed(tmp_path: Path) -> None:
    system = System(NEW)
    arming = SystemdArming("ab12", tmp_path, system)
    assert arming.standing([FIVE]) is Standing.ABSENT
    arming.apply([FIVE])
    assert arming.standing([FIVE]) is Standing.OURS
    assert "systemctl --user enable --now predawn-wakeup-ab12.timer" in system.ran
    assert arming.standing([before_run(time(6), WORKDAYS, "UTC")]) is Standing.ABSENT  # of another schedule
    arming.apply([before_run(time(6), WORKDAYS, "UTC")])  # our own may be replaced
    arming.remove()
    assert list(tmp_path.iterdir()) == []
    assert "systemctl --user disable --now predawn-wakeup-ab12.timer" in system.ran


def test_a_timer_that_somebody_switched_off_is_not_shown_as_set(tmp_path: Path) -> None:
    SystemdArming("ab12", tmp_path, System(NEW)).apply([FIVE])
    off = SystemdArming("ab12", tmp_path, System(NEW, ("is-enabled", (1, "disabled"))))
    assert off.standing([FIVE]) is Standing.ABSENT


def test_what_a_person_changed_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    arming = SystemdArming("ab12", tmp_path, System(NEW))
    arming.apply([FIVE])
    timer = tmp_path / "predawn-wakeup-ab12.timer"
    changed = timer.read_text().replace("04:55", "04:30")
    timer.write_text(changed)
    assert arming.standing([FIVE]) is Standing.CHANGED
    for action in (lambda: arming.apply([FIVE]), arming.remove):
        with pytest.raises(ChangedByPerson):
            action()
    assert timer.read_text() == changed


def test_an_older_systemd_is_not_promised_to_wake_anything(tmp_path: Path) -> None:
    with pytest.raises(WakeupUnavailable):
        SystemdArming("ab12", tmp_path, System(OLD)).apply([FIVE])
    assert list(tmp_path.iterdir()) == []
    assert (systemd_version("systemd 254.6 (x)"), systemd_version("")) == (254, None)


def test_a_windows_task_is_registered_and_known_again() -> None:
    system = System()
    arming = WindowsArming("ab12", system, "Europe/Vienna")
    arming.apply([FIVE])
    assert system.ran[0].startswith(r"schtasks /Create /TN Predawn\wakeup-ab12 /XML ")
    held = task_xml([FIVE], date(2026, 1, 5), VIENNA)  # as registered some other day
    system.answers["/Query"] = (0, held)
    assert arming.standing([FIVE]) is Standing.OURS
    system.answers["/Query"] = (0, held.replace("<WakeToRun>true", "<WakeToRun>false"))
    assert arming.standing([FIVE]) is Standing.CHANGED
    system.answers["/Query"] = (1, "")
    assert arming.standing([FIVE]) is Standing.ABSENT
    system.answers["/Create"] = (1, "access denied")
    with pytest.raises(WakeupUnavailable):
        arming.apply([FIVE])


def test_on_macos_a_person_types_the_command() -> None:
    system = System(("-g sched", (0, "Repeating power events:\n  wakepoweron at 4:55AM weekdays only")))
    arming = MacArming(system, "Europe/Vienna")
    assert arming.standing([FIVE]) is Standing.OURS
    with pytest.raises(WakeupUnavailable) as caught:
        arming.apply([FIVE])
    assert caught.value.params["command"] == "sudo pmset repeat wakeorpoweron MTWRF 04:55:00"
    assert system.ran == ["pmset -g sched"]


def test_a_missing_program_is_an_answer() -> None:
    assert run_program(["no-such-program-here"]) == (127, "")
    assert run_program(["true"])[0] == 0


# ── files of ours among a person's own ────────────────────────────────────────────────────────────────
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")), st.booleans())
def test_a_file_is_ours_until_one_sign_of_it_changes(
    tmp_path_factory: pytest.TempPathFactory, text: str, xml: bool
) -> None:
    path = tmp_path_factory.mktemp("own") / "file"
    file = OwnFile(path, xml=xml)
    text = "<?xml?>\n" + text if xml else text
    assert file.standing() is Standing.ABSENT
    assert file.write(text)
    assert file.standing() is Standing.OURS
    path.write_text(path.read_text() + "x")
    assert file.standing() is Standing.CHANGED
    assert not file.write(text)
    assert not file.remove()


def test_a_file_that_never_was_ours_stays(tmp_path: Path) -> None:
    file = OwnFile(tmp_path / "file")
    file.path.write_bytes(b"\xff\xfe their own")
    assert file.standing() is Standing.FOREIGN
    assert not file.write("ours")
    assert not file.remove()


# ── autostart ─────────────────────────────────────────────────────────────────────────────────────────
COMMAND = ("env", "PREDAWN_HOME=/home/ann/My $Files", "/opt/py thon", "--background")


class Keys:
    """A registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}

    def get(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key.rpartition("\\")[2] + ("+" if "Approved" in key else ""), name))

    def set(self, key: str, name: str, value: str) -> None:
        self.values[key.rpartition("\\")[2], name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key.rpartition("\\")[2], name), None)


@pytest.mark.parametrize("kind", ["xdg", "registry", "launchd"])
def test_autostart_goes_on_and_off(kind: str, tmp_path: Path) -> None:
    entry = {
        "xdg": lambda: XdgAutostart("ab12", tmp_path / "new", COMMAND),
        "registry": lambda: RegistryAutostart("ab12", Keys(), COMMAND),
        "launchd": lambda: LaunchAgent("ab12", tmp_path / "new", COMMAND),
    }[kind]()
    assert entry.state() is AutostartState.OFF
    entry.turn_on()
    assert entry.state() is AutostartState.ON
    entry.turn_on()
    entry.turn_off()
    entry.turn_off()
    assert entry.state() is AutostartState.OFF


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (("X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false"), AutostartState.SWITCHED_OFF),
        (("Type=Application", "Type=Application\nHidden=true"), AutostartState.SWITCHED_OFF),
        (("Terminal=false", "Terminal=true"), AutostartState.CHANGED),
    ],
)
def test_a_desktop_entry_shows_its_true_state_and_a_persons_change_stays(
    tmp_path: Path, change: tuple[str, str], state: AutostartState
) -> None:
    entry, file = XdgAutostart("ab12", tmp_path, COMMAND), tmp_path / "predawn-ab12.desktop"
    entry.turn_on()
    file.write_text(file.read_text().replace(*change))
    assert entry.state() is state
    for action in (entry.turn_on, entry.turn_off):
        with pytest.raises(ChangedByPerson):
            action()


def test_task_managers_switch_is_seen_and_respected() -> None:
    keys = Keys()
    entry = RegistryAutostart("ab12", keys, COMMAND)
    entry.turn_on()
    keys.values["Run+", "Predawn ab12"] = b"\x03\0\0\0"
    assert entry.state() is AutostartState.SWITCHED_OFF
    with pytest.raises(ChangedByPerson):
        entry.turn_on()
    keys.values["Run+", "Predawn ab12"] = b"\x02\0\0\0"
    assert entry.state() is AutostartState.ON
    keys.set("Run", "Predawn ab12", "another.exe")
    assert entry.state() is AutostartState.CHANGED


def test_a_launch_agent_is_a_property_list_with_our_command(tmp_path: Path) -> None:
    LaunchAgent("ab12", tmp_path, (*COMMAND, "<&>")).turn_on()
    held = plistlib.loads((tmp_path / "predawn.ab12.plist").read_bytes())
    assert held["ProgramArguments"] == [*COMMAND, "<&>"]
    assert held["RunAtLoad"] is True


def understood(line: str) -> list[str]:
    """Read an Exec value as the desktop entry specification says: first as a string, then word by word."""
    signs = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
    at = iter(line)
    plain = "".join(signs[next(at)] if sign == "\\" else sign for sign in at)
    words: list[str] = []
    inside, at = False, iter(plain)
    for sign in at:
        if sign == '"':
            inside = not inside
            words += [""] if inside else []
        elif inside:
            words[-1] += next(at) if sign == "\\" else sign
    return [word.replace("%%", "%") for word in words]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_a_desktop_reads_the_command_as_it_was_meant(command: list[str]) -> None:
    assert understood(exec_line(command)) == command
    assert "\n" not in exec_line(command)


def test_the_fake_holds_to_the_same_rules() -> None:
    fake = FakeAutostart()
    fake.turn_on()
    assert fake.state() is AutostartState.ON
    fake.turn_off()
    with pytest.raises(ChangedByPerson):
        FakeAutostart(AutostartState.CHANGED).turn_on()
