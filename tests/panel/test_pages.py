"""What browsers get of what workstations told."""

from __future__ import annotations

from tests.panel.serving import Panel, agenda, line, review, run


def test_a_run_is_seen_on_every_page(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="operator")
    station.tell(
        agenda=agenda(),
        runs=(run(state="NEEDS_REVIEW"),),
        lines=(line("UPLOADING"), line("asked", kind="review", params={"question": "refused"})),
        reviews=(review(),),
    )

    (cell,) = face.get("/api/dashboard")["cells"]
    assert (cell["sign"], cell["open_reviews"], cell["run"]) == ("needs_you", 1, "20261118-aaaa")
    assert "refused" in cell["words"]
    (attention,) = face.get("/api/dashboard")["attention"]
    assert attention["kind"] == "needs_you"
    (found,) = face.get("/api/runs", q="clinic front")["items"]
    assert found["workstation_name"] == "FRONT-2"
    assert face.get("/api/runs", q="dental")["items"] == []
    detail = face.get(f"/api/runs/{station.number}/20261118-aaaa")
    assert [one["code"] for one in detail["timeline"]] == ["asked", "UPLOADING"]
    assert {one["verb"]: one["allowed"] for one in detail["may"]} == {
        "retry": False,
        "resume": True,
        "cancel": True,
    }
    (item,) = face.get("/api/reviews")["items"]
    assert [answer["here"] for answer in item["answers"]] == [True, True]
    assert len(face.get("/api/log", q="enter")["items"]) == 1
    (target,) = face.get("/api/targets")
    assert not target["allowed"]
    assert "20261118-aaaa" in target["why_not"]
    assert face.get("/api/insights", weeks=2)["basis"]
    assert face.get("/api/workstations")[0]["machine"] == "test"
