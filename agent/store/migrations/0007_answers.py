"""Questions get a version and a cause; what people correct has a table of its own."""

from peewee import AutoField, CharField, Database, IntegerField, Model, TextField

from agent.store.fields import JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # the runner's signature
    """Add three columns to the questions, and create the table of corrections."""
    migrator.migrate(  # type: ignore[attr-defined]  # playhouse has no stubs
        migrator.add_column("review", "version", IntegerField(default=1)),  # type: ignore[attr-defined]
        migrator.add_column("review", "cause", TextField(null=True)),  # type: ignore[attr-defined]
        migrator.add_column("review", "given", JsonField(null=True)),  # type: ignore[attr-defined]
    )

    class CorrectionRow(Model):
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
            database = db
            legacy_table_names = False
            table_name = "correction"

    db.create_tables([CorrectionRow])
