"""What a Label Studio server is asked for, and what its refusals mean."""

import json
from http import HTTPStatus

from sts.errors import ServerError

LONGEST = 300
"""Characters of what the server says that are passed on"""


def query(name: str, operator: str, kind: str, value: str | list[str], *, ordering: str) -> str:
    """A filter of the data manager on one column of the tasks, in its JSON."""
    item = {"filter": f"filter:tasks:{name}", "operator": operator, "type": kind, "value": value}
    return json.dumps({"filters": {"conjunction": "and", "items": [item]}, "ordering": [ordering]})


def refusal(url: str, status: int, said: str, what: str) -> ServerError:
    """The error of a status that is none of success; `what` was asked for."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ServerError(
            f"{url} refuses the token of LABEL_STUDIO_API_KEY ({status}): it is wrong, expired, or of somebody who may "
            "not do this; copy another from the account page"
        )
    if status == HTTPStatus.NOT_FOUND:
        return ServerError(
            f"{url} has no {what}: it was deleted, or LABEL_STUDIO_URL is another server's; to begin anew, push to "
            "another --out"
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ServerError(f"{url} takes less in one request than was sent for {what}: send fewer tasks at a time")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(f"{url} fails at {what} ({status}): see its log, then run the command again")
    if status < HTTPStatus.BAD_REQUEST:
        return ServerError(f"{url} sends {what} elsewhere ({status}): write where it leads in LABEL_STUDIO_URL")
    return ServerError(f"{url} refuses {what} ({status}): {' '.join(said.split())[:LONGEST]}")


def stranger(url: str) -> ServerError:
    """The error of something else that listens there."""
    return ServerError(f"{url} answers, but not as Label Studio does: mend LABEL_STUDIO_URL")
