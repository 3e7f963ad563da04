"""Label Studio's protocol against a backend that really listens."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from jaxtyping import Bool

from annotate import bitmask, interface
from tests.annotate.backend.conftest import Serve
from tests.annotate.backend.pages import (
    HEIGHT,
    LEFT,
    RIGHT,
    STEP,
    WIDTH,
    body,
    click,
    data_url,
    drag,
    picture,
    png,
    task,
    window,
    word,
)

Pixels = Bool[np.ndarray, "h w"]
SECRET = "0123456789abcdef0123456789abcdef01234567"


def strokes(region: dict[str, Any]) -> Pixels:
    return bitmask.decode(region["value"]["imageDataURL"], HEIGHT, WIDTH)


def block(box: tuple[int, int, int, int], frame: int = 0) -> Pixels:
    left, top, right, bottom = box
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top:bottom, left + STEP * frame : right + STEP * frame] = True
    return pixels


def predicted(client: httpx.Client, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The regions of the first task."""
    answer = client.post("/predict", json=asked)
    assert answer.status_code == 200, answer.text
    (first, *_) = answer.json()["results"]
    regions: list[dict[str, Any]] = first["result"]
    return regions


def test_label_studio_finds_the_backend_up_and_named(serve: Serve) -> None:
    client = serve()
    assert client.get("/health").json() == {"status": "UP", "model_class": "Grow"}
    named = client.post(
        "/setup", json={"project": "3.17", "schema": interface.xml(), "hostname": "", "access_token": ""}
    )
    version = named.json()["model_version"]
    assert version.startswith("Grow@")
    assert client.get("/versions").json() == {"versions": [version]}
    assert client.post("/webhook", json={"action": "START_TRAINING"}).status_code == 201


def test_a_label_config_that_would_show_no_answer_is_named(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    changed = interface.xml().replace('name="stroke"', 'name="mask"')
    assert serve().post("/setup", json={"project": "3.17", "schema": changed}).status_code == 200
    assert "the project's label config is not ours: BitmaskLabels 'stroke' is missing" in caplog.text


def test_setup_answers_before_the_weights_are_loaded(serve: Serve, tmp_path: Path) -> None:
    client = serve(segmenter={"class": "tests.annotate.backend.slow:Slow", "gate": str(tmp_path / "gate")})
    assert client.post("/setup", json={"project": "3.17"}).json()["model_version"].startswith("Slow@")
    (tmp_path / "gate").touch()
    assert predicted(client, body([task(window(tmp_path))], click(25, 30))) == []


def test_a_click_gives_a_region_that_the_editor_takes(serve: Serve, tmp_path: Path) -> None:
    (region,) = predicted(serve(), body([task(window(tmp_path))], click(25, 30)))
    assert len(region.pop("id")) == 10
    assert (strokes(region) == block(LEFT)).all()
    assert region.pop("value").keys() == {"imageDataURL", "bitmasklabels"}
    assert region == {
        "from_name": "stroke",
        "to_name": "img",
        "type": "bitmasklabels",
        "item_index": 0,
        "original_width": WIDTH,
        "original_height": HEIGHT,
        "image_rotation": 0,
        "score": 0.9,
    }


def test_a_click_on_another_frame_is_answered_there(serve: Serve, tmp_path: Path) -> None:
    (region,) = predicted(serve(), body([task(window(tmp_path))], click(38, 30, frame=3)))
    assert region["item_index"] == 3
    assert (strokes(region) == block(LEFT, 3)).all()


@pytest.mark.parametrize("previous", ["memory", "mask", "none"])
def test_a_second_click_adds_and_a_negative_one_takes_away(serve: Serve, tmp_path: Path, previous: str) -> None:
    client, page = serve(previous=previous), task(window(tmp_path))
    (both,) = predicted(client, body([page], click(25, 30), click(80, 30)))
    (less,) = predicted(client, body([page], click(25, 30), click(80, 30), click(75, 35, positive=False)))
    assert strokes(both)[30, 25]
    assert (strokes(less) == block(LEFT)).all()


def test_the_clicks_before_are_shown_as_a_mask_to_a_segmenter_with_a_memory(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client, page = serve(previous="memory"), task(window(tmp_path))
    with caplog.at_level(logging.INFO, "tests.annotate.backend.grow"):
        predicted(client, body([page], click(25, 30)))
        predicted(client, body([page], click(25, 30), click(80, 30)))
    assert asked(caplog) == ["asked for 1 frames with 1 prompts", "asked for 2 frames with 2 prompts"]


def test_eight_at_a_time_get_the_same_answer_from_one_look(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client, page = serve(), body([task(window(tmp_path))], click(25, 30))
    with caplog.at_level(logging.INFO, "tests.annotate.backend.grow"), ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: predicted(client, page), range(8)))
    urls = {region["value"]["imageDataURL"] for (region,) in answers}
    assert len(urls) == 1
    assert len({region["id"] for (region,) in answers}) == 8
    assert asked(caplog) == ["asked for 1 frames with 1 prompts"]


def test_eight_at_a_time_on_eight_frames_get_their_own_answers(serve: Serve, tmp_path: Path) -> None:
    client, page = serve(), task(window(tmp_path, 8))
    asks = [body([page], click(25 + STEP * frame, 30, frame=frame)) for frame in range(8)]
    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda one: predicted(client, one), asks))
    for frame, (region,) in enumerate(answers):
        assert region["item_index"] == frame
        assert (strokes(region) == block(LEFT, frame)).all()


def test_clicks_left_behind_on_another_frame_do_not_count(serve: Serve, tmp_path: Path) -> None:
    page = task(window(tmp_path))
    (region,) = predicted(serve(), body([page], click(80, 30, frame=0), click(38, 30, frame=3)))
    assert (strokes(region) == block(LEFT, 3)).all()


def test_a_box_gives_what_lies_in_it(serve: Serve, tmp_path: Path) -> None:
    (region,) = predicted(serve(), body([task(window(tmp_path))], drag(60, 10, 110, 50)))
    assert (strokes(region) == block(RIGHT)).all()


def test_a_click_in_a_word_gives_strokes_of_that_word(serve: Serve, tmp_path: Path) -> None:
    page = task(window(tmp_path), predictions=[{"result": [word(15, 15, 35, 45)]}])
    (region,) = predicted(serve(), body([page], click(25, 30)))
    assert region["parentID"] == "W1"
    assert (strokes(region) == block(LEFT)).all()


def test_a_click_beside_all_words_leaves_their_strokes_to_them(serve: Serve, tmp_path: Path) -> None:
    page = task(window(tmp_path), predictions=[{"result": [word(15, 15, 35, 45)]}])
    (region,) = predicted(serve(), body([page], click(80, 30), click(25, 30)))
    assert (strokes(region) == block(RIGHT)).all()


def test_a_click_on_nothing_and_a_click_that_is_taken_back_give_nothing(serve: Serve, tmp_path: Path) -> None:
    client, page = serve(segmenter={"class": "model.threshold:Threshold", "window": 3}), task(window(tmp_path))
    assert predicted(client, body([page], click(5, 55))) == []
    assert predicted(client, {**body([page]), "params": {"context": {"result": []}}}) == []


def test_every_task_has_its_entry_in_order(serve: Serve, tmp_path: Path) -> None:
    pages = window(tmp_path)
    answer = serve().post("/predict", json=body([task(pages), task(pages[::-1])], click(25, 30))).json()
    first, second = answer["results"]
    assert (strokes(first["result"][0]) == block(LEFT)).all()
    assert first["score"] == 0.9
    assert first["model_version"] == second["model_version"] == answer["model_version"]
    assert strokes(second["result"][0]).sum() > 1000


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "the body is no JSON: Expecting value"),
        (b"\xff", "the body is no JSON: 'utf-8'"),
        (b"[" * 100_000, "the body is no JSON: maximum recursion depth"),
        (b"[]", "the body must be an object, not list"),
        (b"{}", "tasks must be a list, not NoneType"),
        (b'{"tasks": [3]}', "a task must be an object, not int"),
        (b'{"tasks": [], "params": {"context": 3}}', "params.context must be an object, not int"),
    ],
    ids=str,
)
def test_a_bad_body_is_refused_in_one_line(serve: Serve, sent: bytes, why: str) -> None:
    answer = serve().post("/predict", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(why)
    assert "\n" not in answer.json()["detail"]


def test_a_web_page_cannot_send_a_form(serve: Serve) -> None:
    answer = serve().post("/setup", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400
    assert answer.json() == {"detail": "the content type is 'text/plain': send application/json"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("/data/local-files/?d=../secret.png", "leads out of"),
        (data_url(b"no picture"), "is no picture that can be decoded"),
        (data_url(png(picture())[:-40]), "is no picture that can be decoded"),
        (data_url(png(np.zeros((30, 30, 3), np.uint8))), "frame 0 has 30x30 px, the editor says 120x60"),
    ],
    ids=["outside", "no picture", "cut off", "other size"],
)
def test_a_picture_that_cannot_be_used_is_one_line_and_an_empty_answer(
    serve: Serve, caplog: pytest.LogCaptureFixture, url: str, why: str
) -> None:
    assert predicted(serve(), body([task([url])], click(25, 30))) == []
    (line,) = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert line.startswith("task '12': no answer: ")
    assert why in line
    assert "\n" not in line


def test_no_token_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client = serve()
        told = {"project": "3.17", "schema": interface.xml(), "hostname": "http://127.0.0.1:9", "access_token": SECRET}
        assert client.post("/setup", json=told).status_code == 200
        assert client.post("/setup", json={**told, "hostname": [SECRET]}).status_code == 400
        assert client.post("/setup", content=json.dumps(told)[:-1].encode()).status_code == 400
        assert predicted(client, body([task([f"/data/upload/1/a.png?token={SECRET}"])], click(25, 30))) == []
    assert "no answer: http://127.0.0.1:9/data/upload/1/a.png cannot be fetched" in caplog.text
    assert SECRET not in caplog.text


def test_with_a_login_nothing_is_answered_without_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASIC_AUTH_USER", "studio")
    monkeypatch.setenv("BASIC_AUTH_PASS", "sesame")
    for login in (None, ("studio", "wrong"), ("other", "sesame")):
        answer = serve(login=login).get("/health")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Basic"
    assert serve(login=("studio", "sesame")).get("/health").status_code == 200


def asked(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the segmenter was asked for."""
    return [one.getMessage() for one in caplog.records if one.name == "tests.annotate.backend.grow"]
