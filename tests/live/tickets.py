"""What Request Tracker really holds, read from its SQLite file, past its screens and past Predawn."""

import base64
import html
import quopri
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

BUSY_SECONDS = 10

TICKETS = """
SELECT Tickets.id, Queues.Name, Tickets.Subject, Tickets.Status, Users.Name, Tickets.Created
FROM Tickets JOIN Queues ON Queues.id = Tickets.Queue JOIN Users ON Users.id = Tickets.Creator
WHERE Tickets.Type = 'ticket' ORDER BY Tickets.id
"""
FIELDS = """
SELECT ObjectCustomFieldValues.ObjectId, CustomFields.Name, coalesce(LargeContent, Content)
FROM ObjectCustomFieldValues JOIN CustomFields ON CustomFields.id = ObjectCustomFieldValues.CustomField
WHERE ObjectType = 'RT::Ticket' AND ObjectCustomFieldValues.Disabled = 0
"""
MESSAGES = """
SELECT Transactions.ObjectId, Attachments.ContentEncoding, Attachments.Content
FROM Attachments JOIN Transactions ON Transactions.id = Attachments.TransactionId
WHERE Transactions.ObjectType = 'RT::Ticket' AND Transactions.Type = 'Create'
  AND Attachments.Content IS NOT NULL
"""
CHANGES = """
SELECT ObjectId, count(*) FROM Transactions
WHERE ObjectType = 'RT::Ticket' AND Type NOT IN ('Create', 'EmailRecord', 'CommentEmailRecord')
GROUP BY ObjectId
"""


@dataclass(frozen=True)
class Ticket:
    """A ticket as stored.

    `created` is in UTC. `fields` are the custom fields as text, dates as YYYY-MM-DD; a field left empty is
    absent. `message` is the first message's text without its mark-up; `changes` counts what was done to the
    ticket afterwards.
    """

    number: int
    queue: str
    subject: str
    status: str
    creator: str
    created: datetime
    fields: Mapping[str, str]
    message: str
    changes: int


def read_tickets(database: Path) -> list[Ticket]:
    """All tickets in all queues, oldest first; waits up to 10 seconds for a writer."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as connection:
        connection.execute("BEGIN")  # one look at one moment, though there are four questions
        tickets = connection.execute(TICKETS).fetchall()
        fields = _by_ticket(connection.execute(FIELDS))
        messages = {
            number: _text(_decoded(encoding, content))
            for number, encoding, content in connection.execute(MESSAGES)
        }
        changes = dict(connection.execute(CHANGES).fetchall())
    return [
        Ticket(
            number,
            queue,
            subject,
            status,
            creator,
            datetime.fromisoformat(created).replace(tzinfo=UTC),
            fields.get(number, {}),
            messages.get(number, ""),
            changes.get(number, 0),
        )
        for number, queue, subject, status, creator, created in tickets
    ]


def _by_ticket(rows: Iterable[tuple[int, str, str]]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for number, name, value in rows:
        found.setdefault(number, {})[name] = value
    return found


def _decoded(encoding: str | None, content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    if encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    elif encoding == "base64":
        raw = base64.b64decode(raw)
    return raw.decode("utf-8")


def _text(markup: str) -> str:
    """The words of an editor's HTML: lines as a person sees them, without empty ones."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", markup))
    return "\n".join(line.strip() for line in plain.splitlines() if line.strip())
