"""The tables. Two files: the ledger (small, precious) and the evidence (large, may be shredded).

Moments are ``*_at`` in UTC, durations ``*_seconds``. Sealed columns hold AES-256-GCM under the run's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from peewee import (
    AutoField,
    BlobField,
    CharField,
    Check,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from agent.store.fields import DayField, JsonField, UtcField

LEDGER = DatabaseProxy()
EVIDENCE = DatabaseProxy()


class _Row(Model):
    class Meta:
        database = LEDGER
        legacy_table_names = False


class HomeRow(_Row):
    """Which home this ledger belongs to; the epoch rises with each restore."""

    id = AutoField()
    home_id = CharField()
    epoch = IntegerField()
    key_check = CharField(null=True)  # a keyed hash by which the master key is known again
    created_at = UtcField()
    restored = JsonField(null=True)  # when, from which backup; and who said that the other home is gone
    recovery = JsonField(null=True)  # the master key, wrapped by the recovery code; or who accepted the loss

    class Meta:
        table_name = "home"


class AccountRow(_Row):
    """Who signs in at a site; the password itself is in the vault under this version."""

    id = AutoField()
    office = CharField()
    site = CharField()
    name = CharField()
    kind = CharField()
    password_version = IntegerField()
    tries = IntegerField(default=0)  # unsuccessful ones in a row, for this password version
    session = BlobField(null=True)  # sealed: cookies, local and session storage
    changed_at = UtcField()
    code_step = IntegerField(null=True)  # the last time step whose one-time code was typed

    class Meta:
        table_name = "account"
        indexes: ClassVar = ((("office", "site"), True),)


class RunRow(_Row):
    """One execution; ``fence`` rises with each worker, so that an orphan's writes are refused."""

    id = CharField(primary_key=True)
    automation = CharField(index=True)
    title = CharField()
    office = CharField()
    business_date = DayField()
    period_first = DayField()
    period_last = DayField()
    slot = CharField()
    state = CharField(index=True)
    reason = JsonField(null=True)  # a failure's code and params, or why it waits
    fence = IntegerField(default=0)
    recoveries = IntegerField(default=0)
    folder = TextField()
    options = JsonField()
    manifest = JsonField()
    versions = JsonField()
    totals = JsonField(null=True)
    actor = JsonField()
    sealed_key = BlobField()
    tree = JsonField(null=True)  # the worker's process: pid, start time, mark
    created_at = UtcField()
    started_at = UtcField(null=True)
    ended_at = UtcField(null=True)

    class Meta:
        table_name = "run"
        indexes: ClassVar = (
            (("created_at", "id"), False),
            (("automation", "created_at", "id"), False),
            (("state", "created_at", "id"), False),
        )


class TaskRow(_Row):
    """One function of the automation in a run."""

    if TYPE_CHECKING:
        run_id: str

    id = AutoField()
    run = ForeignKeyField(RunRow, backref="tasks", on_delete="CASCADE")
    position = IntegerField()
    name = CharField()
    kind = CharField()
    site = CharField(null=True)
    inputs = JsonField()
    state = CharField()
    attempts = IntegerField(default=0)
    progress = IntegerField(default=0)  # records delivered when attempts were last counted
    failure = JsonField(null=True)
    step = JsonField(null=True)  # what the worker is doing: code, params, since
    checkpoint = BlobField(null=True)
    not_before_at = UtcField(null=True)
    started_at = UtcField(null=True)
    ended_at = UtcField(null=True)
    workers = JsonField(null=True)  # from which fence on: machine, account and versions; see lineage.py

    class Meta:
        table_name = "task"
        indexes: ClassVar = ((("run", "name"), True),)


class RecordRow(_Row):
    """One record of one run and what became of it."""

    if TYPE_CHECKING:  # peewee adds these to each foreign key; its stubs don't know
        run_id: str
        task_id: int

    id = AutoField()
    run = ForeignKeyField(RunRow, backref="records", on_delete="CASCADE")
    task = ForeignKeyField(TaskRow, on_delete="CASCADE")
    ordinal = IntegerField()
    site = CharField()
    office = CharField()
    record_type = CharField()
    key_hash = CharField(index=True)
    copy = IntegerField(default=0)
    payload_hash = CharField()
    payload = BlobField()
    state = CharField()
    attempts = IntegerField(default=0)
    absences = IntegerField(default=0)  # believed look-ups in a row that found nothing
    confirmation = CharField(null=True)
    page_hash = CharField(null=True)
    read_back = JsonField(null=True)  # the fields that the site showed, all equal
    reason = JsonField(null=True)
    actor = JsonField(null=True)  # who settled it, when a person did
    intended_at = UtcField(null=True)
    confirmed_at = UtcField(null=True)
    verified_at = UtcField(null=True)
    picture = CharField(null=True)  # evidence of the site's answer, where it is kept; no foreign key

    class Meta:
        table_name = "record"
        indexes: ClassVar = ((("task", "ordinal"), True), (("run", "state"), False))


class LedgerKeyRow(_Row):
    """Each business key once, over all runs of all automations: the record that holds it now."""

    id = AutoField()
    site = CharField()
    office = CharField()
    record_type = CharField()
    key_hash = CharField()
    copy = IntegerField()
    record = ForeignKeyField(RecordRow, on_delete="RESTRICT")

    class Meta:
        table_name = "ledger_key"
        indexes: ClassVar = ((("site", "office", "record_type", "key_hash", "copy"), True),)


class AttemptRow(_Row):
    """One commit click for a record: under which fence, when, and what was learned."""

    id = AutoField()
    record = ForeignKeyField(RecordRow, backref="tries", on_delete="CASCADE")
    fence = IntegerField()
    payload_hash = CharField()
    outcome = CharField(null=True)
    intended_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        table_name = "attempt"


class LeftOutRow(_Row):
    """A source row that became no record, with its address and the reason the automation gave."""

    id = AutoField()
    run = ForeignKeyField(RunRow, on_delete="CASCADE")
    task = ForeignKeyField(TaskRow, on_delete="CASCADE")
    address = TextField()
    reason = TextField()

    class Meta:
        table_name = "left_out"


class TrustRow(_Row):
    """In which epoch of the home a destination's records have all been looked at once."""

    id = AutoField()
    site = CharField()
    office = CharField()
    record_type = CharField()
    epoch = IntegerField()

    class Meta:
        table_name = "trust"
        indexes: ClassVar = ((("site", "office", "record_type", "epoch"), True),)


class EvidenceRow(_Row):
    """Proof: the sealed bytes are in the other file, committed before this row."""

    if TYPE_CHECKING:
        run_id: str
        task_id: int | None

    id = CharField(primary_key=True)
    run = ForeignKeyField(RunRow, backref="evidence", on_delete="CASCADE")
    task = ForeignKeyField(TaskRow, null=True, on_delete="CASCADE")
    kind = CharField()  # download, screenshot
    name = TextField()
    media_type = CharField()
    sha256 = CharField()
    size = IntegerField()
    created_at = UtcField()
    removed = JsonField(null=True)  # when its bytes were removed, and by which rule

    class Meta:
        table_name = "evidence"


class ReviewRow(_Row):
    """One question for a person, with the answers it takes."""

    if TYPE_CHECKING:
        run_id: str
        task_id: int | None
        record_id: int | None

    id = AutoField()
    run = ForeignKeyField(RunRow, backref="reviews", on_delete="CASCADE")
    task = ForeignKeyField(TaskRow, null=True, on_delete="CASCADE")
    record = ForeignKeyField(RecordRow, null=True, on_delete="CASCADE")
    question = CharField()
    params = JsonField()
    answers = JsonField()
    answer = CharField(null=True)
    actor = JsonField(null=True)
    created_at = UtcField()
    answered_at = UtcField(null=True)
    version = IntegerField(default=1)  # rises when the question changes; an answer names the one it saw
    cause = TextField(null=True)  # open questions of one cause are one question
    given = JsonField(null=True)  # what came with the answer: a reason, a hash, a password's version

    class Meta:
        table_name = "review"


class CommandRow(_Row):
    """Somebody's wish: one path for window, command line, panel and schedule. Never holds a secret."""

    id = AutoField()
    verb = CharField()
    args = JsonField()
    actor = JsonField()
    state = CharField(index=True)  # waiting, done, refused
    result = JsonField(null=True)
    created_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        table_name = "command"


class OccurrenceRow(_Row):
    """One business day's duty of an automation in an office, and its stated outcome."""

    if TYPE_CHECKING:
        run_id: str | None

    id = AutoField()
    automation = CharField()
    office = CharField()
    business_date = DayField()
    slot = CharField()  # its local start, such as 05:00
    due_at = UtcField()
    deadline_at = UtcField()
    until_at = UtcField()  # not begun by itself after this
    outcome = CharField(index=True)  # owed, running, ran, skipped, missed
    reason = JsonField(null=True)  # why: code and params
    run = ForeignKeyField(RunRow, null=True, backref="occurrences", on_delete="SET NULL")
    created_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        table_name = "occurrence"
        indexes: ClassVar = ((("automation", "office", "business_date", "slot"), True),)


class ScheduleRow(_Row):
    """Under which words an automation is scheduled in an office, since when, and how far that was looked at.

    ``since_at`` lies before ``enrolled_at`` only while the computer's clock does (it was or is wrong).
    """

    id = AutoField()
    automation = CharField()
    office = CharField()
    title = CharField()
    words = JsonField()
    zone = CharField()
    since_at = UtcField()
    enrolled_at = UtcField()
    looked_at = UtcField()

    class Meta:
        table_name = "schedule"
        indexes: ClassVar = ((("automation", "office"), True),)


class PauseRow(_Row):
    """Who paused an automation, and on which business day it goes on (never by itself: none)."""

    id = AutoField()
    automation = CharField(unique=True)
    until_day = DayField(null=True)
    actor = JsonField()
    created_at = UtcField()

    class Meta:
        table_name = "pause"


class NoticeRow(_Row):
    """One thing told to one addressee, or to be told; an empty addressee marks a cause as known."""

    id = AutoField()
    cause = CharField()
    addressee = CharField()
    event = CharField()
    automation = CharField()
    office = CharField()
    run = CharField(null=True)  # no foreign key: a notice outlives its run
    params = JsonField()
    state = CharField(index=True)  # waiting, told, given_up
    tries = IntegerField(default=0)
    problem = CharField(null=True)
    created_at = UtcField()
    tell_at = UtcField()
    told_at = UtcField(null=True)

    class Meta:
        table_name = "notice"
        indexes: ClassVar = ((("cause", "addressee"), True),)


class AcceptedFileRow(_Row):
    """A file that a download accepted; its headings are words, its contents are not here."""

    id = AutoField()
    automation = CharField()
    office = CharField()
    task = CharField()
    business_date = DayField()
    sha256 = CharField()
    rows = IntegerField()
    header = JsonField()
    accepted_at = UtcField()

    class Meta:
        table_name = "accepted_file"
        indexes = ((("automation", "office", "task"), False),)


class AuditRow(_Row):
    """One decision, or one look at evidence (:mod:`agent.store.audit`); its HMAC covers the row before.

    Actor and params are JSON, kept as the text that the HMAC was made of.
    """

    position = IntegerField(primary_key=True)
    at = UtcField()
    actor = TextField()
    verb = CharField()
    params = TextField()
    previous = CharField()
    mac = CharField()

    class Meta:
        table_name = "audit"


# ── the panel ─────────────────────────────────────────────────────────────────────────────────────────────
class PanelRow(_Row):
    """The panel at which this home is enrolled; there is one at most.

    ``taken`` is the last row of the outbox that was read for sending, ``through`` the last that it has.
    """

    id = AutoField()
    url = CharField()
    workstation = IntegerField()
    name = CharField()
    office = CharField()
    token_name = CharField()  # under which the token lies in the vault
    actor = JsonField()
    enrolled_at = UtcField()
    taken = IntegerField()
    through = IntegerField()
    problem = JsonField(null=True)  # why the panel cannot be told just now: code and params
    heard_at = UtcField(null=True)

    class Meta:
        table_name = "panel"


class OutboxRow(_Row):
    """Something that the panel is to be told, written with the change itself (:mod:`agent.store.triggers`).

    With a code it is a line: what happened. Without one it only says that the subject stands otherwise now.
    """

    id = AutoField()
    kind = CharField()  # run, review, duty, command
    subject = CharField()
    code = CharField(null=True)
    params = JsonField(null=True)
    at = UtcField()

    class Meta:
        table_name = "outbox"
        indexes: ClassVar = ((("kind", "subject", "id"), False),)


class PanelCommandRow(_Row):
    """A command that came from the panel, known for ever: however often it comes, it counts once."""

    id = AutoField()
    ident = CharField(unique=True)
    command = IntegerField(null=True, index=True)  # none: refused before it became one
    reason = JsonField(null=True)
    received_at = UtcField()

    class Meta:
        table_name = "panel_command"


class ElementTraceRow(_Row):
    """What an element of a site's book looked like when it was last found; its words are sealed."""

    id = AutoField()
    site = CharField()
    element = CharField()
    base = CharField()  # the hash of the book's entry under which it was found
    sealed = BlobField()
    picture = CharField(null=True)  # evidence of its page, if that is still kept; no foreign key
    seen_at = UtcField()

    class Meta:
        table_name = "element_trace"
        indexes: ClassVar = ((("site", "element"), True),)


class ElementProposalRow(_Row):
    """What a worker found instead of elements that were not where the book says, for the question."""

    id = AutoField()
    run = ForeignKeyField(RunRow, on_delete="CASCADE")
    task = ForeignKeyField(TaskRow, unique=True, on_delete="CASCADE")
    params = JsonField()
    created_at = UtcField()

    class Meta:
        table_name = "element_proposal"


class ElementRepairRow(_Row):
    """Another way to find an element, laid over the book's entry while that stays as it was."""

    id = AutoField()
    site = CharField()
    element = CharField()
    kind = CharField()  # read, fill, commit
    base = CharField()  # the hash of the book's entry that it was made for
    locator = JsonField()  # written as in a book
    actor_kind = CharField()
    actor = JsonField()
    run = CharField()  # no foreign key: it outlives its run
    item = IntegerField(null=True)
    created_at = UtcField()
    dropped_at = UtcField(null=True)
    why_dropped = CharField(null=True)  # book_changed, replaced, taken_back, disproved

    class Meta:
        table_name = "element_repair"
        indexes: ClassVar = ((("site", "element"), False),)
        # A commit element is never healed without a person: the store itself refuses such a row.
        constraints: ClassVar = (Check("kind <> 'commit' OR actor_kind = 'person'"),)


class BlobRow(Model):
    """Sealed bytes of one piece of evidence, in a file of their own."""

    id = CharField(primary_key=True)
    sealed = BlobField()

    class Meta:
        database = EVIDENCE
        table_name = "blob"


class CorrectionRow(_Row):
    """What a person made of a record, or of a row of a file that never became one; applied by a worker.

    ``place`` names the row (SHA-256 of the file, sheet, number); ``values`` is the sealed evidence with the
    new texts by field, none where the row is left out.
    """

    id = AutoField()
    run_id = CharField(index=True)
    record_id = IntegerField(null=True)
    place = TextField(null=True)
    values = CharField(null=True)
    reason = TextField(null=True)
    actor = JsonField()
    created_at = UtcField()
    applied_at = UtcField(null=True)

    class Meta:
        table_name = "correction"


LEDGER_TABLES = (
    HomeRow,
    AccountRow,
    RunRow,
    TaskRow,
    RecordRow,
    LedgerKeyRow,
    AttemptRow,
    LeftOutRow,
    TrustRow,
    EvidenceRow,
    ReviewRow,
    CommandRow,
    OccurrenceRow,
    ScheduleRow,
    PauseRow,
    NoticeRow,
    AcceptedFileRow,
    AuditRow,
    CorrectionRow,
    PanelRow,
    OutboxRow,
    PanelCommandRow,
    ElementTraceRow,
    ElementProposalRow,
    ElementRepairRow,
)
EVIDENCE_TABLES = (BlobRow,)
