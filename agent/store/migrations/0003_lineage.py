"""Who entered what (a task's workers), and whether the home came out of a backup."""

from peewee import Database

from agent.store.fields import JsonField


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Add a column each to the tables of tasks and of the home."""
    migrator.migrate(  # type: ignore[attr-defined]  # playhouse has no stubs
        migrator.add_column("task", "workers", JsonField(null=True)),  # type: ignore[attr-defined]
        migrator.add_column("home", "restored", JsonField(null=True)),  # type: ignore[attr-defined]
    )
