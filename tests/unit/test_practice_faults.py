"""The switchboard of faults: when an armed fault fires, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.practice.appearance import Appearance, Element
from resources.practice.catalogue import CATALOGUE
from resources.practice.faults import FaultError, Switchboard


def fires(switchboard: Switchboard, name: str, occasions: int, path: str = "/x") -> list[int]:
    return [place for place in range(1, occasions + 1) if switchboard.take(name, path) is not None]


def board(name: str, **how: object) -> Switchboard:
    switchboard = Switchboard("claimport", 7)
    switchboard.arm(name, **how)
    return switchboard


def test_a_fault_that_is_not_armed_never_fires():
    assert fires(Switchboard("claimport", 7), "hang", 5) == []


def test_plain_arming_fires_once():
    assert fires(board("hang"), "hang", 5) == [1]


def test_times_fires_at_the_next_occasions():
    assert fires(board("hang", times=3), "hang", 6) == [1, 2, 3]


def test_at_fires_at_these_occasions_counted_from_arming():
    assert fires(board("answer_lost", at=[2, 5]), "answer_lost", 8) == [2, 5]
    assert fires(board("answer_lost", at=4), "answer_lost", 8) == [4]


def test_always_goes_on_until_it_is_cleared():
    switchboard = board("hang", always=True)
    assert fires(switchboard, "hang", 4) == [1, 2, 3, 4]
    switchboard.clear("hang")
    assert fires(switchboard, "hang", 4) == []


def test_a_path_narrows_what_counts():
    switchboard = board("server_error", path="find")
    assert fires(switchboard, "server_error", 3, "/claim/new.php") == []
    assert fires(switchboard, "server_error", 3, "/claim/find.php") == [1]


@given(st.integers(0, 50), st.floats(0.05, 0.95))
def test_chance_is_the_same_for_the_same_seed(seed: int, chance: float):
    runs = []
    for _ in range(2):
        switchboard = Switchboard("claimport", seed)
        switchboard.arm("drop", chance=chance)
        runs.append(fires(switchboard, "drop", 40))
    assert runs[0] == runs[1]


def test_chance_fires_about_as_often_as_it_says():
    assert 60 <= len(fires(board("drop", chance=0.1), "drop", 1000)) <= 140


def test_chance_with_times_fires_at_most_so_often():
    assert len(fires(board("drop", chance=0.5, times=3), "drop", 100)) == 3


def test_the_state_tells_occasions_and_whether_it_is_spent():
    switchboard = board("answer_lost", at=[2])
    fires(switchboard, "answer_lost", 3)
    assert switchboard.state() == {
        "answer_lost": {"how": {"at": [2]}, "occasions": 2, "fired": 1, "spent": True}
    }


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("nonsense", {}),
        ("stale_download", {}),
        ("hang", {"secnds": 3}),
        ("hang", {"times": 0}),
        ("hang", {"times": "3"}),
        ("hang", {"at": []}),
        ("hang", {"at": [1.5]}),
        ("hang", {"chance": 2}),
        ("latency", {"seconds": "soon"}),
        ("latency", {"seconds": [1]}),
    ],
)
def test_an_unknown_fault_or_option_is_refused(name: str, how: dict[str, object]):
    with pytest.raises(FaultError):
        Switchboard("claimport", 7).arm(name, **how)


def test_replacing_takes_all_or_nothing():
    switchboard = board("hang", always=True)
    with pytest.raises(FaultError, match="nonsense"):
        switchboard.replace({"drop": {}, "nonsense": {}})
    assert list(switchboard.state()) == ["hang"]
    switchboard.replace({"drop": {"times": 2}})
    assert list(switchboard.state()) == ["drop"]


def test_every_fault_of_the_catalogue_can_be_armed_where_it_says():
    for fault in CATALOGUE.values():
        for system in fault.systems:
            switchboard = Switchboard(system, 7)
            switchboard.arm(fault.name, **fault.options)
            assert switchboard.take(fault.name, "/x", ["any"]) is not None


BOOK = {
    "save": Element("cp_1", "Save claim", "cp_2", "Submit"),
    "back": Element("cp_3", "Back", "cp_4", "Previous"),
}


def look(name: str, **how: object) -> Appearance:
    return Appearance(board(name, **how), "/claim/save.php", BOOK, ("save", "back"))


def test_a_renamed_element_has_another_id_and_caption_and_the_others_keep_theirs():
    page = look("renamed", element="save")
    assert page.put("save", "<a id=$id>$caption</a>") == "<a id=cp_2>Submit</a>"
    assert page.id("back") == "cp_3"


def test_a_doubled_element_stands_twice():
    assert look("doubled", element="back").put("back", "<$id>") == "<cp_3><cp_3>"


def test_a_fault_for_every_element_renames_all():
    page = look("renamed")
    assert (page.id("save"), page.id("back")) == ("cp_2", "cp_4")


def test_an_element_of_another_page_is_no_occasion():
    switchboard = board("renamed", element="find")
    Appearance(switchboard, "/claim/save.php", BOOK, ("save",))
    assert switchboard.state()["renamed"]["occasions"] == 0


def test_a_moved_element_says_so():
    page = look("moved", element="save")
    assert (page.moved("save"), page.moved("back")) == (True, False)


def test_a_dialog_text_cannot_end_its_script():
    alert = look("dialog", text='</script>"; alert(1)//').on_load()
    assert alert.count("</script>") == 1
    assert '"; alert' not in alert
    assert look("dialog", kind="confirm", text="Sure?").on_submit() == (
        ' onsubmit="return confirm(&quot;Sure?&quot;)"'
    )
