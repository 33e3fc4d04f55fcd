"""``sites``, ``sites set``, ``sites test``: where Predawn signs in, with whose password, and if it works."""

from __future__ import annotations

import sys
from typing import Any

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import Told
from agent.cli.person import at_terminal
from agent.cli.reading import open_home
from agent.cli.recovery_verbs import remind
from agent.cli.repair_verbs import repairs
from agent.core.failures import UnknownSite
from agent.system.paths import Home, find_home
from agent.system.settings import Settings, load_settings
from resources.i18n import texts


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def sites(ctx: click.Context, *, as_json: bool) -> None:
    """List the sites and who signs in there; “sites set NAME” stores an account's password."""
    if ctx.invoked_subcommand is not None:
        return
    home = find_home()
    found = _listed(home, load_settings(home))
    if as_json:
        print_json(found)
    elif not found:
        out(texts.say("no_sites"))
    else:
        rows = [
            (site["name"], site["title"], site["url"], site["office"], site["account"] or "", _standing(site))
            for site in found
        ]
        offices = {site["office"] for site in found}
        shown = [0, 1, 2, 4, 5] if len(offices) == 1 else range(6)  # who has one office sees nothing of it
        heads = [
            texts.say(f"head_{name}")
            for name in ("site", "title", "address", "office", "account", "standing")
        ]
        print_table([heads[place] for place in shown], [[row[place] for place in shown] for row in rows])


def _listed(home: Home, settings: Settings) -> list[dict[str, Any]]:
    from agent.faces import site_list  # noqa: PLC0415

    return site_list.listed(home, settings, prepared=open_home(home))


def _standing(site: dict[str, Any]) -> str:
    if not site["readable"]:
        return texts.say("book_unreadable")
    if site["locked"]:
        return texts.say("account_stopped")
    return texts.say("password_stored" if site["password_version"] else "password_wanted")


sites.add_command(repairs)


@sites.command(name="set")
@click.argument("name")
@click.option("--account", metavar="A", help="Who signs in (else: as stored, or as in the settings).")
@click.option("--office", help="Whose account it is, where there are several offices.")
@click.option("--from-stdin", is_flag=True, help="Read the password from standard input, one line.")
def set_password(name: str, *, account: str | None, office: str | None, from_stdin: bool) -> None:
    """Store an account and its password; the password goes to the keyring and nowhere else."""
    from agent.host import passwords  # noqa: PLC0415
    from agent.system.automations import site_folders  # noqa: PLC0415

    home = find_home()
    known = site_folders(home)
    if name not in known:
        raise UnknownSite(name=name, known=", ".join(known))
    settings = load_settings(home)
    whose = _office(office, settings)
    who = account or _known_account(home, settings, whose, name)
    if who is None and from_stdin:
        raise click.UsageError(texts.say("account_wanted"))
    who = who or click.prompt(texts.say("ask_account", {"site": name}), err=True)
    password = _from_stdin() if from_stdin else _prompted(who, name)
    passwords.store_password(home, whose, name, who, password, at_terminal())
    tell(texts.say("password_kept", {"site": name, "account": who}))
    remind(home)


@sites.command(name="test")
@click.argument("name")
@click.option("--office", help="Whose account it is, where there are several offices.")
def try_sign_in(name: str, *, office: str | None) -> None:
    """Try a sign-in at a site now, in the background; it counts as one of the tries that a password has."""
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.system.automations import site_folders  # noqa: PLC0415

    home = find_home()
    known = site_folders(home)
    if name not in known:
        raise UnknownSite(name=name, known=", ".join(known))
    wish = {"site": name, "office": _office(office, load_settings(home))}
    with host_at_work(home) as work:
        tell(texts.say("sign_in_in_work", {"site": name}))
        carry_out(work, "test_sign_in", wish)
    tell(texts.say("sign_in_good", {"site": name}))


@sites.command(name="codes")
@click.argument("name")
@click.option("--office", help="Whose account it is, where there are several offices.")
@click.option("--from-stdin", is_flag=True, help="Read the key from standard input, one line.")
@click.option("--remove", is_flag=True, help="Forget it.")
def set_codes(name: str, *, office: str | None, from_stdin: bool, remove: bool) -> None:
    """Store the key of a site's one-time codes, so that they are made here; it goes to the keyring only."""
    from agent.host import passwords  # noqa: PLC0415

    home = find_home()
    settings = load_settings(home)
    whose = _office(office, settings)
    who = _stored_account(home, whose, name)
    if remove:
        passwords.forget_seed(home, whose, name, who, at_terminal())
        tell(texts.say("seed_gone", {"site": name, "account": who}))
        return
    if from_stdin:
        seed = sys.stdin.readline()
    else:
        seed = click.prompt(texts.say("ask_seed", {"site": name}), hide_input=True, err=True)
    passwords.store_seed(home, whose, name, who, seed, at_terminal())
    tell(texts.say("seed_kept", {"site": name, "account": who}))


def _stored_account(home: Home, office: str, site: str) -> str:
    from agent.store import accounts  # noqa: PLC0415

    stored = accounts.find(office, site) if open_home(home) else None
    if stored is None:
        raise Told("account_first", endings.WRONG_USAGE, site=site)
    return str(stored.name)


def _office(wanted: str | None, settings: Settings) -> str:
    if wanted is None and len(settings.offices) == 1:
        return next(iter(settings.offices))
    if wanted is None or wanted not in settings.offices:
        raise click.UsageError(texts.say("office_wanted", {"offices": ", ".join(settings.offices)}))
    return wanted


def _known_account(home: Home, settings: Settings, office: str, site: str) -> str | None:
    from agent.store import accounts  # noqa: PLC0415

    stored = accounts.find(office, site) if open_home(home) else None
    own = settings.sites.get(site)
    return stored.name if stored else (own.account if own else None)


def _from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.UsageError(texts.say("password_empty"))
    return password


def _prompted(account: str, site: str) -> str:
    told = texts.say("ask_password", {"account": account, "site": site})
    answer: str = click.prompt(told, hide_input=True, confirmation_prompt=True, err=True)
    return answer
