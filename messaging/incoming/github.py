"""GitHub's webhooks, and those of Gitea and Forgejo, which send the same."""

from collections.abc import Callable

from messaging.incoming.formats import Format, Payload
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

COMMITS = 5
_VERBS = {
    "synchronize": "updated",
    "ready_for_review": "marked as ready",
    "converted_to_draft": "made a draft of",
    "review_requested": "asked for a review of",
    "labeled": "labelled",
    "unlabeled": "took a label from",
}
_REVIEWS = {"approved": "approved", "changes_requested": "asked for changes in", "commented": "reviewed"}
_CONCLUSIONS = {
    "success": "succeeded",
    "failure": "failed",
    "cancelled": "was cancelled",
    "timed_out": "timed out",
    "skipped": "was skipped",
    "action_required": "needs somebody",
    "in_progress": "began",
    "requested": "was requested",
}


def write(payload: Payload, event: str) -> str | None:
    """Return the message for ``event``, told from the payload where no header names it."""
    event = event or next((name for name, key in _KEYS if key in payload), "")
    if event == "ping":
        return None
    writer = _WRITERS.get(event)
    return (writer(payload) if writer else "") or _other(payload, event)


def _who(payload: Payload) -> str:
    return text_at(payload, "sender", "login") or text_at(payload, "pusher", "name") or "Somebody"


def _repository(payload: Payload) -> str:
    return text_at(payload, "repository", "full_name") or text_at(payload, "organization", "login")


def _other(payload: Payload, event: str) -> str:
    about = words("GitHub:", (event or "event").replace("_", " "), text_at(payload, "action").replace("_", " "))
    where = _repository(payload)
    return lines(words(about, f"in {where}" if where else ""), address_at(payload, "repository", "html_url"))


def _push(payload: Payload) -> str:
    kind, name = branch_or_tag(text_at(payload, "ref"))
    who, where = _who(payload), _repository(payload)
    if payload.get("deleted") is True:
        return f"{who} deleted the {kind} {name} of {where}"
    commits = objects(payload.get("commits"))
    if not commits:
        return lines(f"{who} pushed the {kind} {name} to {where}", address_at(payload, "compare"))
    count = "1 commit" if len(commits) == 1 else f"{len(commits)} commits"
    told = (
        words(
            text_at(commit, "id", most=50)[:7],
            first_line_at(commit, "message"),
            f"({author})" if (author := text_at(commit, "author", "name")) else "",
        )
        for commit in commits
    )
    shown = some(told, len(commits), COMMITS)
    verb = "force-pushed" if payload.get("forced") is True else "pushed"
    return lines(f"{who} {verb} {count} to {name} of {where}", shown, address_at(payload, "compare"))


def branch_or_tag(ref: str) -> tuple[str, str]:
    """Return ``branch`` or ``tag``, and its name."""
    if ref.startswith("refs/tags/"):
        return "tag", ref.removeprefix("refs/tags/")
    return "branch", ref.removeprefix("refs/heads/") or "a branch"


def _thing(payload: Payload, key: str, noun: str) -> str:
    number = text_at(payload, key, "number")
    title = text_at(payload, key, "title")
    about = words(noun, f"#{number}" if number else "", f"in {_repository(payload)}")
    return f"{about}: {title}" if title else about


def _verb(payload: Payload) -> str:
    action = text_at(payload, "action")
    return _VERBS.get(action) or action.replace("_", " ") or "changed"


def _pull_request(payload: Payload) -> str:
    is_merged = text_at(payload, "action") == "closed" and value_at(payload, "pull_request", "merged") is True
    verb = "merged" if is_merged else _verb(payload)
    told = _thing(payload, "pull_request", "pull request")
    return lines(f"{_who(payload)} {verb} {told}", address_at(payload, "pull_request", "html_url"))


def _issue(payload: Payload) -> str:
    told = f"{_who(payload)} {_verb(payload)} {_thing(payload, 'issue', 'issue')}"
    return lines(told, address_at(payload, "issue", "html_url"))


def _comment(payload: Payload) -> str:
    key, noun = ("pull_request", "pull request") if "pull_request" in payload else ("issue", "issue")
    if value_at(payload, "issue", "pull_request") is not None:
        noun = "pull request"
    about = _thing(payload, key, noun) if key in payload else f"a commit in {_repository(payload)}"
    verb = {"edited": "edited a comment on", "deleted": "deleted a comment on"}.get(text_at(payload, "action"))
    body = "" if verb else text_at(payload, "comment", "body", most=EXCERPT)
    head = f"{_who(payload)} {verb or 'commented on'} {about}"
    return lines(head, body, address_at(payload, "comment", "html_url"))


def _review(payload: Payload) -> str:
    verb = _REVIEWS.get(text_at(payload, "review", "state").lower(), "reviewed")
    if text_at(payload, "action") in ("dismissed", "edited"):
        verb = f"{text_at(payload, 'action')} a review of"
    told = f"{_who(payload)} {verb} {_thing(payload, 'pull_request', 'pull request')}"
    return lines(told, text_at(payload, "review", "body", most=EXCERPT), address_at(payload, "review", "html_url"))


def _release(payload: Payload) -> str:
    tag, name = text_at(payload, "release", "tag_name"), text_at(payload, "release", "name")
    told = f"{_who(payload)} {_verb(payload)} release {tag} of {_repository(payload)}"
    return lines(f"{told}: {name}" if name and name != tag else told, address_at(payload, "release", "html_url"))


def _workflow_run(payload: Payload) -> str:
    run = payload.get("workflow_run")
    result = text_at(run, "conclusion") or text_at(payload, "action") or text_at(run, "status")
    told = _CONCLUSIONS.get(result, result.replace("_", " ")) or "ran"
    branch = text_at(run, "head_branch")
    name = text_at(run, "name") or text_at(payload, "workflow", "name")
    about = words(f"Workflow {name}" if name else "A workflow", told, f"on {branch}" if branch else "")
    title = text_at(run, "display_title") or first_line_at(run, "head_commit", "message")
    head = f"{about} of {_repository(payload)}"
    return lines(f"{head}: {title}" if title else head, address_at(run, "html_url"))


_WRITERS: dict[str, Callable[[Payload], str]] = {
    "push": _push,
    "pull_request": _pull_request,
    "issues": _issue,
    "issue_comment": _comment,
    "commit_comment": _comment,
    "pull_request_review": _review,
    "pull_request_review_comment": _comment,
    "release": _release,
    "workflow_run": _workflow_run,
}
# What tells the event where no header does, in this order.
_KEYS = (
    ("ping", "zen"),
    ("push", "pusher"),
    ("workflow_run", "workflow_run"),
    ("pull_request_review", "review"),
    ("issue_comment", "comment"),
    ("pull_request", "pull_request"),
    ("issues", "issue"),
    ("release", "release"),
)

FORMAT = Format("github", "GitHub", write, header="X-GitHub-Event")
