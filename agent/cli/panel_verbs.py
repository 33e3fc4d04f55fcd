"""``panel``: serving the team's panel from this computer; joining one with this workstation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, tell
from agent.cli.endings import DONE, FAILED, NOT_READY
from agent.cli.person import at_terminal
from agent.cli.reading import open_home
from agent.core.failures import HomeReadOnly, PortTaken
from agent.faces.moments import Moments
from agent.system.bell import ring
from agent.system.paths import find_home
from resources.i18n import texts

PORT = 8480


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--certificate", type=click.Path(path_type=Path, exists=True), help="For https: PEM file.")
@click.option("--key", type=click.Path(path_type=Path, exists=True), help="The certificate's key: PEM file.")
@click.option("--behind-proxy", metavar="ADDRESS", help="A proxy at this address does https for the panel.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the panel keeps its things.")
@click.option("--forget-second-factors", is_flag=True, help="Their key is lost: everybody sets up a new one.")
@click.pass_context
def panel(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401  # click's own
    """Serve the team's panel until Ctrl-C; “panel enrol ADDRESS CODE” joins one."""
    return DONE if ctx.invoked_subcommand is not None else _serve(**options)


def _serve(
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    behind_proxy: str | None,
    folder: Path | None,
    *,
    forget_second_factors: bool,
) -> int:
    from agent.cli.carrying import asked_to_end  # noqa: PLC0415

    try:
        from ui.panel.server import app  # noqa: PLC0415  # the one late import of the panel (DESIGN.md, 2)
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.partition(".")[0] in {"agent", "resources", "ui"}:
            raise
        tell(_words("not_installed", module=missing.name))
        return NOT_READY
    place = folder or find_home().root / "panel"
    config = app.Config(
        place, host, port, certificate, key, behind_proxy, forget_second_factors=forget_second_factors
    )
    try:
        with asked_to_end():
            app.serve(config, _ready)
    except KeyboardInterrupt:
        tell(_words("ended"))  # the server has put everything away before it passed this on
    except app.PanelSettingsError as error:
        tell(str(error))
        return FAILED
    except app.PanelNewerError:
        tell(_words("newer"))
        return NOT_READY
    except PermissionError as error:
        raise HomeReadOnly(path=str(place)) from error
    except OSError as error:
        raise PortTaken(port=port) from error
    return DONE


def _ready(address: str, first: str | None) -> None:
    tell(_words("serves", address=address))
    if first is not None:
        tell(_words("first_admin", link=first))
    out(address)


@panel.command()
@click.argument("address")
@click.argument("code")
def enrol(address: str, code: str) -> None:
    """Join this workstation to a panel, by the code that an admin made there."""
    from agent.host import joining  # noqa: PLC0415

    home = find_home()
    joined = joining.join(home, address.rstrip("/"), code, at_terminal())
    ring(home.bell, "panel")
    tell(_words("joined", name=joined.name, office=joined.office, address=joined.url))


@panel.command()
def leave() -> None:
    """Tell the panel nothing any more, and forget its token."""
    from agent.host import joining  # noqa: PLC0415

    home = find_home()
    left = open_home(home) and joining.leave(home, at_terminal())
    ring(home.bell, "panel")
    tell(_words("left" if left else "no_panel"))


@panel.command()
@json_option
def status(*, as_json: bool) -> int:
    """Say at which panel this workstation is, and whether that hears of it."""
    from agent.store import outbox  # noqa: PLC0415

    known = outbox.enrolment() if open_home(find_home()) else None
    if as_json:
        print_json(None if known is None else _plain(known))
    elif known is None:
        out(_words("no_panel"))
    else:
        out(_words("joined", name=known.name, office=known.office, address=known.url))
        at = Moments(None).at(known.heard_at.isoformat()) if known.heard_at else None
        out(_words("heard", at=at) if at else _words("not_heard"))
        if known.problem is not None:
            out(texts.why(known.problem["code"], known.problem["params"]))
    return DONE


def _plain(known: Any) -> dict[str, Any]:  # noqa: ANN401  # an Enrolment
    told = {name: getattr(known, name) for name in ("url", "workstation", "name", "office", "problem")}
    moments = {
        name: value.isoformat(timespec="seconds") if (value := getattr(known, name)) else None
        for name in ("enrolled_at", "heard_at")
    }
    return {**told, **moments}


def _words(code: str, **params: object) -> str:
    return texts.standing("panel_sentences", code, params)
