"""One run's records with all that is known of them: for listings, scripts, and as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.keys import normalise_key
from agent.core.lineage import COMPUTED, GIVEN, READ, currency_of, masked, trace
from agent.faces.wording import Wording
from agent.store import lineage, queries
from resources.i18n import texts

Values = Mapping[str, Any]

_ORIGINS = {READ: "why_read", COMPUTED: "why_computed", GIVEN: "why_given"}


@dataclass
class Page:
    """The records of one run, their sealed content where the vault opens it, and their lineage."""

    run: str
    wording: Wording
    records: list[dict[str, Any]]
    held: Mapping[int, Values] = field(repr=False)
    downloads: Mapping[str, Values]

    @staticmethod
    def of(run_id: str, held: Mapping[int, Values], wording: Wording) -> Page:
        """Read a run's records; those of which ``held`` knows nothing have neither key nor values."""
        facts, entered = lineage.facts(run_id), lineage.entered(run_id)
        records = [
            {
                **record,
                **facts[record["id"]],
                "entered_by": entered.get(record["id"]),
                "key": held.get(record["id"], {}).get("key"),
            }
            for record in queries.records(run_id)
        ]
        return Page(run_id, wording, records, held, lineage.downloads(run_id))

    def keep(self, *, state: str | None = None, ordinal: int | None = None, key: str | None = None) -> None:
        """Leave only the records that were asked for."""
        wanted = None if key is None else normalise_key(key)
        self.records = [
            record
            for record in self.records
            if (state is None or record["state"] == state)
            and (ordinal is None or record["ordinal"] == ordinal)
            and (wanted is None or record["key"] == wanted)
        ]

    def left_out(self) -> list[dict[str, str]]:
        """Return the source rows that became no record."""
        return queries.left_out(self.run)

    def fields(self, record: Values, *, with_personal: bool) -> dict[str, dict[str, Any]]:
        """Return each value of a record with its lineage; personal ones masked unless asked for."""
        payload = self.held.get(record["id"])
        if payload is None:
            return {}
        traced = trace(payload if with_personal else masked(payload), self.downloads)
        for name, known in traced.items():
            known["read_back"] = name in record["read_back"]
        return traced

    def as_json(self, *, with_personal: bool) -> list[dict[str, Any]]:
        """Return the records with their lineage, oldest first."""
        return [
            {**record, "fields": self.fields(record, with_personal=with_personal)} for record in self.records
        ]


def sentence(record: Values, known: Values, wording: Wording) -> str:
    """Return where a value came from, who entered it, and whether it was read back or changed."""
    first = known["rows"][0] if known["rows"] else {}
    downloaded = first.get("downloaded_at")
    amount = f"{currency_of(known['column'])}{known['value']}" if known["value"] else texts.say("why_empty")
    told = {
        "value": amount,
        "file": first.get("file"),
        "sheet": first.get("sheet"),
        "rows": ", ".join(str(row["row"]) for row in known["rows"]),
        "column": known["column"],
        "site": _title(wording, first.get("site")),
        "downloaded": wording.moments.full(downloaded) if downloaded else None,
    }
    parts = [texts.say(_ORIGINS[known["origin"]], told)]
    if first.get("handed_in_by"):
        parts.append(texts.say("why_handed_in", {"who": first["handed_in_by"]["name"]}))
    parts.append(_entered(record, wording, downloaded))
    if record["confirmation"]:
        parts.append(texts.say("why_confirmation", {"confirmation": record["confirmation"]}))
    parts += [_read_back(record, known, wording, downloaded), _changed(known, wording)]
    if record["settled_by"]:
        who = {"who": record["settled_by"]["name"]}
        parts.append(texts.say("why_settled", who, noun=wording.noun))
    return f"{'; '.join(parts)}."


def _entered(record: Values, wording: Wording, downloaded: str | None) -> str:
    site, worker = {"site": _title(wording, record["site"])}, record["entered_by"]
    if worker is None:
        return texts.say("why_found" if record["state"] == "VERIFIED" else "why_not_entered", site)
    answered = record["confirmed_at"] or record["state"] == "VERIFIED"  # its answer lost, it was found there
    at = wording.moments.after(record["confirmed_at"] or record["intended_at"], downloaded)
    who = {"machine": worker.get("machine"), "account": worker.get("account")}
    return texts.say("why_entered" if answered else "why_sent", {**site, **who, **at})


def _read_back(record: Values, known: Values, wording: Wording, downloaded: str | None) -> str:
    if record["state"] != "VERIFIED":
        return texts.say("why_not_read_back")
    if not known["read_back"]:
        return texts.say("why_not_shown", {"site": _title(wording, record["site"])})
    return texts.say("why_read_back", wording.moments.after(record["verified_at"], downloaded))


def _changed(known: Values, wording: Wording) -> str:
    change = known["changed_by"]
    if change is None:
        return texts.say("why_no_person")
    at = change.get("at")
    return texts.say(
        "why_person", {"who": change["by"]["name"], "at": wording.moments.full(at) if at else None}
    )


def _title(wording: Wording, site: str | None) -> str | None:
    return None if site is None else wording.titles.get(site, site)
