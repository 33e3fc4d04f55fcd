"""``notices``: who is told when nobody looks; what was told; where to."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import DONE, FAILED
from agent.cli.person import at_terminal
from agent.cli.reading import open_home
from agent.core.notices import DESKTOP, EVERYBODY, HEARTBEAT, RESERVED, TABLE
from agent.faces.moments import Moments
from agent.system.paths import Home, find_home
from resources.i18n import texts

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


@click.group(invoke_without_command=True)
@json_option
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.pass_context
def notices(ctx: click.Context, *, as_json: bool, limit: int) -> None:
    """List what people were told, and whether it reached them; “notices set NAME” stores an address."""
    if ctx.invoked_subcommand is not None:
        return
    found = _listed(limit)
    if as_json:
        print_json(found)
    elif not found:
        out(texts.say("no_notices"))
    else:
        moments = Moments(None)
        rows = [
            (
                moments.at(one["created_at"]),
                one["automation"],
                texts.event(one["event"]),
                one["addressee"],
                texts.notice_state(
                    one["state"], {"at": moments.at(one["told_at"]), "problem": one["problem"]}
                ),
            )
            for one in found
        ]
        print_table(_heads("since", "automation", "notice", "addressee", "standing"), rows)


@notices.command(name="list")
@json_option
def list_addresses(*, as_json: bool) -> None:
    """List who is told what. Of an address only its kind is shown: the rest of it is secret."""
    from agent.core.notices import addressees  # noqa: PLC0415
    from agent.system.notify import service_of  # noqa: PLC0415
    from agent.system.settings import load_settings  # noqa: PLC0415

    home = find_home()
    wishes = load_settings(home).notices
    known = {name: service_of(address) for name, address in _addresses(home).all().items()}
    told = {
        event.value: addressees(event, wishes.tell, heartbeat=wishes.heartbeat_url is not None)
        for event in TABLE
    }
    kinds = {DESKTOP: DESKTOP, **({HEARTBEAT: HEARTBEAT} if wishes.heartbeat_url else {}), **known}
    found = [
        {
            "name": name,
            "kind": kind,
            "events": [
                event
                for event, names in told.items()
                if name in names or (name in known and EVERYBODY in names)
            ],
        }
        for name, kind in kinds.items()
    ]
    if as_json:
        print_json(found)
        return
    rows = [
        (one["name"], one["kind"], ", ".join(texts.event(event) for event in one["events"])) for one in found
    ]
    print_table(_heads("addressee", "kind", "notice"), rows)


@notices.command(name="set")
@click.argument("name")
@click.option("--from-stdin", is_flag=True, help="Read the address from standard input, one line.")
def set_address(name: str, *, from_stdin: bool) -> None:
    """Store an address for notices, as apprise writes it (mailto://…); it goes to the keyring only."""
    from agent.host.notice_addresses import store_address  # noqa: PLC0415

    if not _NAME.fullmatch(name) or name in RESERVED:
        raise click.UsageError(texts.say("notice_name_wanted", {"reserved": ", ".join(sorted(RESERVED))}))
    home = find_home()
    if from_stdin:
        address = sys.stdin.readline().strip()
    else:
        address = click.prompt(texts.say("ask_address", {"name": name}), hide_input=True, err=True).strip()
    service = store_address(home, name, address, at_terminal())
    tell(texts.say("address_kept", {"name": name, "service": service}))


@notices.command(name="remove")
@click.argument("name")
def remove_address(name: str) -> None:
    """Forget an address."""
    from agent.host.notice_addresses import forget_address  # noqa: PLC0415

    if not forget_address(find_home(), name, at_terminal()):
        raise click.UsageError(texts.say("no_such_address", {"name": name}))
    tell(texts.say("address_gone", {"name": name}))


@notices.command(name="test")
@click.argument("name", required=False)
def test_address(name: str | None) -> int:
    """Send a test to one addressee, or to all."""
    from agent.core.failures import Failure  # noqa: PLC0415
    from agent.host.telling import test_message  # noqa: PLC0415
    from agent.system.notify import RealSender  # noqa: PLC0415

    known = _addresses(find_home()).all()
    wanted = [DESKTOP, *known] if name is None else [name]
    if name is not None and name not in known and name != DESKTOP:
        raise click.UsageError(texts.say("no_such_address", {"name": name}))
    sender, code = RealSender(), DONE
    for one in wanted:
        try:
            sender.desktop(test_message()) if one == DESKTOP else sender.send(known[one], test_message())
        except Failure as failure:
            told = texts.failure(failure.code, failure.params)
            tell(texts.say("test_failed", {"name": one, "why": told.title}))
            code = FAILED
        else:
            tell(texts.say("test_sent", {"name": one}))
    return code


def _addresses(home: Home) -> Any:  # noqa: ANN401  # the class comes late
    from agent.system.addresses import Addresses  # noqa: PLC0415
    from agent.system.vault import open_vault  # noqa: PLC0415

    return Addresses(open_vault(home))


def _listed(limit: int) -> list[dict[str, Any]]:
    if not open_home(find_home()):
        return []
    from agent.store import notices as rows  # noqa: PLC0415

    return rows.recent(limit)


def _heads(*names: str) -> list[str]:
    return [texts.say(f"head_{name}") for name in names]
