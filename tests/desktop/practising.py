"""A home on the practice systems, as the demo makes it, with the clinic's sync on its schedule."""

from __future__ import annotations

import json

from agent.cli.practice_verb import address, houses
from agent.store import accounts
from agent.store.database import close_store, prepare_store
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault
from resources.practice.server import Practice


def practise(home: Home, practice: Practice, *, zone: str = "UTC", language: str = "en") -> None:
    """Make the home ready to work on running practice systems."""
    home.mark_demo()
    home.prepare()
    lines = [
        f'[offices.main]\nzone = "{zone}"\nautomations = ["clinic-morning-sync"]\n',
        f'[window]\nlanguage = "{language}"\n',
    ]
    for house in houses():
        url = json.dumps(address(practice, house))
        lines.append(f"[sites.{house.site}]\nurl = {url}\naccount = {json.dumps(house.user)}\n")
    home.settings.write_text("\n".join(lines), encoding="utf-8")
    prepare_store(home.database, home.evidence)
    for house in houses():
        version = Passwords(open_vault(home)).set("main", house.site, house.user, house.password)
        accounts.set_account("main", house.site, house.user, version)
    close_store()
