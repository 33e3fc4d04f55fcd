"""When this computer would have to wake up for what is scheduled."""

from __future__ import annotations

from agent.host.enrolment import look_once
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home
from agent.system.power_wakeup import Wakeup, before_run
from agent.system.settings import load_settings


def wakeups(home: Home) -> list[Wakeup]:
    """Return the wake-ups for everything that is scheduled, each once; none where nothing ever ran.

    Describes every automation, which takes a second. Raises what opening the store and the settings raises.
    """
    if not is_prepared(home.database):
        return []
    open_store(home.database, home.evidence)
    scheduled, _others = look_once(home, load_settings(home))
    found: set[Wakeup] = set()
    for one in scheduled:
        schedule = one.rules.schedule
        found.update(before_run(at, schedule.weekdays, one.zone) for at in schedule.times)
    return sorted(found, key=lambda one: (one.zone, one.at, sorted(one.weekdays)))
