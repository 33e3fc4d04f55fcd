"""The outbox is filled by triggers: in the transaction of the change itself, whoever makes the change.

So no worker, host or face can forget to tell, and nothing is told that was not committed. While the home is
enrolled at no panel they do nothing. What happens often and matters only as it stands (records counted, a
step's progress) leaves at most one unread row a run. Beside :mod:`agent.store.database` this is the only file
with SQL that only SQLite knows (docs/decisions/0015).
"""

from __future__ import annotations

from agent.store.tables import LEDGER

_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
_ENROLLED = "EXISTS (SELECT 1 FROM panel)"


def _line(kind: str, subject: str, code: str, params: str) -> str:
    """Note what happened. All four are pieces of this file, nothing of anybody's."""
    values = ", ".join((f"'{kind}'", subject, code, params, _NOW))
    return f"INSERT INTO outbox(kind, subject, code, params, at) VALUES ({values});"


def _mark(kind: str, subject: str) -> str:
    """Say that the subject stands otherwise, unless a row that nobody has read yet says so."""
    unread = f"kind = '{kind}' AND subject = {subject} AND id > (SELECT taken FROM panel LIMIT 1)"
    told = f"EXISTS (SELECT 1 FROM outbox WHERE {unread})"
    return f"INSERT INTO outbox(kind, subject, at) SELECT '{kind}', {subject}, {_NOW} WHERE NOT {told};"


_RUN_REASON = "json_object('reason', json(NEW.reason))"
_TASK = "json_object('task', NEW.name, 'failure', json(NEW.failure))"
_STEP = "json_set(coalesce(json_extract(NEW.step, '$.params'), '{}'), '$.task', NEW.name)"
_STEP_CODE = "json_extract(NEW.step, '$.code')"

_TRIGGERS = {
    "run_made": ("INSERT ON run", "", _line("run", "NEW.id", "NEW.state", _RUN_REASON)),
    "run_moved": (
        "UPDATE OF state, reason ON run",
        "(NEW.state <> OLD.state OR NEW.reason IS NOT OLD.reason)",
        _line("run", "NEW.id", "NEW.state", _RUN_REASON),
    ),
    "run_counted": (
        "UPDATE OF totals, options ON run",
        "(NEW.totals IS NOT OLD.totals OR NEW.options IS NOT OLD.options)",
        _mark("run", "NEW.id"),
    ),
    "task_moved": (
        "UPDATE OF state ON task",
        "NEW.state <> OLD.state",
        _line("task", "NEW.run_id", "NEW.state", _TASK),
    ),
    "task_began_step": (
        "UPDATE OF step ON task",
        f"NEW.step IS NOT NULL AND {_STEP_CODE} IS NOT json_extract(OLD.step, '$.code')",
        _line("step", "NEW.run_id", _STEP_CODE, _STEP),
    ),
    "task_went_on": (
        "UPDATE OF step ON task",
        f"NEW.step IS NOT NULL AND {_STEP_CODE} IS json_extract(OLD.step, '$.code')",
        _mark("run", "NEW.run_id"),
    ),
    "record_made": ("INSERT ON record", "", _mark("run", "NEW.run_id")),
    "record_moved": ("UPDATE OF state ON record", "NEW.state <> OLD.state", _mark("run", "NEW.run_id")),
    "review_asked": ("INSERT ON review", "", _line("review", "NEW.id", "'asked'", "NULL")),
    "review_answered": (
        "UPDATE OF answer ON review",
        "NEW.answer IS NOT OLD.answer AND NEW.answer IS NOT NULL",
        _line("review", "NEW.id", "'answered'", "NULL"),
    ),
    "picture_taken": (
        "INSERT ON evidence",
        "NEW.kind = 'screenshot'",
        _line("picture", "NEW.id", "NULL", "NULL"),
    ),
    "duty_stated": ("INSERT ON occurrence", "", _line("duty", "NEW.id", "NEW.outcome", "NULL")),
    "duty_moved": (
        "UPDATE ON occurrence",
        "(NEW.outcome <> OLD.outcome OR NEW.reason IS NOT OLD.reason OR NEW.run_id IS NOT OLD.run_id"
        " OR NEW.business_date <> OLD.business_date)",
        _line("duty", "NEW.id", "NEW.outcome", "NULL"),
    ),
    "command_ended": (
        "UPDATE OF state ON command",
        "NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM panel_command WHERE command = NEW.id)",
        _line("command", "NEW.id", "NEW.state", "NULL"),
    ),
}


def make() -> None:
    """Make the triggers as this version has them; inside a transaction."""
    remove()
    for name, (event, condition, action) in _TRIGGERS.items():
        when = f"{_ENROLLED} AND {condition}" if condition else _ENROLLED
        LEDGER.execute_sql(f"CREATE TRIGGER outbox_{name} AFTER {event} WHEN {when} BEGIN {action} END")


def remove() -> None:
    """Remove every trigger of the outbox, those of other versions too."""
    found = LEDGER.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        if name.startswith("outbox_"):
            LEDGER.execute_sql(f'DROP TRIGGER "{name}"')
