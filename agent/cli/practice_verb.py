"""``practice``: the two practice systems, to try automations on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from agent.cli.console import out
from agent.core.failures import PortTaken
from agent.system.paths import find_home
from resources.i18n import texts

if TYPE_CHECKING:
    from resources.practice.server import Practice


class House(NamedTuple):
    """One practice system: its name as a site, its title, and its (public) user and password."""

    site: str
    title: str
    user: str
    password: str


@click.command()
@click.option(
    "--meridian-port", type=click.IntRange(0, 65535), default=8101, show_default=True, help="0: any."
)
@click.option(
    "--claimport-port", type=click.IntRange(0, 65535), default=8102, show_default=True, help="0: any."
)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="Other data, always the same for a seed."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where their journals are kept (else: in Predawn's home).",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON file of faults to begin with.",
)
def practice(
    *, meridian_port: int, claimport_port: int, seed: int, data: Path | None, faults: Path | None
) -> None:
    """Start the practice systems, a clinic and a claims house, until Ctrl-C."""
    from resources.practice.faults import FaultError  # noqa: PLC0415
    from resources.practice.server import PortTakenError, serve  # noqa: PLC0415

    home = find_home()
    if data is None:
        home.prepare()
    try:
        serve(
            data or home.root / "practice",
            seed=seed,
            meridian_port=meridian_port,
            claimport_port=claimport_port,
            faults_file=faults,
            on_ready=tell_where,
        )
    except PortTakenError as error:
        raise PortTaken(port=error.port) from error
    except FaultError as error:
        raise click.UsageError(str(error)) from error


def tell_where(practice: Practice) -> None:
    """Say where both systems are and who may sign in there."""
    for house in houses():
        told = {"title": house.title, "url": address(practice, house)}
        out(texts.say("practice_at", {**told, "user": house.user, "password": house.password}))
    out(texts.say("until_ctrl_c"))


def houses() -> tuple[House, ...]:
    """Return both systems, and who may sign in there."""
    from resources.practice import claimport, meridian  # noqa: PLC0415

    return (
        House("meridian", "Meridian", meridian.USER, meridian.PASSWORD),
        House("claimport", "ClaimPort", claimport.USER, claimport.PASSWORD),
    )


def address(practice: Practice, house: House) -> str:
    """Return where a system is today."""
    return practice.meridian_url if house.site == "meridian" else practice.claimport_url
