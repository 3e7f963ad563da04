"""What an annotator's browser asks of Label Studio."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from annotate.client import Studio

Region = dict[str, Any]
ACCEPT: Region = {
    "id": "q",
    "from_name": "quality",
    "to_name": "img",
    "type": "choices",
    "value": {"choices": ["accept"]},
    "origin": "manual",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One person in one project."""

    url: str
    token: str
    project_id: int

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of the answer."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.url}/{path}", data=data, headers=headers, method=method), timeout=120) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def tasks(self) -> dict[str, int]:
        """Uids and numbers of all tasks, which must be one a uid."""
        with Studio(self.url, self.token) as server:
            rows = [(task["data"]["uid"], task["id"]) for task in server.tasks(self.project_id)]
        assert len({uid for uid, _ in rows}) == len(rows)
        return dict(rows)

    def shown(self, uid: str) -> Region:
        """The prediction that the editor opens a window with."""
        version = self.call("GET", f"api/projects/{self.project_id}/")["model_version"]
        predictions = self.call("GET", f"api/tasks/{self.tasks()[uid]}/")["predictions"]
        return next(one for one in predictions if one["model_version"] == version)

    def submit(
        self, uid: str, edit: Callable[[list[Region]], list[Region]] = lambda regions: regions, **fields: Any
    ) -> int:
        """Open a window, edit what is shown, submit it; number of the annotation."""
        shown = self.shown(uid)
        result = edit([{**region, "origin": "prediction"} for region in shown["result"]])
        body = {"result": [*result, ACCEPT], "parent_prediction": shown["id"], "lead_time": 12.5, **fields}
        return int(self.call("POST", f"api/tasks/{shown['task']}/annotations/", body)["id"])

    def change(self, annotation_id: int, result: Sequence[Region]) -> None:
        """Submit another version of an annotation."""
        self.call("PATCH", f"api/annotations/{annotation_id}/", {"result": list(result)})
