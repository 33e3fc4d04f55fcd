"""One-time codes: as the standard says, from whatever form a site hands its seed out in."""

import pytest

from agent.core.failures import BrokenSeed
from agent.system.one_time import Seed, Seeds
from agent.system.vault import MemoryVault

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238, appendix B


@pytest.mark.parametrize(
    ("moment", "digits"), [(59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")]
)
def test_the_standards_own_examples(moment: int, digits: str) -> None:
    code = Seed(f"otpauth://totp/ClaimPort:robot?secret={RFC}&digits=8").code(moment)
    assert (code.digits, code.step) == (digits, moment // 30)
    assert code.seconds_left == 30 - moment % 30


@pytest.mark.parametrize("typed", ["jbsw y3dp ehpk 3pxp", "JBSWY3DPEHPK3PXP", "JBSW-Y3DP-EHPK-3PXP\n"])
def test_a_seed_is_read_as_sites_show_it(typed: str) -> None:
    """Eighty bits, as many sites still hand out."""
    assert Seed(typed).code(1_000_000_000).digits == Seed("JBSWY3DPEHPK3PXP").code(1_000_000_000).digits
    assert Seed(typed).secret == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "123456",
        "not base32!",
        "https://x?secret=JBSWY3DPEHPK3PXP",
        "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP",
        "otpauth://totp/x",
        "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=999",
        "JBSW",
    ],
)
def test_what_is_none_is_refused_without_showing_it(typed: str) -> None:
    with pytest.raises(BrokenSeed) as refused:
        Seeds(MemoryVault()).set("main", "claimport", "robot", typed)
    assert refused.value.params == {}
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_seed_is_kept_by_account_and_does_not_show_itself() -> None:
    vault = MemoryVault()
    seeds = Seeds(vault)
    seeds.set("main", "claimport", "robot", f" {RFC} ")
    assert seeds.get("main", "claimport", "robot") == RFC
    assert seeds.get("main", "claimport", "clerk") is None
    assert RFC not in repr(Seed(RFC))
    seeds.delete("main", "claimport", "robot")
    assert seeds.get("main", "claimport", "robot") is None
