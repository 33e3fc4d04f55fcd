"""What each business day owes. A frozen copy: later changes of tables.py come as migrations of their own."""

from peewee import CharField, Database, ForeignKeyField, Model

from agent.store.fields import DayField, JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Create the tables of occurrences, schedules and pauses."""

    class RunRow(Model):
        id = CharField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "run"

    class OccurrenceRow(Model):
        automation = CharField()
        office = CharField()
        business_date = DayField()
        slot = CharField()
        due_at = UtcField()
        deadline_at = UtcField()
        until_at = UtcField()
        outcome = CharField(index=True)
        reason = JsonField(null=True)
        run = ForeignKeyField(RunRow, null=True, on_delete="SET NULL")
        created_at = UtcField()
        ended_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "occurrence"
            indexes = ((("automation", "office", "business_date", "slot"), True),)

    class ScheduleRow(Model):
        automation = CharField()
        office = CharField()
        title = CharField()
        words = JsonField()
        zone = CharField()
        since_at = UtcField()
        enrolled_at = UtcField()
        looked_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "schedule"
            indexes = ((("automation", "office"), True),)

    class PauseRow(Model):
        automation = CharField(unique=True)
        until_day = DayField(null=True)
        actor = JsonField()
        created_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "pause"

    db.create_tables([OccurrenceRow, ScheduleRow, PauseRow])
