"""The first tables. A frozen copy: later changes of tables.py come as migrations of their own."""

from peewee import BlobField, CharField, Database, ForeignKeyField, IntegerField, Model, TextField

from agent.store.fields import DayField, JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature; tables are many
    """Create all tables."""

    class HomeRow(Model):
        home_id = CharField()
        epoch = IntegerField()
        key_check = CharField(null=True)
        created_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "home"

    db.create_tables([HomeRow])

    class AccountRow(Model):
        office = CharField()
        site = CharField()
        name = CharField()
        kind = CharField()
        password_version = IntegerField()
        tries = IntegerField(default=0)
        session = BlobField(null=True)
        changed_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "account"
            indexes = ((("office", "site"), True),)

    db.create_tables([AccountRow])

    class RunRow(Model):
        id = CharField(primary_key=True)
        automation = CharField(index=True)
        title = CharField()
        office = CharField()
        business_date = DayField()
        period_first = DayField()
        period_last = DayField()
        slot = CharField()
        state = CharField(index=True)
        reason = JsonField(null=True)
        fence = IntegerField(default=0)
        recoveries = IntegerField(default=0)
        folder = TextField()
        options = JsonField()
        manifest = JsonField()
        versions = JsonField()
        totals = JsonField(null=True)
        actor = JsonField()
        sealed_key = BlobField()
        tree = JsonField(null=True)
        created_at = UtcField()
        started_at = UtcField(null=True)
        ended_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "run"

    db.create_tables([RunRow])

    class TaskRow(Model):
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
        position = IntegerField()
        name = CharField()
        kind = CharField()
        site = CharField(null=True)
        inputs = JsonField()
        state = CharField()
        attempts = IntegerField(default=0)
        progress = IntegerField(default=0)
        failure = JsonField(null=True)
        step = JsonField(null=True)
        checkpoint = BlobField(null=True)
        not_before_at = UtcField(null=True)
        started_at = UtcField(null=True)
        ended_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "task"
            indexes = ((("run", "name"), True),)

    db.create_tables([TaskRow])

    class RecordRow(Model):
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
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
        absences = IntegerField(default=0)
        confirmation = CharField(null=True)
        page_hash = CharField(null=True)
        read_back = JsonField(null=True)
        reason = JsonField(null=True)
        actor = JsonField(null=True)
        intended_at = UtcField(null=True)
        confirmed_at = UtcField(null=True)
        verified_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "record"
            indexes = ((("task", "ordinal"), True), (("run", "state"), False))

    db.create_tables([RecordRow])

    class LedgerKeyRow(Model):
        site = CharField()
        office = CharField()
        record_type = CharField()
        key_hash = CharField()
        copy = IntegerField()
        record = ForeignKeyField(RecordRow, on_delete="RESTRICT")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "ledger_key"
            indexes = ((("site", "office", "record_type", "key_hash", "copy"), True),)

    db.create_tables([LedgerKeyRow])

    class AttemptRow(Model):
        record = ForeignKeyField(RecordRow, on_delete="CASCADE")
        fence = IntegerField()
        payload_hash = CharField()
        outcome = CharField(null=True)
        intended_at = UtcField()
        ended_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "attempt"

    db.create_tables([AttemptRow])

    class LeftOutRow(Model):
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
        task = ForeignKeyField(TaskRow, on_delete="CASCADE")
        address = TextField()
        reason = TextField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "left_out"

    db.create_tables([LeftOutRow])

    class TrustRow(Model):
        site = CharField()
        office = CharField()
        record_type = CharField()
        epoch = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "trust"
            indexes = ((("site", "office", "record_type", "epoch"), True),)

    db.create_tables([TrustRow])

    class EvidenceRow(Model):
        id = CharField(primary_key=True)
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
        task = ForeignKeyField(TaskRow, null=True, on_delete="CASCADE")
        kind = CharField()
        name = TextField()
        media_type = CharField()
        sha256 = CharField()
        size = IntegerField()
        created_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "evidence"

    db.create_tables([EvidenceRow])

    class ReviewRow(Model):
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
        task = ForeignKeyField(TaskRow, null=True, on_delete="CASCADE")
        record = ForeignKeyField(RecordRow, null=True, on_delete="CASCADE")
        question = CharField()
        params = JsonField()
        answers = JsonField()
        answer = CharField(null=True)
        actor = JsonField(null=True)
        created_at = UtcField()
        answered_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "review"

    db.create_tables([ReviewRow])

    class CommandRow(Model):
        verb = CharField()
        args = JsonField()
        actor = JsonField()
        state = CharField(index=True)
        result = JsonField(null=True)
        created_at = UtcField()
        ended_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "command"

    db.create_tables([CommandRow])
