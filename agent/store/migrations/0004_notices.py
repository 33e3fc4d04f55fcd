"""What people were told, so that a restart does not tell it again."""

from peewee import CharField, Database, IntegerField, Model

from agent.store.fields import JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Create the table of notices."""

    class NoticeRow(Model):
        cause = CharField()
        addressee = CharField()
        event = CharField()
        automation = CharField()
        office = CharField()
        run = CharField(null=True)
        params = JsonField()
        state = CharField(index=True)
        tries = IntegerField(default=0)
        problem = CharField(null=True)
        created_at = UtcField()
        tell_at = UtcField()
        told_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "notice"
            indexes = ((("cause", "addressee"), True),)

    db.create_tables([NoticeRow])
