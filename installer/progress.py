"""What a person sees while the machine is made ready: one line for each step, with its seconds."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from installer import process_tree

NOT_READY = 4


class InstallError(Exception):
    """The machine could not be made ready: what is wrong, and what a person can do about it."""

    def __init__(self, title: str, next_step: str, *, exit_code: int = NOT_READY) -> None:
        super().__init__(title)
        self.title = title
        self.next_step = next_step
        self.exit_code = exit_code

    def as_text(self) -> str:
        """Two lines for a terminal."""
        return f"\nProblem: {self.title}\nWhat to do: {self.next_step}"


class Progress:
    """Prints the steps and keeps what their commands say in a log file.

    `deadline` is a `time.monotonic()` value, in seconds, past which a running command is ended.
    """

    def __init__(self, log: Path, *, deadline: float | None = None) -> None:
        self.log = log
        self.deadline = deadline
        self._began = time.monotonic()
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_bytes(b"")
        except OSError as error:
            raise InstallError(
                f"the folder {log.parent} cannot be written ({error.strerror}).",
                "give yourself the right to write in this checkout, or clone it where you have it.",
            ) from error

    @contextmanager
    def step(self, label: str) -> Iterator["Step"]:
        """One step: its line is begun here and ended with its seconds."""
        print(f"  {label} ...", end="", flush=True)
        step = Step(label, self)
        try:
            yield step
        except BaseException:
            step.finish("failed")
            raise
        step.finish(step.detail)

    def note(self, text: str) -> None:
        """A line of its own, between two steps."""
        print(f"  {text}", flush=True)

    def total(self) -> None:
        """The closing line."""
        print(f"  Ready in {time.monotonic() - self._began:.1f} s.", flush=True)


class Step:
    """A step that is under way; `detail` is added to its line when it ends."""

    def __init__(self, label: str, progress: Progress) -> None:
        self.label = label
        self.detail = ""
        self._progress = progress
        self._began = time.monotonic()
        self._output_from = progress.log.stat().st_size

    def run(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> bool:
        """Run a command with its output in the log; returns whether it succeeded.

        Raises InstallError when the deadline of the whole installation passes.
        """
        with self._progress.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            self._output_from = log.tell()
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(env or {})},
                )
            except OSError as error:
                log.write(f"{error}\n".encode())
                return False
            try:
                return self._wait(process) == 0
            finally:
                if process.poll() is None:
                    process_tree.end(process)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        while True:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                deadline = self._progress.deadline
                if deadline is not None and time.monotonic() > deadline:
                    raise InstallError(
                        f"“{self.label}” took too long and was ended.",
                        f"look at {self._progress.log} and at the network, then start the command again.",
                    ) from None
                self._tick()

    def _tick(self) -> None:
        """On a terminal: seconds and the command's last words, in place."""
        if not sys.stdout.isatty():
            return
        words = self.last_words(1)
        line = f"  {self.label} ... {time.monotonic() - self._began:.0f} s  {words}"
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{line[:width]:<{width}}", end="", flush=True)

    def last_words(self, lines: int = 8) -> str:
        """The last lines of what the latest command said."""
        with self._progress.log.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(self._output_from, log.tell() - 4000))
            text = log.read().decode(errors="replace").replace("\r", "\n")
        return "\n".join([line[:200] for line in text.splitlines() if line.strip()][-lines:])

    def finish(self, detail: str) -> None:
        """End this step's line."""
        ending = f" {time.monotonic() - self._began:.1f} s{f'  ({detail})' if detail else ''}"
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{f'  {self.label} ...{ending}':<{width}}", flush=True)
        else:
            print(ending, flush=True)
