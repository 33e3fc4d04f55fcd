"""Request Tracker 5 from Debian's own packages: whether this machine can have it, and putting it there once.

Only the programs are installed. The package's own data base, web site and services stay unused: every
`RequestTracker` keeps its own (see `request_tracker.py`).
"""

import os
import shutil
import subprocess
from pathlib import Path

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SET_UP = Path("/usr/sbin/rt-setup-database-5")
PACKAGES = ("request-tracker5", "rt5-db-sqlite", "rt5-standalone")
MAIL_PACKAGE = "msmtp-mta"  # RT wants some mail program; this one has no service, Debian's default has
SERVICE = "request-tracker5.service"
SERVICE_POLICY = Path("/usr/sbin/policy-rc.d")

# Answers to the package's questions: no data base of its own, nothing for a person to type.
ANSWERS = """\
request-tracker5 request-tracker5/dbconfig-install boolean false
request-tracker5 request-tracker5/rtname string claims.example.invalid
request-tracker5 request-tracker5/organization string claims.example.invalid
request-tracker5 request-tracker5/webbaseurl string http://127.0.0.1
request-tracker5 request-tracker5/webpath string
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean true
"""

INSTALL = (
    "apt-get", "install", "--yes", "--quiet", "--no-install-recommends",
    "-o", "DPkg::Lock::Timeout=120",
    "-o", "Dpkg::Use-Pty=0",
    "-o", "DPkg::Options::=--force-unsafe-io",  # no fsync: a cut installation is repeated
)  # fmt: skip


class InstallationFailedError(Exception):
    """Debian's package manager refused; the text ends with its last lines and the command to try by hand."""


def why_not() -> str | None:
    """Why Request Tracker can't be put on this machine, or None where it can."""
    release = Path("/etc/os-release")
    if not release.exists() or "ID=debian" not in release.read_text().splitlines():
        return "Request Tracker is installed from Debian's packages, and this is not Debian"
    if os.geteuid() != 0:
        return "Request Tracker is installed by apt-get, which needs root"
    return None


def is_installed() -> bool:
    """Whether the packages are here, complete, with their SQLite and server parts."""
    states = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${db:Status-Status}\n", *PACKAGES],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return states == ["installed"] * len(PACKAGES) and SERVER.exists() and SET_UP.exists()


def install() -> None:
    """Install what is missing; does nothing when all is there.

    Raises:
        InstallationFailedError: no network, no such package, or a broken package data base.
    """
    if is_installed():
        return
    packages = list(PACKAGES) if shutil.which("sendmail") else [*PACKAGES, MAIL_PACKAGE]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["debconf-set-selections"], input=ANSWERS, text=True, check=True)
    with _services_held():
        outcome = _run([*INSTALL, *packages], environment)
        if outcome.returncode:  # most often package lists that are missing or too old
            _run(["apt-get", "update", "--quiet"], environment)
            outcome = _run([*INSTALL, *packages], environment)
    if outcome.returncode or not is_installed():
        tail = "\n".join((outcome.stdout + outcome.stderr).splitlines()[-8:])
        raise InstallationFailedError(f"{tail}\nTry: {' '.join([*INSTALL, *packages])}")
    if shutil.which("systemctl"):  # the package's own server, without a data base, would fail at every boot
        _run(["systemctl", "disable", SERVICE], environment)


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


class _services_held:  # noqa: N801 - read as a phrase: with _services_held()
    """While packages are installed, none of their services starts (Debian's policy-rc.d)."""

    def __enter__(self) -> None:
        self._ours = not SERVICE_POLICY.exists()
        if self._ours:
            SERVICE_POLICY.write_text("#!/bin/sh\nexit 101\n")
            SERVICE_POLICY.chmod(0o755)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            SERVICE_POLICY.unlink()
