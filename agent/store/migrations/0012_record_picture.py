"""Which picture shows the site's answer to a record, where its run kept one."""

from peewee import CharField, Database


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Add a column to the table of records."""
    migrator.migrate(  # type: ignore[attr-defined]  # playhouse has no stubs
        migrator.add_column("record", "picture", CharField(null=True)),  # type: ignore[attr-defined]
    )
