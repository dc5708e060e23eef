"""GitLab's webhooks."""

from collections.abc import Callable, Mapping

from messaging.incoming.formats import Format, Payload
from messaging.incoming.github import COMMITS, branch_or_tag
from messaging.incoming.reading import (
    EXCERPT,
    address_at,
    first_line_at,
    lines,
    objects,
    some,
    text_at,
    value_at,
    words,
)

_VERBS = {"open": "opened", "close": "closed", "reopen": "reopened", "update": "updated", "merge": "merged"}
_STATUSES = {
    "success": "succeeded",
    "failed": "failed",
    "canceled": "was cancelled",
    "skipped": "was skipped",
    "running": "is running",
    "pending": "is pending",
    "created": "was created",
    "manual": "waits for somebody",
}
_NOTED = {
    "MergeRequest": ("merge_request", "merge request !"),
    "Issue": ("issue", "issue #"),
    "Snippet": ("snippet", "snippet "),
    "Commit": ("commit", "a commit "),
}


def write(payload: Payload, event: str) -> str | None:
    """Return the message for the kind of event that the payload names."""
    kind = text_at(payload, "object_kind") or text_at(payload, "event_name")
    writer = _WRITERS.get(kind)
    return (writer(payload) if writer else "") or _other(payload, kind or event.removesuffix(" Hook").lower())


def _who(payload: Payload) -> str:
    return text_at(payload, "user", "name") or text_at(payload, "user_name") or "Somebody"


def _project(payload: Payload) -> str:
    return text_at(payload, "project", "path_with_namespace") or text_at(payload, "project", "name") or "a project"


def _other(payload: Payload, kind: str) -> str:
    action = text_at(payload, "object_attributes", "action") or text_at(payload, "action")
    return lines(
        words("GitLab:", (kind or "event").replace("_", " "), action, f"in {_project(payload)}"),
        address_at(payload, "object_attributes", "url") or address_at(payload, "project", "web_url"),
    )


def _push(payload: Payload) -> str:
    kind, name = branch_or_tag(text_at(payload, "ref"))
    who, where = _who(payload), _project(payload)
    if text_at(payload, "after").strip("0") == "" and text_at(payload, "after"):
        return f"{who} deleted the {kind} {name} of {where}"
    commits = objects(payload.get("commits"))
    page = address_at(payload, "project", "web_url")
    if kind == "tag" or not commits:
        return lines(f"{who} pushed the {kind} {name} to {where}", page)
    counted = payload.get("total_commits_count")
    total = counted if isinstance(counted, int) and counted >= len(commits) else len(commits)
    told = (
        words(
            text_at(commit, "id", most=50)[:7],
            text_at(commit, "title") or first_line_at(commit, "message"),
            f"({author})" if (author := text_at(commit, "author", "name")) else "",
        )
        for commit in reversed(commits)
    )
    count = "1 commit" if total == 1 else f"{total} commits"
    shown = some(told, total, COMMITS)
    return lines(f"{who} pushed {count} to {name} of {where}", shown, page and f"{page}/-/commits/{name}")


def _verb(payload: Payload) -> str:
    action = text_at(payload, "object_attributes", "action")
    return _VERBS.get(action) or action or "changed"


def _merge_request(payload: Payload) -> str:
    return _thing(payload, "merge request !")


def _issue(payload: Payload) -> str:
    return _thing(payload, "issue #")


def _thing(payload: Payload, noun: str) -> str:
    what = payload.get("object_attributes")
    about = f"{_who(payload)} {_verb(payload)} {noun}{text_at(what, 'iid')} in {_project(payload)}"
    title = text_at(what, "title")
    return lines(f"{about}: {title}" if title else about, address_at(what, "url"))


def _note(payload: Payload) -> str:
    note = payload.get("object_attributes")
    key, noun = _NOTED.get(text_at(note, "noteable_type"), ("", "something"))
    about = payload.get(key)
    number = text_at(about, "iid") or text_at(about, "id", most=50)[:7]
    title = text_at(about, "title") or first_line_at(about, "message")
    head = f"{_who(payload)} commented on {noun}{number} in {_project(payload)}"
    return lines(f"{head}: {title}" if title else head, text_at(note, "note", most=EXCERPT), address_at(note, "url"))


def _pipeline(payload: Payload) -> str:
    pipeline = payload.get("object_attributes")
    number, status = text_at(pipeline, "id"), text_at(pipeline, "status")
    told = _STATUSES.get(status) or status.replace("_", " ") or "changed"
    about = words("Pipeline", f"#{number}" if number else "", told, f"on {text_at(pipeline, 'ref') or 'a branch'}")
    title = text_at(payload, "commit", "title") or first_line_at(payload, "commit", "message")
    head = f"{about} of {_project(payload)}"
    page = address_at(payload, "project", "web_url")
    address = address_at(pipeline, "url") or (page and number and f"{page}/-/pipelines/{number}")
    return lines(f"{head}: {title}" if title else head, address)


_WRITERS: dict[str, Callable[[Payload], str]] = {
    "push": _push,
    "tag_push": _push,
    "merge_request": _merge_request,
    "issue": _issue,
    "work_item": _issue,
    "note": _note,
    "pipeline": _pipeline,
}


def _has_shape(payload: Payload) -> bool:
    return isinstance(payload.get("object_kind"), str) and isinstance(value_at(payload, "project"), Mapping)


FORMAT = Format("gitlab", "GitLab", write, header="X-Gitlab-Event", has_shape=_has_shape)
