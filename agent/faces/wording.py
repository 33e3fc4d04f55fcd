"""Where a run, a task, a record stands, as a sentence. Takes the plain values of ``store.queries``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.lineage import COMPUTED, GIVEN, READ
from agent.faces.moments import Moments, duration
from agent.system.site_books import titled
from resources.i18n import texts
from resources.i18n.texts import Noun

Values = Mapping[str, Any]

_ORIGINS = {READ: "source_read", COMPUTED: "source_computed", GIVEN: "source_given"}


@dataclass(frozen=True)
class Wording:
    """How one run is spoken of: its record's noun, its office's clock, its sites' titles."""

    noun: Noun
    moments: Moments
    titles: Mapping[str, str] = field(default_factory=dict)

    def failure(self, failure: Values, run: str | None = None) -> texts.Text:
        """Return the words of a stored failure."""
        return texts.failure(
            str(failure["code"]), titled(failure.get("params") or {}, self.titles), noun=self.noun, run=run
        )

    def why(self, reason: Values) -> str:
        """Return a stored reason in one line: a remark, a question or a failure's title."""
        params = titled(reason.get("params") or {}, self.titles)
        return texts.why(str(reason["code"]), params, noun=self.noun)

    def question(self, item: Values) -> str:
        """Return a review item's question."""
        params = titled(item["params"], self.titles)
        if isinstance(params.get("failure"), Mapping):
            inner = params["failure"]
            params["failure"] = {**inner, "params": titled(inner.get("params") or {}, self.titles)}
        return texts.question(item["question"], params, noun=self.noun)

    def step(self, step: Values) -> str:
        """Return what is being done."""
        return texts.step(str(step["code"]), titled(step.get("params") or {}, self.titles), noun=self.noun)

    def run(self, run: Values, *, questions: int | None = None) -> str:
        """Return where a run stands; with its records and reviews in more detail than without."""
        state = run["state"]
        return texts.run_state(state, self._run_params(state, run, questions), noun=self.noun)

    def _run_params(self, state: str, run: Values, questions: int | None) -> dict[str, Any]:
        """Return the one thing that matters in a state."""
        counts, reason = run.get("records"), run.get("reason")
        params: dict[str, Any] = {}
        match state:
            case "PENDING":
                params = {"reason": self.why(reason) if reason else texts.say("its_turn")}
            case "DOWNLOADING":
                params = {"what": self._downloads(run.get("tasks", ()))}
            case "UPLOADING" if counts:
                params = self.entered(counts)
            case "COMPLETED":
                params = {"at": self.moments.at(run["ended_at"]), "result": self._result(run)}
            case "NEEDS_REVIEW":
                params = {"question": self._open_question(run, questions)}
            case "FAILED":
                title = self.failure(reason or {"code": "failure"}).title
                params = {"reason": title, "counts": self._unfinished(counts)}
            case "CANCELLED":
                wish = (run.get("options") or {}).get("cancel") or {}
                params = {"who": wish.get("name") or texts.say("somebody")}
        return params

    def entered(self, counts: Values) -> dict[str, Any]:
        """Return how many records of how many are entered."""
        entered = counts["confirmed"] + counts["verified"]
        return {"entered": entered, "total": counts["total"] or None}

    def task(self, task: Values, run: Values, *, took: bool = True) -> str:
        """Return where a task stands; ``took`` adds how long a done one worked."""
        state, counts = task["state"], run["records"]
        uploads = task["kind"] == "upload"
        if state == "running" and uploads and counts["total"]:
            return texts.run_state("UPLOADING", self.entered(counts), noun=self.noun)
        if state == "running" and task["step"]:
            return capitalised(self.step(task["step"]))
        if state == "done":
            return self._done_task(task, run, took=took)
        if state in {"failed", "waiting", "needs_review"} and task["failure"]:
            return _because(texts.task_state(state), self.failure(task["failure"]).title)
        return texts.task_state(state)

    def record(self, record: Values) -> str:
        """Return what became of a record, and why."""
        told = texts.record_state(
            record["state"],
            {"site": self.titles.get(record["site"], record["site"]), "who": texts.say("somebody")},
        )
        reason = record["reason"]
        if not reason:
            return told
        return _because(told, self.why(reason))

    def _done_task(self, task: Values, run: Values, *, took: bool) -> str:
        seconds = duration(task["seconds"]) if took and task["seconds"] is not None else ""
        uploaded = task["kind"] == "upload" and run["records"]["total"]
        return _because(capitalised(self._result(run)) if uploaded else texts.task_state("done"), seconds)

    def _result(self, run: Values) -> str:
        """Return what a run has brought about, in a few words; nothing where the counts are not at hand."""
        counts = run.get("records")
        if not counts:
            return ""
        if run.get("rehearsal"):
            return texts.say("rehearsed", {"counted": texts.count(counts["total"], self.noun)})
        return texts.say("arrived", {"counted": texts.count(counts["verified"], self.noun)})

    def _unfinished(self, counts: Values | None) -> str:
        if not counts or not counts["total"]:
            return ""
        need = counts["in_review"] + counts["rejected"] + counts["invalid"]
        return texts.say(
            "unfinished",
            {
                "arrived": counts["verified"],
                "entered": counts["confirmed"] or None,
                "not_entered": counts["planned"],
                "unknown": counts["intended"] + counts["in_doubt"],
                "need": need or None,
            },
        )

    def _open_question(self, run: Values, questions: int | None) -> str:
        reviews = [item for item in run.get("reviews", ()) if item["answer"] is None]
        records = {item["record"] for item in reviews if item["record"] is not None}
        if len(reviews) == 1:
            return self.question(reviews[0])
        if records and len(records) == len(reviews):
            return texts.failure("records_need_person", {"count": len(records)}, noun=self.noun).title
        number = len(reviews) or questions
        return texts.say("questions", {"count": number}) if number else texts.say("a_question")

    def _downloads(self, tasks: Any) -> str:  # noqa: ANN401  # a sequence of plain values
        told = [
            texts.say(
                "file_from", {"file": task["name"], "site": self.titles.get(task["site"], task["site"])}
            )
            for task in tasks
            if task["state"] == "running"
        ]
        return " · ".join(told) or texts.say("files")


def _because(what: str, why: str) -> str:
    return texts.say("because", {"what": what, "why": why})


def capitalised(sentence: str) -> str:
    """Return a sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def source_of(field: Values) -> str:
    """Return where a value came from: a cell, the rows it was computed from, or the automation itself."""
    rows = ", ".join(str(row["row"]) for row in field["rows"])
    first = field["rows"][0] if field["rows"] else {}
    where = {"file": first.get("file"), "sheet": first.get("sheet"), "column": field["column"], "rows": rows}
    return texts.say(_ORIGINS[field["origin"]], where)


def heading(*codes: str) -> list[str]:
    """Return column heads by code."""
    return [texts.say(f"head_{code}") for code in codes]
