"""The second factors' key and secrets when the panel starts: none lies open, and all can be opened."""

from __future__ import annotations

from pathlib import Path

from ui.panel.server import sealing
from ui.panel.server.config import PanelSettingsError
from ui.panel.server.tables import people
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import PANEL, PersonRow


def make_ready(key_file: Path, *, forget: bool) -> None:
    """Take the key, seal what an older version left open, and see that what is sealed opens.

    ``forget``: the key is lost, so all second factors are taken away; their people set up new ones when they
    sign in. Raises PanelSettingsError.
    """
    if forget:
        write(people.forget_second_factors)
    rows = people.with_second_factor()
    sealing.use(key_file, make=not any(sealing.is_sealed(text) for row in rows for text in _secrets(row)))
    still_open = [row for row in rows if not all(map(sealing.is_sealed, _secrets(row)))]
    if still_open:
        write(lambda: _seal(still_open))
        # What a row held before may still stand in the file's free places, and in the log that is beside it.
        PANEL.execute_sql("VACUUM")
        PANEL.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for row in people.with_second_factor():
        try:
            for text in _secrets(row):
                sealing.opened(row.id, text)
        except sealing.SealBrokenError as error:
            raise PanelSettingsError(
                f"{key_file} is not the key that the second factors were sealed with. {sealing.WAY_ON}"
            ) from error


def _secrets(row: PersonRow) -> list[str]:
    return [text for text in (row.totp_secret, row.totp_pending) if text is not None]


def _seal(rows: list[PersonRow]) -> None:
    for row in rows:
        sealed = {
            name: sealing.seal(row.id, text)
            for name in ("totp_secret", "totp_pending")
            if (text := getattr(row, name)) is not None and not sealing.is_sealed(text)
        }
        people.change(row.id, **sealed)
