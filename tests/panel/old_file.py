"""A panel's file as version 1 made it: another index, no zones, second factors in plain."""

from __future__ import annotations

from pathlib import Path

import apsw

_OLD = (
    "DROP TABLE line_text",
    "DROP TABLE run_text",
    "DROP TABLE word",
    "CREATE VIRTUAL TABLE line_text USING fts5(words, place, content='', contentless_delete=1,"
    " prefix='2 3', detail=column)",
    "CREATE VIRTUAL TABLE run_text USING fts5(words, place, prefix='2 3', detail=column)",
    "ALTER TABLE workstation DROP COLUMN zones",
    "ALTER TABLE workstation DROP COLUMN wire",
    "ALTER TABLE picture DROP COLUMN kind",
    "ALTER TABLE command DROP COLUMN candidates",
    "PRAGMA user_version = 1",
)


def make_old(file: Path, secret: str) -> None:
    """Turn today's file into an old one in which everybody with a second factor has this one."""
    connection = apsw.Connection(str(file))
    for statement in _OLD:
        connection.execute(statement)
    connection.execute("UPDATE person SET totp_secret = ? WHERE totp_secret IS NOT NULL", (secret,))
    connection.close()
