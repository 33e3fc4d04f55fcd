"""The files that downloads accepted: what is usual, and what is an old file again."""

from peewee import AutoField, CharField, Database, IntegerField, Model

from agent.store.fields import DayField, JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Create the table of accepted files."""

    class AcceptedFileRow(Model):
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
            database = db
            legacy_table_names = False
            table_name = "accepted_file"
            indexes = ((("automation", "office", "task"), False),)

    db.create_tables([AcceptedFileRow])
