"""The ring of what works turns, while somebody can see it; no other sign moves."""

from pytestqt.qtbot import QtBot

from ui.desktop.widgets.sign import Sign


def test_only_what_works_turns_and_only_in_view(qtbot: QtBot) -> None:
    sign = Sign()
    qtbot.addWidget(sign)
    sign.show_sign("running")
    assert not sign.turns  # nobody sees it yet
    sign.show()
    assert sign.turns
    before = sign.grab().toImage()
    qtbot.waitUntil(lambda: sign.grab().toImage() != before)
    sign.hide()
    assert not sign.turns
    sign.show()
    assert sign.turns
    sign.show_sign("done")
    assert not sign.turns
    still = sign.grab().toImage()
    assert sign.grab().toImage() == still


def test_it_is_told_by_name(qtbot: QtBot) -> None:
    sign = Sign()
    qtbot.addWidget(sign)
    sign.show_sign("failed")
    assert sign.accessibleName() == "Failed"
