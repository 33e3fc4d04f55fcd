"""The panel: what is to be told, how far that is, and the commands that came from there."""

from peewee import CharField, Database, IntegerField, Model

from agent.store.fields import JsonField, UtcField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Create the tables; the outbox is filled by triggers (:mod:`agent.store.triggers`)."""

    class PanelRow(Model):
        url = CharField()
        workstation = IntegerField()
        name = CharField()
        office = CharField()
        token_name = CharField()
        actor = JsonField()
        enrolled_at = UtcField()
        taken = IntegerField()
        through = IntegerField()
        problem = JsonField(null=True)
        heard_at = UtcField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "panel"

    class OutboxRow(Model):
        kind = CharField()
        subject = CharField()
        code = CharField(null=True)
        params = JsonField(null=True)
        at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "outbox"
            indexes = ((("kind", "subject", "id"), False),)

    class PanelCommandRow(Model):
        ident = CharField(unique=True)
        command = IntegerField(null=True, index=True)
        reason = JsonField(null=True)
        received_at = UtcField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "panel_command"

    db.create_tables([PanelRow, OutboxRow, PanelCommandRow])
