"""`python -m resources.practice`: serve both practice systems until Ctrl-C."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from resources.practice import claimport, meridian
from resources.practice.accounts import SESSION_SECONDS
from resources.practice.faults import FaultError
from resources.practice.meridian import EXPORT_SECONDS
from resources.practice.server import SEED, PortTakenError, Practice, serve
from resources.practice.web import CONTROL

NOT_READY = 4


def main() -> int:
    """Read the options and serve; 4 when a port is taken or the file of faults can't be used."""
    parser = argparse.ArgumentParser(prog="python -m resources.practice", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for journals")
    parser.add_argument("--meridian-port", type=int, default=8101, help="0 for a free one")
    parser.add_argument("--claimport-port", type=int, default=8102, help="0 for a free one")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--export-seconds", type=float, default=EXPORT_SECONDS, help="how long a report takes"
    )
    parser.add_argument("--session-seconds", type=float, default=SESSION_SECONDS, help="idle time allowed")
    parser.add_argument("--faults", type=Path, help="JSON file of faults to arm at start")
    parser.add_argument(
        "--attached",
        action="store_true",
        help="say where they are in one line of JSON, and end when standard input ends",
    )
    options = parser.parse_args()
    try:
        serve(
            options.data,
            seed=options.seed,
            meridian_port=options.meridian_port,
            claimport_port=options.claimport_port,
            export_seconds=options.export_seconds,
            session_seconds=options.session_seconds,
            faults_file=options.faults,
            on_ready=_attach if options.attached else _say_where,
        )
    except (PortTakenError, FaultError) as error:
        sys.stderr.write(f"{error}\n")
        return NOT_READY
    return 0


def _systems(practice: Practice) -> tuple[tuple[str, str, str, str], ...]:
    return (
        ("Meridian", practice.meridian_url, meridian.USER, meridian.PASSWORD),
        ("ClaimPort", practice.claimport_url, claimport.USER, claimport.PASSWORD),
    )


def _attach(practice: Practice) -> None:
    """Say where they are to the program that started us, and end when it does, however that is."""
    names = ("title", "url", "user", "password")
    told = [
        {"site": title.lower(), **dict(zip(names, (title, *known), strict=True))}
        for title, *known in _systems(practice)
    ]
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_input, daemon=True).start()


def _end_with_input() -> None:
    while sys.stdin.read(1):
        pass
    signal.raise_signal(signal.SIGTERM)  # what serve() ends at


def _say_where(practice: Practice) -> None:
    for title, url, user, password in _systems(practice):
        sys.stdout.write(f"{title:<10}{url}   sign in: {user} / {password}   faults: {url}{CONTROL}/\n")
    sys.stdout.write("Stop with Ctrl-C.\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
