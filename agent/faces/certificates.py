"""Issuing a delivery certificate: a workbook to read, and a signed file to check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.actors import Actor
from agent.core.certificate import document, fingerprint, signed_bytes
from agent.core.failures import KeyLost, Parameter
from agent.faces import certificate_sheets, certifying, workbooks
from agent.faces.explaining import Page
from agent.faces.moments import office_zone
from agent.faces.sealed import contents
from agent.faces.wording import Wording
from agent.host import auditing
from agent.system.paths import Home
from agent.system.seal import public_key, sign

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Issued:
    """A certificate's two files; ``unequal`` where some totals do not agree."""

    workbook: bytes = field(repr=False)
    document: bytes = field(repr=False)
    unequal: bool


def file_names(run_id: str) -> tuple[str, str]:
    """Return the names of the workbook and of the signed file."""
    return f"certificate-{run_id}.xlsx", f"certificate-{run_id}.json"


def issue(home: Home, run: Values, wording: Wording, actor: Actor, *, with_personal: bool) -> Issued:
    """Certify a run that is done or stopped; ``run`` is as ``queries.run`` returns it.

    Raises WrongState for another one, KeyLost and what the vault raises, WorkerDied.
    """
    certifying.require_finished(run)
    signer = auditing.open_keys(home).certificates
    page = Page.of(run["id"], contents(home, run["id"]), wording)
    if len(page.held) < len(page.records):
        raise KeyLost
    book, signed = file_names(run["id"])
    facts = certifying.gather(run, page, actor, with_personal=with_personal)
    public = public_key(signer)
    zone = office_zone(home, run["office"])
    told = certificate_sheets.sheets(facts, page, zone, key=fingerprint(public), file=signed)
    content = workbooks.write(told)
    digest = hashlib.sha256(content).hexdigest()
    facts["workbook"] = {"name": book, "sha256": digest, "size": len(content)}
    signature = sign(signer, signed_bytes(facts))
    about: dict[str, Parameter] = {"run": str(run["id"]), "personal": with_personal}
    auditing.note(home, actor, "certificate_issued", about)
    return Issued(content, document(facts, public, signature), certifying.has_unequal(facts))
