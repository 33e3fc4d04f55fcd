"""What elements looked like when they were last found, what was proposed for lost ones, what was accepted."""

from peewee import AutoField, BlobField, CharField, Check, Database, ForeignKeyField, IntegerField, Model

from agent.store.fields import JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Create the tables of traces, proposals and repairs."""

    class RunRow(Model):
        id = CharField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "run"

    class TaskRow(Model):
        id = AutoField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "task"

    class ElementTraceRow(Model):
        id = AutoField()
        site = CharField()
        element = CharField()
        base = CharField()
        sealed = BlobField()
        picture = CharField(null=True)
        seen_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "element_trace"
            indexes = ((("site", "element"), True),)

    class ElementProposalRow(Model):
        id = AutoField()
        run = ForeignKeyField(RunRow, on_delete="CASCADE")
        task = ForeignKeyField(TaskRow, unique=True, on_delete="CASCADE")
        params = JsonField()
        created_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "element_proposal"

    class ElementRepairRow(Model):
        id = AutoField()
        site = CharField()
        element = CharField()
        kind = CharField()
        base = CharField()
        locator = JsonField()
        actor_kind = CharField()
        actor = JsonField()
        run = CharField()
        item = IntegerField(null=True)
        created_at = UtcField()
        dropped_at = UtcField(null=True)
        why_dropped = CharField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "element_repair"
            indexes = ((("site", "element"), False),)
            # A commit element is never healed without a person: the store itself refuses such a row.
            constraints = (Check("kind <> 'commit' OR actor_kind = 'person'"),)

    db.create_tables([ElementTraceRow, ElementProposalRow, ElementRepairRow])
