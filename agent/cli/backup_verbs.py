"""``backup``, ``restore`` and ``home take-over``: a home in one file, and back again."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli import endings
from agent.cli.console import out, tell
from agent.cli.endings import Told
from agent.cli.new_files import require_file
from agent.cli.person import at_terminal
from agent.cli.reading import open_for_reading, open_home
from agent.core.failures import (
    BackupBroken,
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseOlder,
    HomeInUse,
    KeyLost,
    NotTakenOver,
)
from agent.system.paths import Home, find_home
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.system.instance import InstanceLock
    from agent.system.seal import Key
    from agent.system.vault import Vault

_NEEDED = ("predawn.db", "evidence.db")


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> int:
    """Write the home into one file, also while Predawn works: ledger, evidence, settings, automations."""
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.store.database import copy_store, schema_version  # noqa: PLC0415
    from agent.system.backups import own_files, pack  # noqa: PLC0415

    home, prepared = open_for_reading()
    if not prepared:
        raise Told("no_home", endings.WRONG_USAGE, home=home.root)
    with tempfile.TemporaryDirectory(dir=home.root, prefix="backup-") as folder:
        copies = {name: Path(folder) / name for name in _NEEDED}
        about = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": at_terminal().machine,
            "home_id": home_row.home_id(),
            "epoch": home_row.epoch(),
            "schema": schema_version(),
            "demo": home.is_demo,
        }
        copy_store(*copies.values())
        try:
            pack(file, {**copies, **own_files(home)}, about)
        except FileExistsError:
            raise Told("file_exists", endings.WRONG_USAGE, file=file) from None
    out(str(file))
    tell(texts.say("backed_up", {"file": file, "size": f"{file.stat().st_size / 1e6:.1f}"}))
    return endings.DONE


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Move the home that is here aside; it is not deleted.")
@click.option("--take-over", is_flag=True, help="Say that the home it is a copy of is gone, for good.")
def restore(file: Path, *, replace: bool, take_over: bool) -> int:
    """Put a backup in this home's place. What was delivered since is looked up, never typed again.

    Where the keyring does not hold its key (another computer), it asks for the recovery code, on a terminal
    or by standard input.

    The restored home does nothing before a person has said that the other one is gone (--take-over, or later:
    predawn home take-over).
    """
    from agent.system.backups import beside, holds_data, unpack  # noqa: PLC0415
    from agent.system.instance import InstanceLock  # noqa: PLC0415

    require_file(file)
    home = find_home()
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with InstanceLock(home.lock) as lock:
        if holds_data(home) and not replace:
            raise HomeInUse(path=str(home.root))
        _end_leftovers(home)
        staged = beside(home, "restoring")
        try:
            told = unpack(file, staged)
            aside = _settle(file, home, staged, told, lock, take_over=take_over)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    _note_whereabouts(home, take_over=take_over)
    tell(texts.say("restored", {"file": file, "made_at": told["made_at"]}))
    if aside is not None:
        tell(texts.say("restored_aside", {"aside": aside}))
    if take_over:
        tell(texts.say("taken_over"))
        return endings.DONE
    endings.tell_failure(_not_taken_over(told))
    return endings.NEEDS_PERSON


def _end_leftovers(home: Home) -> None:
    """No worker of the home that is moved aside may click once more: its own ledger would let it."""
    from agent.host.recovery import end_leftover_trees  # noqa: PLC0415
    from agent.store.database import close_store  # noqa: PLC0415

    try:
        readable = open_home(home)
    except (DatabaseDamaged, DatabaseNewer, DatabaseOlder):
        readable = False  # perhaps that is why a backup is restored
    end_leftover_trees(home, readable=readable)
    close_store()


def _settle(
    file: Path, home: Home, staged: Path, told: Mapping[str, Any], lock: InstanceLock, *, take_over: bool
) -> Path | None:
    """Bring the staged store up to date, see that its key is here, begin its new epoch, put it in place."""
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.store.database import close_store, is_prepared, prepare_store  # noqa: PLC0415
    from agent.system.backups import put_in_place  # noqa: PLC0415

    new = Home(staged)
    if not is_prepared(new.database) or not is_prepared(new.evidence):
        raise BackupBroken(file=file.name, problem="it holds no ledger")
    try:
        prepare_store(new.database, new.evidence)
        if home_row.has_key():
            _note_restored(home, told)
        home_row.begin_again(told, at_terminal())
        if take_over:
            home_row.take_over(at_terminal())
    finally:
        close_store()
    return put_in_place(staged, home, lock)


def _note_restored(home: Home, told: Mapping[str, Any]) -> None:
    """Go on with the backup's audit chain; raises KeyLost if its key is not here and nobody has the code."""
    from agent.host.keys import Keys  # noqa: PLC0415
    from agent.store import audit  # noqa: PLC0415
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.system.seal import master_key  # noqa: PLC0415
    from agent.system.vault import open_vault  # noqa: PLC0415

    master: Key | None
    vault = open_vault(home)
    try:
        master = master_key(vault)
    except KeyLost:
        master = None
    if master is None or not home_row.is_key(master):
        master = _master_by_code(vault)
    audit.use(Keys(master).audit)
    audit.note_restored(at_terminal(), told, audit.witness(vault))


def _master_by_code(vault: Vault) -> Key:
    """Ask for the recovery code and put the key that it opens into this computer's keyring.

    Raises KeyLost when no code was saved or nobody is there to type it, WrongRecoveryCode.
    """
    from agent.host.recovery_code import master_by  # noqa: PLC0415
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.system.seal import put_master_key  # noqa: PLC0415

    typed = _typed_code() if home_row.recovery().get("wrapped") else None
    if not typed:
        raise KeyLost
    master = master_by(typed)
    if (aside := put_master_key(vault, master)) is not None:
        tell(texts.say("key_aside", {"name": aside}))
    return master


def _typed_code() -> str | None:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    answer: str = click.prompt(texts.say("ask_recovery_code"), err=True)
    return answer


def _note_whereabouts(home: Home, *, take_over: bool) -> None:
    """Let the keyring know the chain of the home that is here now, and that it was taken over."""
    from agent.host import auditing  # noqa: PLC0415
    from agent.store import home as home_row  # noqa: PLC0415

    if not open_home(home) or not home_row.has_key():
        return
    if take_over:
        auditing.note(home, at_terminal(), "taken_over", {})
    else:
        auditing.open_keys(home)
        auditing.keep_witness(home)


def _not_taken_over(told: Mapping[str, Any]) -> NotTakenOver:
    return NotTakenOver(made_at=told["made_at"], machine=told["machine"])


@click.group()
def home() -> None:
    """Say what only a person knows about this home."""


@home.command("take-over")
def take_over_home() -> int:
    """Say that the home of which this one is a copy is gone, and stays gone."""
    from agent.host import auditing  # noqa: PLC0415
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.system.bell import ring  # noqa: PLC0415

    found = find_home()
    if not open_home(found):
        raise Told("no_home", endings.WRONG_USAGE, home=found.root)
    if not home_row.take_over(at_terminal()):
        tell(texts.say("nothing_to_take_over"))
        return endings.DONE
    auditing.note(found, at_terminal(), "taken_over", {})
    ring(found.bell, "home")
    tell(texts.say("taken_over"))
    return endings.DONE
