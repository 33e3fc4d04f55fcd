"""``finish-by-hand`` and ``worklist``: a person enters what is left."""

from __future__ import annotations

from pathlib import Path

import click

from agent.cli.console import out, tell
from agent.cli.endings import DONE
from resources.i18n import texts


@click.command(name="finish-by-hand")
@click.argument("run_id", metavar="RUN")
def finish_by_hand(run_id: str) -> int:
    """End a run after its current record, and take over what is left to enter.

    Print what is left with “predawn worklist RUN”. Say “done by hand” with “predawn review”.
    """
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.cli.run_verbs import known_run, watch  # noqa: PLC0415
    from agent.system.paths import find_home  # noqa: PLC0415

    home = find_home()
    known = known_run(home, run_id)
    with host_at_work(home) as work:
        carry_out(work, "finish_by_hand", {"run": known})
        tell(texts.say("by_hand", {"run": known}))
        return watch(work, known) if work.ours else DONE


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Where to write it (else: here).",
)
def worklist(run_id: str, *, folder: Path) -> int:
    """Write what a person enters by hand into a workbook to print. It holds personal values."""
    from agent.cli.look_verbs import read_run  # noqa: PLC0415
    from agent.cli.new_files import refuse_existing, write_new  # noqa: PLC0415
    from agent.cli.person import at_terminal  # noqa: PLC0415
    from agent.core.failures import WrongState  # noqa: PLC0415
    from agent.faces.workbooks import worklist_book  # noqa: PLC0415
    from agent.store import by_hand  # noqa: PLC0415

    home, run = read_run(run_id)
    target = folder / f"worklist-{run['id']}.xlsx"
    refuse_existing(target)
    if not by_hand.taken(run["id"]):
        raise WrongState(what=f"run {run['id']}", state=run["state"], wanted="one that is finished by hand")
    _name, content = worklist_book(home, run["id"], at_terminal())
    write_new(target, content)
    out(str(target))
    tell(texts.say("unsealed", {"file": target}))
    return DONE
