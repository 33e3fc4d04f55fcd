"""Names that a record's field cannot have, because a row or a record means something else by them."""

import pytest

from agent.sdk import Record, text


@pytest.mark.parametrize("name", ["number", "place", "values", "key", "shown", "confirmation"])
def test_a_reserved_name_is_refused_where_it_is_declared(name: str) -> None:
    """``row.number`` is the row's place in the file: a field of that name would be read as it, silently."""
    with pytest.raises(TypeError, match=f"Ticket: a field cannot be named “{name}”"):
        type("Ticket", (Record,), {"ticket_no": text(), name: text()}, key="ticket_no")


def test_a_record_type_takes_over_the_fields_of_another() -> None:
    """What the base declares is a field of the derived type, too; its key is named anew."""

    class Billing(Record, key="claim_no"):
        claim_no: str = text()

    class Claim(Billing, key="claim_no"):
        claim_type: str = text()

    assert list(Claim.columns) == ["claim_no", "claim_type"]
    assert Claim(claim_no="C1", claim_type="Other").key() == "C1"
