"""A real screen for one test: an X server, a window manager, a tray, and somebody who clicks."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from tests.desktop import real_window

SIZE = "1280x860x24"


class Screen:
    """Xvfb with openbox and trayer; everything it started is ended with it, by its own pid."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "screen.log").open("w")
        read, write = os.pipe()
        # A server resets when its last client leaves, and refuses whoever comes meanwhile: not while we look.
        self._server = subprocess.Popen(
            ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", SIZE, "-nolisten", "tcp"],
            pass_fds=(write,),
            stdout=self._log,
            stderr=self._log,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        self.environment = {**os.environ, "DISPLAY": self.display, "XDG_CURRENT_DESKTOP": "openbox"}
        self.environment.pop("QT_QPA_PLATFORM", None)
        self._others: list[subprocess.Popen[Any]] = []
        try:
            self._furnish()
        except BaseException:
            self.close()
            raise

    def start(self, command: list[str], **more: Any) -> subprocess.Popen[Any]:
        """Start a program on this screen."""
        streams = {"stdout": self._log, "stderr": self._log, **more}
        return subprocess.Popen(command, env=self.environment, **streams)

    def click(self, place: tuple[int, int]) -> None:
        """Click with the mouse's first button."""
        x, y = map(str, place)
        self._run("xdotool", "mousemove", x, y, "click", "1")

    def double_click(self, place: tuple[int, int]) -> None:
        """Click twice with the mouse's first button."""
        x, y = map(str, place)
        self._run("xdotool", "mousemove", x, y, "click", "--repeat", "2", "--delay", "60", "1")

    def type(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._run("xdotool", "key", *keys)

    def write(self, words: str) -> None:
        """Type words, as on a keyboard."""
        self._run("xdotool", "type", "--delay", "30", words)

    def picture(self, file: Path) -> None:
        """Take a picture of the whole screen."""
        self._run("import", "-window", "root", str(file))

    def wait_for(self, holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Look ten times a second until it holds."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"no {what} within {seconds} s"
            time.sleep(0.1)

    def close(self) -> None:
        """End everything."""
        for process in (*reversed(self._others), self._server):
            process.terminate()
            process.wait(10)
        self._log.close()

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def _furnish(self) -> None:
        manager = self.start(["openbox"])
        self._others.append(manager)
        self.wait_for(lambda: self._managed(manager), "window manager")
        tray = ["trayer", "--edge", "top", "--align", "right", "--width", "20", "--height", "28"]
        self._others.append(self.start(tray))

    def _managed(self, manager: subprocess.Popen[Any]) -> bool:
        """Tell whether the window manager is at work: only it says how many desktops there are."""
        assert manager.poll() is None, f"the window manager ended with {manager.returncode}"
        done = subprocess.run(
            ["xdotool", "get_num_desktops"], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.returncode == 0


class RealWindow:
    """The real program on a screen. It says what its window shows; it is clicked from outside."""

    def __init__(self, screen: Screen, home: Path, *wishes: str) -> None:
        self._screen = screen
        screen.environment["PREDAWN_HOME"] = str(home)
        self.process = screen.start(
            [sys.executable, "-P", real_window.__file__, *wishes], stdout=subprocess.PIPE, text=True
        )
        # Read all the time: a program that nobody listens to would wait in its print.
        self._told: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def look(self) -> Mapping[str, Any]:
        """Return what the window shows now: words, buttons with their places, its longest stretch."""
        line = self._told.get(timeout=60)
        while not self._told.empty():
            line = self._told.get()
        assert line, f"the program ended with {self.process.wait(10)}"
        seen: Mapping[str, Any] = json.loads(line)
        return seen

    def _read(self) -> None:
        output: IO[str] = self.process.stdout  # type: ignore[assignment]
        for line in output:
            self._told.put(line)
        self._told.put("")

    def wait_for_words(self, words: str, seconds: float = 90.0) -> None:
        """Look until the window says so."""
        self._screen.wait_for(lambda: words in self.look()["words"], f"“{words}”", seconds)

    def wait_for_entries(self, number: Callable[[], int], wanted: int, seconds: float = 90.0) -> None:
        """Look until so many entries were made; the window is read meanwhile, so that it never waits."""

        def made() -> bool:
            self.look()
            return number() >= wanted

        self._screen.wait_for(made, f"{wanted} entries", seconds)

    def click(self, name: str, seconds: float = 60.0) -> float:
        """Click a button or a menu's entry by its accessible name, once it stays in its place.

        Returns the moment before the click (``time.perf_counter()``).
        """
        places: list[Any] = []

        def stays() -> bool:
            places.append(self.look()["buttons"].get(name))
            return len(places) > 1 and places[-1] is not None and places[-1] == places[-2]

        self._screen.wait_for(stays, f"button “{name}”", seconds)
        clicked = time.perf_counter()
        self._screen.click(tuple(places[-1]))
        return clicked

    def click_field(self, name: str) -> None:
        """Click a line to type in by its accessible name."""
        self._screen.wait_for(lambda: name in self.look()["fields"], f"field “{name}”")
        self._screen.click(tuple(self.look()["fields"][name]))

    def open_row(self, words: str) -> None:
        """Open the row that says so, by a double click."""

        def there() -> list[Any]:
            return [place for told, place in self.look()["rows"].items() if words in told]

        self._screen.wait_for(lambda: bool(there()), f"row “{words}”")
        self._screen.double_click(tuple(there()[0]))

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(10)
        self._close()

    def end(self) -> int:
        """Ask it to end, and wait."""
        self.process.terminate()
        code = self.process.wait(60)
        self._close()
        return code

    def _close(self) -> None:
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
