"""Accounts: who signs in where, how many tries failed, and the stored session. Passwords are in the vault."""

from __future__ import annotations

from agent.core.failures import AccountLocked
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.tables import AccountRow

MOST_TRIES = 2
"""Sign-in tries per password version, whoever tries: no site locks an account after two (DESIGN.md, 7)."""

_STEPS_AHEAD = 10  # five minutes of a wrong clock


def find(office: str, site: str) -> AccountRow | None:
    """Return the account that signs in at a site for an office, or None."""
    found: AccountRow | None = AccountRow.get_or_none(
        (AccountRow.office == office) & (AccountRow.site == site)
    )
    return found


def stored() -> list[AccountRow]:
    """Return every account of this home, by site and office."""
    return list(AccountRow.select().order_by(AccountRow.site, AccountRow.office))


def set_account(office: str, site: str, name: str, password_version: int) -> None:
    """Store who signs in, under which password version; the count of tries and the session begin anew."""
    with transaction():
        AccountRow.insert(
            office=office,
            site=site,
            name=name,
            kind="robot",
            password_version=password_version,
            changed_at=utc_now(),
        ).on_conflict(
            conflict_target=(AccountRow.office, AccountRow.site),
            update={
                AccountRow.name: name,
                AccountRow.password_version: password_version,
                AccountRow.tries: 0,
                AccountRow.session: None,
                AccountRow.changed_at: utc_now(),
            },
        ).execute()


def count_try(lease: Lease, office: str, site: str) -> None:
    """Commit that a password is about to be typed; raises AccountLocked beyond two tries, FenceLost."""
    with lease.transaction():
        account = AccountRow.get((AccountRow.office == office) & (AccountRow.site == site))
        if account.tries >= MOST_TRIES:
            raise AccountLocked(site=site, account=account.name)
        AccountRow.update(tries=AccountRow.tries + 1).where(AccountRow.id == account.id).execute()


def lock(lease: Lease, office: str, site: str) -> None:
    """The site says that the account is locked: nobody tries again with this password. Raises FenceLost."""
    with lease.transaction():
        AccountRow.update(tries=MOST_TRIES).where(
            (AccountRow.office == office) & (AccountRow.site == site)
        ).execute()


def uncount_try(lease: Lease, office: str, site: str) -> None:
    """Take a try back: the site never answered it, so it was no refusal. Raises FenceLost."""
    with lease.transaction():
        AccountRow.update(tries=AccountRow.tries - 1).where(
            (AccountRow.office == office) & (AccountRow.site == site) & (AccountRow.tries > 0)
        ).execute()


def take_step(lease: Lease, office: str, site: str, step: int) -> bool:
    """Claim a time step for one code, over all workers: False if its code was typed before. Raises FenceLost.

    A step far ahead is of a clock that was wrong, and holds nobody up.
    """
    with lease.transaction():
        return bool(
            AccountRow.update(code_step=step)
            .where(
                (AccountRow.office == office)
                & (AccountRow.site == site)
                & (
                    AccountRow.code_step.is_null()
                    | (AccountRow.code_step < step)
                    | (AccountRow.code_step > step + _STEPS_AHEAD)
                )
            )
            .execute()
        )


def signed_in(lease: Lease, office: str, site: str, session: bytes) -> None:
    """The site took the password: the count begins anew, and the sealed session is kept."""
    with lease.transaction():
        AccountRow.update(tries=0, session=session).where(
            (AccountRow.office == office) & (AccountRow.site == site)
        ).execute()
