"""The panel's tables. Moments are ``*_at`` in UTC; ``rev`` is the panel's own counter of changes.

What workstations told: workstation, stream, run, line, review, duty, owned, picture. What people did here:
person, grant, session, throttle, code, command, comment, audit, setting, notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from ui.panel.server.tables.fields import DayField, JsonField, UtcField

PANEL = DatabaseProxy()


class _Row(Model):
    class Meta:
        database = PANEL
        legacy_table_names = False


# ── people ────────────────────────────────────────────────────────────────────────────────────────────
class PersonRow(_Row):
    """Somebody who may sign in. Without a password hash the person is still only invited."""

    id = AutoField()
    login = CharField(unique=True)
    name = CharField()
    password_hash = CharField(null=True)
    totp_secret = CharField(null=True)  # sealed (ui.panel.server.sealing), and so is the next
    totp_pending = CharField(null=True)  # shown, not confirmed yet
    totp_step = IntegerField(null=True)  # of the last code that was taken: none is taken twice
    disabled = BooleanField(default=False)
    invite_hash = CharField(null=True, unique=True)
    invite_expires_at = UtcField(null=True)
    created_at = UtcField()
    seen_at = UtcField(null=True)

    class Meta:
        table_name = "person"


class GrantRow(_Row):
    """What a person may do at an office (``*``: at all of them)."""

    if TYPE_CHECKING:  # peewee adds these to each foreign key; its stubs don't know
        person_id: int

    id = AutoField()
    person = ForeignKeyField(PersonRow, on_delete="CASCADE")
    office = CharField()
    role = CharField()

    class Meta:
        table_name = "grant"
        indexes: ClassVar = ((("person", "office"), True),)


class SessionRow(_Row):
    """A browser that is signed in; the token itself is only in its cookie."""

    if TYPE_CHECKING:
        person_id: int

    id = AutoField()
    token_hash = CharField(unique=True)
    person = ForeignKeyField(PersonRow, on_delete="CASCADE")
    csrf = CharField()
    made_at = UtcField()
    seen_at = UtcField()
    expires_at = UtcField()

    class Meta:
        table_name = "session"


class ThrottleRow(_Row):
    """How often something was tried in vain, for one login or from one address."""

    id = AutoField()
    key = CharField(unique=True)
    tries = IntegerField()
    until_at = UtcField()
    last_at = UtcField()

    class Meta:
        table_name = "throttle"


class AuditRow(_Row):
    """Who did what at the panel."""

    id = AutoField()
    at = UtcField()
    person = IntegerField(null=True)
    who = CharField()
    office = CharField(null=True, index=True)
    verb = CharField()
    params = JsonField()
    outcome = CharField()
    text = TextField()  # what a search finds

    class Meta:
        table_name = "audit"


class SettingRow(_Row):
    """One setting of the panel's."""

    key = CharField(primary_key=True)
    value = JsonField()

    class Meta:
        table_name = "setting"


# ── workstations ──────────────────────────────────────────────────────────────────────────────────────
class WorkstationRow(_Row):
    """An agent that was enrolled; its tokens are known by their hashes."""

    id = AutoField()
    name = CharField()
    office = CharField(index=True)
    machine = CharField()
    agent_version = CharField()
    home = CharField()
    token_hash = CharField(unique=True)
    next_hash = CharField(null=True, unique=True)  # made, not used yet
    token_at = UtcField()
    enrolled_at = UtcField()
    enrolled_by = CharField()
    seen_at = UtcField(null=True)
    revoked_at = UtcField(null=True)
    site_words = BooleanField(default=False)
    pictures = BooleanField(default=False)
    zones = JsonField(default=dict)  # its offices, by the names they have there, and their IANA zones
    wire = IntegerField(default=1)  # the version that it speaks
    audit_count = IntegerField(null=True)
    audit_head = CharField(null=True)
    audit_at = UtcField(null=True)
    audit_problem = JsonField(null=True)
    rev = IntegerField(index=True)

    class Meta:
        table_name = "workstation"


class CodeRow(_Row):
    """A one-time enrolment code."""

    id = AutoField()
    code_hash = CharField(unique=True)
    office = CharField()
    name = CharField()
    by = CharField()
    expires_at = UtcField()
    used_at = UtcField(null=True)

    class Meta:
        table_name = "code"


class StreamRow(_Row):
    """How far the panel is in one of a workstation's streams; the newest has the highest id."""

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    name = CharField()
    through = BigIntegerField()

    class Meta:
        table_name = "stream"
        indexes: ClassVar = ((("workstation", "name"), True),)


class OwnedRow(_Row):
    """An automation that a workstation has; ``upcoming`` are its next starts with their deadlines."""

    if TYPE_CHECKING:
        workstation_id: int

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    automation = CharField()
    place = CharField()
    title = CharField()
    scheduled = BooleanField()
    paused_by = CharField(null=True)
    upcoming = JsonField()

    class Meta:
        table_name = "owned"
        indexes: ClassVar = ((("workstation", "automation", "place"), True),)


# ── what workstations told ────────────────────────────────────────────────────────────────────────────
class RunRow(_Row):
    """A run as last told: ``stream`` and ``seq`` say when, so that what is older never wins."""

    if TYPE_CHECKING:
        workstation_id: int

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    run = CharField()
    stream = IntegerField()
    seq = BigIntegerField()
    automation = CharField()
    title = CharField()
    place = CharField()
    business_date = DayField(index=True)
    state = CharField()
    created_at = UtcField()
    ended_at = UtcField(null=True)
    deadline_at = UtcField(null=True)
    order = BigIntegerField(index=True)  # newest first, each its own: what pages go by
    told = JsonField()  # all of it, as agent.sync.wire.RunTold
    words = TextField()  # what a search finds
    looked_at = UtcField(null=True)  # when somebody first opened it since it rests
    rev = IntegerField(index=True)

    class Meta:
        table_name = "run"
        indexes: ClassVar = (
            (("workstation", "run"), True),
            (("workstation", "automation", "order"), False),
            (("state", "order"), False),
        )


class LineRow(_Row):
    """One thing that happened. The id is made of its moment, so that newest first is by id alone."""

    id = BigIntegerField(primary_key=True)
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    run = CharField(null=True)
    at = UtcField()
    kind = CharField()
    code = CharField()
    title = CharField()
    words = TextField()
    sign = CharField()

    if TYPE_CHECKING:
        workstation_id: int

    class Meta:
        table_name = "line"
        indexes: ClassVar = ((("workstation", "run", "id"), False),)


class ReviewRow(_Row):
    """A question for a person, as last told, with what people here said beside it."""

    if TYPE_CHECKING:
        workstation_id: int
        assignee_id: int | None

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    stream = IntegerField()
    item = IntegerField()
    seq = BigIntegerField()
    run = CharField()
    told = JsonField()
    open = BooleanField(index=True)
    created_at = UtcField()
    answered_at = UtcField(null=True)
    assignee = ForeignKeyField(PersonRow, null=True, on_delete="SET NULL")
    rev = IntegerField(index=True)

    class Meta:
        table_name = "review"
        indexes: ClassVar = (
            (("workstation", "stream", "item"), True),
            (("workstation", "run"), False),
        )


class CommentRow(_Row):
    """What somebody wrote beside a question."""

    if TYPE_CHECKING:
        review_id: int

    id = AutoField()
    review = ForeignKeyField(ReviewRow, on_delete="CASCADE")
    by = CharField()
    at = UtcField()
    text = TextField()

    class Meta:
        table_name = "comment"


class DutyRow(_Row):
    """What became of one business day's duty, as last told."""

    if TYPE_CHECKING:
        workstation_id: int

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    automation = CharField()
    place = CharField()
    business_date = DayField()
    slot = CharField()
    stream = IntegerField()
    seq = BigIntegerField()
    due_at = UtcField()
    deadline_at = UtcField(index=True)
    outcome = CharField()
    reason = JsonField(null=True)
    run = CharField(null=True)
    rev = IntegerField()

    class Meta:
        table_name = "duty"
        indexes: ClassVar = ((("workstation", "automation", "place", "business_date", "slot"), True),)


class PictureRow(_Row):
    """A masked picture of a failure; its bytes are a file named by their hash."""

    if TYPE_CHECKING:
        workstation_id: int

    id = AutoField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    ident = CharField()  # at the workstation
    run = CharField()
    task = CharField(null=True)
    kind = CharField(default="failure")  # or before: the page when all was well
    media_type = CharField()
    sha256 = CharField()
    created_at = UtcField()
    kept_until = UtcField(index=True)

    class Meta:
        table_name = "picture"
        indexes: ClassVar = ((("workstation", "ident"), True), (("workstation", "run"), False))


# ── what people want of workstations ──────────────────────────────────────────────────────────────────
class CommandRow(_Row):
    """A wish for a workstation: a verb and known ids. ``ident`` is what the workstation knows it by."""

    if TYPE_CHECKING:
        workstation_id: int
        review_id: int | None

    id = AutoField()
    ident = CharField(unique=True)
    nonce = CharField()
    person = IntegerField()
    by = CharField()
    workstation = ForeignKeyField(WorkstationRow, on_delete="CASCADE")
    verb = CharField()
    automation = CharField(null=True)
    run = CharField(null=True)
    review = ForeignKeyField(ReviewRow, null=True, on_delete="CASCADE")
    version = IntegerField(null=True)  # of the question, as the person saw it
    answer = CharField(null=True)
    candidates = JsonField(default=list)  # the numbers of those chosen, for accept_repair
    state = CharField(index=True)
    given_at = UtcField()
    expires_at = UtcField()
    delivered_at = UtcField(null=True)
    ended_at = UtcField(null=True)
    reason = JsonField(null=True)

    class Meta:
        table_name = "command"
        indexes: ClassVar = ((("person", "nonce"), False), (("workstation", "state"), False))


class NoticeRow(_Row):
    """One thing that people were told by the panel; a cause is told once."""

    id = AutoField()
    cause = CharField(unique=True)
    event = CharField()
    tries = IntegerField()
    problem = CharField(null=True)
    made_at = UtcField()
    told_at = UtcField(null=True)

    class Meta:
        table_name = "notice"


TABLES = (
    PersonRow,
    GrantRow,
    SessionRow,
    ThrottleRow,
    AuditRow,
    SettingRow,
    WorkstationRow,
    CodeRow,
    StreamRow,
    OwnedRow,
    RunRow,
    LineRow,
    ReviewRow,
    CommentRow,
    DutyRow,
    PictureRow,
    CommandRow,
    NoticeRow,
)

LONGEST_BEGINNING = 5
"""So many letters of a word's beginning the full-text index has ready (see :mod:`.index`)."""

_BEGINNINGS = " ".join(str(letters) for letters in range(1, LONGEST_BEGINNING + 1))
_WORDS = f"fts5(words, place, content='', contentless_delete=1, prefix='{_BEGINNINGS}', detail=column)"

INDEX = (
    # Which workstation, office and run stand in the index too: a filter never leaves it (GROUND.md).
    f"CREATE VIRTUAL TABLE IF NOT EXISTS line_text USING {_WORDS}",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS run_text USING {_WORDS}",
    "CREATE TABLE IF NOT EXISTS word(text TEXT PRIMARY KEY) WITHOUT ROWID",
)
