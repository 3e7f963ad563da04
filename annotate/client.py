"""A Label Studio server, through the client of its makers: only this file knows its addresses and its errors.

Nothing but a GET is ever repeated by itself unless its token was refused: a request that got no answer may have been
carried out all the same, so whoever made it asks the server what it has before trying again.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

import httpx
from httpx import Response
from label_studio_sdk.core.api_error import ApiError

from annotate import answers
from annotate.connection import Connection, Row
from sts.errors import ConfigError, ServerError

OLDEST = (1, 20)
"""The first versions with bitmask regions"""
TIMEOUT_S = 600.0
"""An import of thousands of tasks is one request"""
CONNECT_S = 10.0
EXPORTED = 100
"""Tasks an export: their numbers stand in the address, which must stay short"""

LISTED = ("id", "data", "updated_at", "total_annotations", "cancelled_annotations", "total_predictions")
"""Of a task, where many are listed; the cancelled annotations are those of skipped tasks"""
READ = (
    *("id", "updated_at", "annotations"),
    *("result", "completed_by", "lead_time", "was_cancelled", "parent_prediction"),
)
"""Of a task and of each of its annotations"""

Task = dict[str, Any]
"""As Label Studio writes it in JSON"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as the server has it."""

    id: int
    title: str
    created_at: datetime
    """With the id it tells a project from a later one of the same id"""
    label_config: str
    model_version: str
    """Of the predictions that annotators see"""


class Studio:
    """What the project needs of a server. ServerError in one line, without the token, for all that goes wrong there."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.strip().rstrip("/")
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise ConfigError(f"LABEL_STUDIO_URL = {url!r} is no address: write http://127.0.0.1:8080")
        if not re.fullmatch(r"[!-~]+", token.strip()):
            raise ConfigError("LABEL_STUDIO_API_KEY is no token: copy it from the account page of Label Studio")
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it has a line for every request
        from label_studio_sdk import LabelStudio

        self._connection = httpx.Client(timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S), follow_redirects=False)
        try:
            client = LabelStudio(base_url=f"{self.url}/", api_key=token.strip(), httpx_client=self._connection)
        except ApiError as error:  # the token says itself that it has expired
            raise answers.refusal(self.url, error.status_code or 0, str(error.body), "the token") from error
        # Its typed methods copy a large import value by value and take any "not found" for the end of the pages
        self._http, self._tokens = client._client_wrapper.httpx_client, client._client_wrapper._tokens_client
        self._server = Connection(self.url, self._request)

    def __enter__(self) -> "Studio":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    @classmethod
    def from_environment(cls) -> "Studio":
        """The server of LABEL_STUDIO_URL with the token LABEL_STUDIO_API_KEY: it answers, and is no old one."""
        missing = [name for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY") if not os.environ.get(name)]
        if missing:
            raise ConfigError(
                f"{' and '.join(missing)} not set: `python -m pipelines.labelstudio` starts a server and says how"
            )
        studio = cls(os.environ["LABEL_STUDIO_URL"], os.environ["LABEL_STUDIO_API_KEY"])
        try:
            studio.check()
        except BaseException:
            studio.close()
            raise
        return studio

    def check(self) -> str:
        """Version of the server; ServerError if it has no bitmask regions yet or does not know the token."""
        told = self._server.ask("GET", "api/version")
        if not isinstance(told, dict) or "release" not in told:
            raise answers.stranger(self.url)
        version = str(told["release"])
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
            raise ServerError(f"{self.url} is Label Studio {version}: {'.'.join(map(str, OLDEST))} or newer is needed")
        self._server.ask("GET", "api/current-user/whoami")
        return version

    def project(self, project_id: int) -> Project:
        """One project as it is now."""
        return _project(self._server.ask("GET", f"api/projects/{project_id}/", what=f"project {project_id}"))

    def find_project(self, title: str) -> Project | None:
        """The project of this title; ServerError if there are several."""
        found = [
            row for row in self._server.pages("api/projects/", "results", {"title": title}) if row["title"] == title
        ]
        if len(found) > 1:
            ids = ", ".join(str(row["id"]) for row in found)
            raise ServerError(f"{self.url} has several projects {title!r} ({ids}): rename all but one")
        return self.project(found[0]["id"]) if found else None

    def create_project(self, title: str, label_config: str) -> Project:
        """A new project that shows predictions."""
        if not 3 <= len(title) <= 50:
            raise ConfigError(f"the title of a project has 3 to 50 characters, not {len(title)}: {title!r}")
        body = {"title": title, "label_config": label_config, "show_collab_predictions": True}
        return _project(self._server.ask("POST", "api/projects/", body=body))

    def change_project(self, project_id: int, **settings: Any) -> Project:
        """Change settings such as label_config, maximum_annotations or model_version, of which a prediction must be."""
        path = f"api/projects/{project_id}/"
        return _project(self._server.ask("PATCH", path, body=settings, what=f"project {project_id}"))

    def show_files(self, project_id: int, folder: PurePath) -> None:
        """Let annotators of a project see a folder below the document root of the server.

        The storage is never synchronised: that would make tasks of its own from the files.
        """
        path, project = "api/storages/localfiles/", {"project": project_id}
        if any(row["path"] == str(folder) for row in self._server.ask("GET", path, params=project)):
            return
        self._server.ask(
            "POST", path, body={**project, "path": str(folder), "use_blob_urls": True, "title": folder.name}
        )

    def import_tasks(self, project_id: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Ids of new tasks, in the order of the tasks. All are made, or none."""
        path, params = f"api/projects/{project_id}/import", {"return_task_ids": "true", "commit_to_project": "true"}
        answer = self._server.ask("POST", path, params=params, body=list(tasks), what=f"project {project_id}")
        made = answer.get("task_ids", [])
        if len(made) != len(tasks):
            raise ServerError(f"{self.url} made {len(made)} tasks of {len(tasks)} in project {project_id}")
        return [int(task_id) for task_id in made]

    def find_tasks(self, project_id: int, key: str, value: str) -> list[Task]:
        """Tasks whose `data` has this value, by id, with id and data only."""
        query = answers.query(f"data.{key}", "equal", "String", value, ordering="tasks:id")
        params = {"project": project_id, "fields": "task_only", "include": "id,data", "query": query}
        params["resolve_uri"] = "false"
        found = [task for task in self._server.pages("api/tasks/", "tasks", params) if task["data"].get(key) == value]
        return sorted({task["id"]: task for task in found}.values(), key=lambda task: int(task["id"]))

    def export(self, project_id: int, task_ids: Sequence[int]) -> Iterator[Task]:
        """Tasks with annotations, drafts and the ids of predictions, as far as they are still there."""
        for first in range(0, len(task_ids), EXPORTED):
            path, params = f"api/projects/{project_id}/export", {"exportType": "JSON", "download_all_tasks": "true"}
            ids = {"ids[]": list(task_ids[first : first + EXPORTED])}
            yield from self._server.ask("GET", path, params=params | ids, what=f"project {project_id}")

    def tasks(self, project_id: int) -> list[Task]:
        """All tasks as of one moment, by id, with id, data, time of change and numbers of what belongs to each.

        A submission, also changed or deleted, changes its task, and so does a prediction of its own; a draft does not.
        """
        n = self.numbers(project_id)[0]
        if n == 0:  # the server has "not found" for an empty list
            return []
        # The other list of tasks reads every annotation and prediction of theirs: megabytes a task
        path, params = f"api/projects/{project_id}/tasks/", {"include": ",".join(LISTED), "page_size": "-1"}
        found = self._server.ask("GET", path, params=params, what=f"project {project_id}")
        if len(found) < n:
            raise ServerError(
                f"{self.url} lists {len(found)} tasks of {n}: run the command again, and if that is no help, "
                "unset TASK_API_PAGE_SIZE_MAX of the server"
            )
        return sorted(found, key=lambda task: int(task["id"]))

    def newest(self, project_id: int, page: int, size: int) -> dict[int, list[Row]]:
        """Annotations of the tasks on a page, counted from 1, of all tasks, of which the last to change is the first.

        Without the predictions that were shown, as `annotations`, but with skipped ones, in half of the time a task.
        """
        params = {"include": ",".join(READ), "page": page, "page_size": size}
        found = self._server.find(f"api/projects/{project_id}/tasks/", params) or []
        return {int(task["id"]): task["annotations"] for task in found}

    def annotations(self, project_id: int, task_id: int, *, skipped: bool) -> list[Row] | None:
        """What was submitted for a task, and with `skipped` what was skipped; None for a task that is there no longer.

        The export alone knows what was skipped and which prediction was shown to somebody who began with none; it takes
        three times as long.
        """
        if not skipped:
            rows: list[Row] | None = self._server.find(f"api/tasks/{task_id}/annotations/")
            if rows is None or all(row["parent_prediction"] is not None for row in rows):
                return rows
        return next((task["annotations"] for task in self.export(project_id, [task_id])), None)

    def predicted(self, project_id: int, model_version: str) -> set[int]:
        """Ids of the tasks that have a prediction of a model version."""
        query = answers.query("predictions_model_versions", "contains", "String", [model_version], ordering="tasks:id")
        params = {"project": project_id, "fields": "task_only", "include": "id", "query": query}
        return {int(row["id"]) for row in self._server.pages("api/tasks/", "tasks", params)}

    def version_of(self, prediction_id: int) -> str:
        """Model version of a prediction."""
        path = f"api/predictions/{prediction_id}/"
        return str(self._server.ask("GET", path, what=f"prediction {prediction_id}")["model_version"])

    def numbers(self, project_id: int) -> tuple[int, int]:
        """How many tasks and annotations a project has, skipped ones included; cheap, where listing tasks is not."""
        found = self._server.ask("GET", f"api/projects/{project_id}/", what=f"project {project_id}")
        return found["task_number"], found["total_annotations_number"] + found["skipped_annotations_number"]

    def model_versions(self, project_id: int) -> dict[str, int]:
        """Model versions of a project and how many predictions each has."""
        found = self._server.ask("GET", f"api/projects/{project_id}/model-versions/", what=f"project {project_id}")
        return {str(name): int(n) for name, n in found.items()}

    def annotators(self) -> dict[int, str]:
        """The addresses of all users by their number."""
        return {int(row["id"]): str(row["email"]) for row in self._server.ask("GET", "api/users/")}

    def who(self) -> int:
        """Number of the user whose token this is."""
        return int(self._server.ask("GET", "api/current-user/whoami")["id"])

    def task(self, task_id: int) -> Task:
        """One task with its predictions and annotations."""
        return dict(self._server.ask("GET", f"api/tasks/{task_id}/", what=f"task {task_id}"))

    def annotate(self, task_id: int, annotation: Mapping[str, Any]) -> int:
        """Id of a new annotation; the server takes none twice that has the same `unique_id`."""
        path = f"api/tasks/{task_id}/annotations/"
        return int(self._server.ask("POST", path, body=annotation, what=f"task {task_id}")["id"])

    def predict(
        self, task_id: int, model_version: str, result: Sequence[Mapping[str, Any]], score: float | None
    ) -> int:
        """Id of a new prediction, one more even where the task has one of this version."""
        body = {"task": task_id, "model_version": model_version, "result": list(result), "score": score}
        return int(self._server.ask("POST", "api/predictions/", body=body, what=f"task {task_id}")["id"])

    def delete_predictions(self, project_id: int, model_version: str) -> int:
        """Delete a model version of a project; how many predictions it had."""
        path, body = f"api/projects/{project_id}/model-versions/", {"model_version": model_version}
        return int(self._server.ask("DELETE", path, body=body, what=f"project {project_id}")["deleted_predictions"])

    def delete_task(self, task_id: int) -> None:
        """Delete a task and what belongs to it."""
        self._server.ask("DELETE", f"api/tasks/{task_id}/", what=f"task {task_id}")

    def _request(self, path: str, **how: Any) -> Response:
        """One request by the client of the makers, which renews a token before it.

        By its own clock: where the server's is ahead, it refuses the request and gets it again with a new token.
        """
        try:
            answer = self._http.request(path, **how)
            if answer.status_code == HTTPStatus.UNAUTHORIZED and not self._tokens._use_legacy_token:
                self._tokens._access_token = None
                answer = self._http.request(path, **how)
            return answer
        except ApiError as error:
            raise answers.refusal(self.url, error.status_code or 0, str(error.body), "the token") from error
        except ValueError as error:  # the answer about the token was no JSON
            raise answers.stranger(self.url) from error


def _project(row: Mapping[str, Any]) -> Project:
    return Project(
        id=row["id"],
        title=row["title"],
        created_at=datetime.fromisoformat(row["created_at"]),
        label_config=row["label_config"],
        model_version=row["model_version"] or "",
    )
