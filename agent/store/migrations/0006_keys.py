"""The audit chain; what became of removed pictures; the recovery code; one-time codes of accounts."""

from typing import Any

from peewee import BigIntegerField, CharField, Database, IntegerField, Model, TextField

from agent.store.fields import JsonField


def up(migrator: Any, db: Database) -> None:  # noqa: ANN401  # the runner has no stubs
    """Create the audit's table and add the columns."""

    class AuditRow(Model):
        position = IntegerField(primary_key=True)
        at = BigIntegerField()
        actor = TextField()
        verb = CharField()
        params = TextField()
        previous = CharField()
        mac = CharField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "audit"

    db.create_tables([AuditRow])
    migrator.migrate(
        migrator.add_column("evidence", "removed", JsonField(null=True)),
        migrator.add_column("home", "recovery", JsonField(null=True)),
        migrator.add_column("account", "code_step", IntegerField(null=True)),
    )
