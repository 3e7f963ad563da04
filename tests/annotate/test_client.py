import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from annotate import client, connection
from annotate.client import Project, Studio
from sts.errors import ServerError
from tests.annotate.studio import RunningStudio

INTERFACE = (Path(client.__file__).parent / "interface.xml").read_text(encoding="utf-8")
TOKEN = "0123456789abcdef0123456789abcdef01234567"
QUALITY = {"from_name": "quality", "to_name": "img", "type": "choices", "value": {"choices": ["accept"]}}

pytestmark = pytest.mark.server


@pytest.fixture
def labels(studio: RunningStudio) -> Iterator[Studio]:
    with Studio(studio.url, studio.token) as labels:
        yield labels


@pytest.fixture
def project(labels: Studio) -> Project:
    return labels.create_project(f"test {uuid4().hex}", INTERFACE)


def task(uid: str, **data: Any) -> dict[str, Any]:
    return {"data": {"frames": ["data:,"], "uid": uid, "batch": "b1", **data}}


def call(studio: RunningStudio, method: str, path: str, body: Any = None) -> Any:
    """What an annotator's browser sends."""
    headers = {"Authorization": f"Token {studio.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{studio.url}/{path}", data=data, headers=headers, method=method), timeout=60) as answer:
        said = answer.read()
    return json.loads(said) if said else None


def test_the_server_is_there_and_new_enough(
    labels: Studio, monkeypatch: pytest.MonkeyPatch, studio: RunningStudio
) -> None:
    assert labels.check() == "1.23.2"
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    with Studio.from_environment() as found:
        assert found.url == studio.url


def test_a_project_is_found_by_its_title(labels: Studio, project: Project) -> None:
    assert labels.find_project(project.title) == project == labels.project(project.id)
    assert labels.find_project(project.title[:-1]) is None
    assert abs(project.created_at - datetime.now(UTC)) < timedelta(minutes=10)
    again = labels.create_project(project.title, INTERFACE)
    with pytest.raises(ServerError, match=rf"several projects .*\({again.id}, {project.id}\): rename all but one"):
        labels.find_project(project.title)


def test_settings_of_a_project_change(studio: RunningStudio, labels: Studio, project: Project) -> None:
    assert labels.change_project(project.id, maximum_annotations=3).id == project.id
    assert call(studio, "GET", f"api/projects/{project.id}/")["maximum_annotations"] == 3


def test_a_label_config_that_the_server_refuses_is_one_line(labels: Studio, project: Project) -> None:
    with pytest.raises(ServerError, match=rf"refuses project {project.id} \(400\): .*label_config") as caught:
        labels.change_project(project.id, label_config="<View><Image name='img'/></View>")
    assert "\n" not in str(caught.value)


def test_pictures_are_served_once_their_folder_is_shown(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    folder = studio.files / uuid4().hex
    folder.mkdir()
    (folder / "0.jpg").write_bytes(b"picture")
    address = Request(f"{labels.url}/data/local-files/?d={folder.name}/0.jpg")
    address.add_header("Authorization", f"Token {studio.token}")
    labels.show_files(project.id, folder)
    labels.show_files(project.id, folder)
    with urlopen(address, timeout=60) as answer:
        assert answer.read() == b"picture"
    rows = call(studio, "GET", f"api/storages/localfiles/?project={project.id}")
    assert [row["path"] for row in rows] == [str(folder)]
    assert labels.find_tasks(project.id, "batch", "b1") == []


def test_a_folder_outside_the_document_root_is_refused(labels: Studio, project: Project, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"refuses .* \(400\): .*must be a subdirectory"):
        labels.show_files(project.id, tmp_path)


def test_tasks_are_found_by_what_stands_in_their_data(labels: Studio, project: Project) -> None:
    ids = labels.import_tasks(project.id, [task(f"w{i}", batch=f"b{i % 2}") for i in range(7)])
    assert [(found["id"], found["data"]["uid"]) for found in labels.find_tasks(project.id, "batch", "b1")] == [
        (ids[i], f"w{i}") for i in (1, 3, 5)
    ]
    assert [found["id"] for found in labels.find_tasks(project.id, "uid", "w6")] == [ids[6]]
    assert labels.find_tasks(project.id, "uid", "w") == []
    assert labels.find_tasks(project.id, "nothing", "w6") == []


def test_a_key_with_marks_of_a_query_is_found(labels: Studio, project: Project) -> None:
    uid = 'clip:é "&?#%\\:000000-000007'
    ids = labels.import_tasks(project.id, [task(uid), task("other")])
    assert [found["id"] for found in labels.find_tasks(project.id, "uid", uid)] == ids[:1]


def test_more_tasks_than_a_page_are_found_and_listed_once(labels: Studio, project: Project) -> None:
    assert labels.tasks(project.id) == []
    n = 2 * connection.PAGE
    ids = labels.import_tasks(project.id, [task(f"w{i}") for i in range(n)])
    assert [found["id"] for found in labels.find_tasks(project.id, "batch", "b1")] == sorted(ids)
    assert [(found["id"], found["data"]) for found in labels.tasks(project.id)] == [
        (ids[i], task(f"w{i}")["data"]) for i in range(n)
    ]


def test_what_changes_a_task_is_what_was_submitted(studio: RunningStudio, labels: Studio, project: Project) -> None:
    ids = labels.import_tasks(project.id, [task(f"w{i}") for i in range(4)])

    def moments() -> dict[int, datetime]:
        return {one["id"]: datetime.fromisoformat(one["updated_at"]) for one in labels.tasks(project.id)}

    before = moments()
    call(studio, "POST", f"api/tasks/{ids[1]}/drafts", {"result": [QUALITY], "lead_time": 1})
    assert moments() == before
    made = call(studio, "POST", f"api/tasks/{ids[0]}/annotations/", {"result": [QUALITY], "lead_time": 2.5})
    labels.predict(ids[2], "m1", [QUALITY], 0.5)
    submitted = moments()
    assert [task_id for task_id in ids if submitted[task_id] > before[task_id]] == [ids[0], ids[2]]
    call(studio, "PATCH", f"api/annotations/{made['id']}/", {"result": []})
    changed = moments()
    call(studio, "DELETE", f"api/annotations/{made['id']}/")
    deleted = moments()
    assert submitted[ids[0]] < changed[ids[0]] < deleted[ids[0]]
    assert deleted | {ids[0]: submitted[ids[0]]} == submitted


def test_a_list_says_how_much_belongs_to_each_task(studio: RunningStudio, labels: Studio, project: Project) -> None:
    ids = labels.import_tasks(project.id, [task(f"w{i}") for i in range(3)])
    for i, body in enumerate(({"result": [QUALITY]}, {"result": [], "was_cancelled": True})):
        call(studio, "POST", f"api/tasks/{ids[i]}/annotations/", body)
    labels.predict(ids[2], "m1", [QUALITY], 0.5)
    keys = ("total_annotations", "cancelled_annotations", "total_predictions")
    assert [tuple(one[key] for key in keys) for one in labels.tasks(project.id)] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_annotations_come_with_what_was_skipped_where_it_is_asked_for(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    (one,) = labels.import_tasks(project.id, [task("w0")])
    parent = labels.predict(one, "m1", [QUALITY], 0.5)
    labels.change_project(project.id, model_version="m1")
    body = {"result": [QUALITY], "lead_time": 2.5, "parent_prediction": parent}
    first = call(studio, "POST", f"api/tasks/{one}/annotations/", body)["id"]
    (row,) = labels.annotations(project.id, one, skipped=False) or []
    assert (row["id"], row["parent_prediction"], row["lead_time"], row["was_cancelled"]) == (first, parent, 2.5, False)
    second = call(studio, "POST", f"api/tasks/{one}/annotations/", {**body, "was_cancelled": True})["id"]
    rows = labels.annotations(project.id, one, skipped=True) or []
    assert [(row["id"], row["was_cancelled"]) for row in rows] == [(first, False), (second, True)]
    labels.delete_task(one)
    assert [labels.annotations(project.id, one, skipped=skipped) for skipped in (False, True)] == [None, None]


def test_tasks_are_read_page_by_page_the_last_to_change_first(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    ids = labels.import_tasks(project.id, [task(f"w{i}") for i in range(5)])
    first = call(studio, "POST", f"api/tasks/{ids[3]}/annotations/", {"result": [QUALITY], "lead_time": 2.5})["id"]
    second = call(studio, "POST", f"api/tasks/{ids[1]}/annotations/", {"result": [], "was_cancelled": True})["id"]
    found = labels.newest(project.id, 1, 2)
    assert {task_id: [row["id"] for row in rows] for task_id, rows in found.items()} == {
        ids[1]: [second],
        ids[3]: [first],
    }
    (row,), (skipped,) = found[ids[3]], found[ids[1]]
    assert (row["result"][0]["value"], row["lead_time"], skipped["was_cancelled"]) == (QUALITY["value"], 2.5, True)
    assert [len(labels.newest(project.id, page, 2)) for page in (2, 3, 4)] == [2, 1, 0]


def test_who_began_with_no_pre_label_is_known_to_have_been_shown_one(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    (one,) = labels.import_tasks(project.id, [task("w0")])
    labels.predict(one, "m1", [QUALITY], 0.5)
    labels.change_project(project.id, model_version="m1")
    call(studio, "POST", f"api/tasks/{one}/annotations/", {"result": [QUALITY]})
    (row,) = labels.annotations(project.id, one, skipped=False) or []
    assert (row["parent_prediction"], row["prediction"]["model_version"]) == (None, "m1")


def test_chosen_tasks_come_with_annotations_drafts_and_predictions(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    n = client.EXPORTED + 5
    ids = labels.import_tasks(project.id, [task(f"w{i}") for i in range(n)])
    made = call(studio, "POST", f"api/tasks/{ids[0]}/annotations/", {"result": [QUALITY], "lead_time": 2.5})
    call(studio, "POST", f"api/tasks/{ids[1]}/annotations/", {"result": [], "was_cancelled": True})
    call(studio, "POST", f"api/tasks/{ids[2]}/drafts", {"result": [QUALITY], "lead_time": 1})
    labels.predict(ids[3], "m1", [QUALITY], 0.5)
    labels.delete_task(ids[4])
    found = {one["id"]: one for one in labels.export(project.id, ids[:-1])}
    assert set(found) == set(ids[:-1]) - {ids[4]}
    annotation = found[ids[0]]["annotations"][0]
    assert (annotation["id"], annotation["lead_time"], annotation["was_cancelled"]) == (made["id"], 2.5, False)
    assert annotation["result"][0]["value"] == QUALITY["value"]
    assert found[ids[1]]["annotations"][0]["was_cancelled"] is True
    assert (found[ids[2]]["annotations"], len(found[ids[2]]["drafts"])) == ([], 1)
    assert [labels.version_of(prediction) for prediction in found[ids[3]]["predictions"]] == ["m1"]


def test_a_model_version_is_deleted_whole_and_alone(studio: RunningStudio, labels: Studio, project: Project) -> None:
    ids = labels.import_tasks(project.id, [task("w0"), task("w1")])
    for task_id in ids:
        labels.predict(task_id, "old", [QUALITY], 0.1)
        labels.predict(task_id, "new", [QUALITY], 0.2)
    assert labels.change_project(project.id, model_version="new").model_version == "new"
    assert labels.delete_predictions(project.id, "old") == 2
    left = [call(studio, "GET", f"api/predictions/?task={task_id}") for task_id in ids]
    assert [[one["model_version"] for one in predictions] for predictions in left] == [["new"], ["new"]]
    assert labels.model_versions(project.id) == {"new": 2}


def test_predictions_come_with_their_tasks(studio: RunningStudio, labels: Studio, project: Project) -> None:
    prediction = {"model_version": "m1", "score": 0.25, "result": [QUALITY]}
    ids = labels.import_tasks(project.id, [{**task("w0"), "predictions": [prediction]}])
    found = call(studio, "GET", f"api/predictions/?task={ids[0]}")[0]
    assert (found["model_version"], found["score"]) == ("m1", 0.25)
    assert found["result"][0]["value"] == QUALITY["value"]


def test_a_deleted_project_is_one_line(studio: RunningStudio, labels: Studio, project: Project) -> None:
    call(studio, "DELETE", f"api/projects/{project.id}/")
    gone = f"has no project {project.id}: it was deleted"
    with pytest.raises(ServerError, match=gone):
        labels.import_tasks(project.id, [task("w0")])
    with pytest.raises(ServerError, match=gone):
        labels.find_tasks(project.id, "uid", "w0")
    with pytest.raises(ServerError, match=gone):
        labels.tasks(project.id)
    with pytest.raises(ServerError, match=gone):
        next(labels.export(project.id, [1]))


def test_a_wrong_token_is_one_line_without_it(studio: RunningStudio) -> None:
    refused = pytest.raises(ServerError, match=r"refuses the token of LABEL_STUDIO_API_KEY \(401\)")
    with Studio(studio.url, TOKEN) as labels, refused as caught:
        labels.check()
    assert TOKEN not in str(caught.value)


@pytest.mark.filterwarnings("ignore:The `parse_obj` method is deprecated")
def test_a_personal_token_is_renewed_and_a_revoked_one_refused(studio: RunningStudio) -> None:
    refresh = call(studio, "POST", "api/token/")["token"]
    with Studio(studio.url, refresh) as personal:
        assert personal.check() == "1.23.2"
    call(studio, "POST", "api/token/blacklist/", {"refresh": refresh})
    refused = pytest.raises(ServerError, match="refuses the token of LABEL_STUDIO_API_KEY")
    with Studio(studio.url, refresh) as personal, refused:
        personal.check()


def test_nothing_is_logged_of_a_token(studio: RunningStudio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Studio(studio.url, studio.token) as labels:
        labels.check()
        labels.find_project("no such title")
    assert studio.token not in caplog.text


def test_a_server_that_is_killed_and_comes_back_has_what_it_answered_for(
    studio: RunningStudio, labels: Studio, project: Project
) -> None:
    ids = labels.import_tasks(project.id, [task("w0")])
    assert studio.kill() == 1
    with pytest.raises(ServerError, match=r"does not answer \(.*\): start it, or mend LABEL_STUDIO_URL"):
        labels.import_tasks(project.id, [task("w1")])
    studio.start()
    assert [found["id"] for found in labels.find_tasks(project.id, "batch", "b1")] == ids
