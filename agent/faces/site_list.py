"""Every site and who signs in there, as faces list them."""

from __future__ import annotations

from typing import Any

from agent.store import accounts, site_history
from agent.store.queries import moment
from agent.system.automations import site_folders
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.site_books import SiteBook, site_book


def listed(home: Home, settings: Settings, *, prepared: bool) -> list[dict[str, Any]]:
    """Return each site for each office; ``prepared``: the home has a store, and it is open."""
    books = [site_book(name, folder) for name, folder in site_folders(home).items()]
    used = {office: site_history.last_used(office) if prepared else {} for office in settings.offices}
    return [
        {**_site(book, office, settings, prepared=prepared), "used_at": moment(used[office].get(book.name))}
        for book in books
        for office in settings.offices
    ]


def _site(book: SiteBook, office: str, settings: Settings, *, prepared: bool) -> dict[str, Any]:
    own = settings.sites.get(book.name)
    account = accounts.find(office, book.name) if prepared else None
    return {
        "name": book.name,
        "title": book.title,
        "url": (own.url if own else None) or book.url,
        "office": office,
        "account": account.name if account else (own.account if own else None),
        "password_version": account.password_version if account else None,
        "password_set_at": moment(account.changed_at) if account else None,
        "signed_in": bool(account and account.session is not None),
        "tries": account.tries if account else 0,
        "locked": bool(account and account.tries >= accounts.MOST_TRIES),
        "readable": book.readable,
    }
