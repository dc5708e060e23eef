"""Alert tools post their own JSON through incoming webhooks, and it becomes a short message."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from messaging.api.schemas import WEBHOOK_EXAMPLES
from messaging.incoming import registry
from messaging.models import Message
from messaging.tests.client import make_webhook
from messaging.tests.incoming import Sender, text_of
from workspaces.models import Channel

pytestmark = pytest.mark.django_db

IN_REPOSITORY = {
    "repository": {"full_name": "acme/app", "html_url": "https://github.com/acme/app"},
    "sender": {"login": "ann"},
}
PULL = {"number": 7, "title": "Mend the crane", "html_url": "https://github.com/acme/app/pull/7", "merged": False}
ISSUE = {"number": 3, "title": "The crane is stuck", "html_url": "https://github.com/acme/app/issues/3"}
RUN = {
    "name": "CI",
    "head_branch": "main",
    "conclusion": "failure",
    "status": "completed",
    "display_title": "Mend it",
    "html_url": "https://github.com/acme/app/actions/runs/1",
}
COMMITS = [
    {"id": f"{n}abcdef0123", "message": f"Change {n}\n\nmore", "author": {"name": "Ann"}, "title": f"Change {n}"}
    for n in range(8)
]
GITHUB: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "push",
        {"ref": "refs/heads/main", "commits": COMMITS[:1], "compare": "https://github.com/c", "pusher": {"name": "a"}},
        ["ann pushed 1 commit to main of acme/app", "- 0abcdef Change 0 (Ann)", "https://github.com/c"],
    ),
    (
        "push",
        {"ref": "refs/heads/main", "commits": COMMITS, "forced": True},
        ["ann force-pushed 8 commits to main", "- 4abcdef Change 4 (Ann)", "- and 3 more"],
    ),
    ("push", {"ref": "refs/tags/v1", "commits": []}, ["ann pushed the tag v1 to acme/app"]),
    ("push", {"ref": "refs/heads/old", "deleted": True}, ["ann deleted the branch old of acme/app"]),
    (
        "pull_request",
        {"action": "opened", "pull_request": PULL},
        ["ann opened pull request #7 in acme/app: Mend the crane", "https://github.com/acme/app/pull/7"],
    ),
    ("pull_request", {"action": "closed", "pull_request": PULL}, ["ann closed pull request #7"]),
    ("pull_request", {"action": "closed", "pull_request": PULL | {"merged": True}}, ["ann merged pull request #7"]),
    ("pull_request", {"action": "synchronize", "pull_request": PULL}, ["ann updated pull request #7"]),
    ("issues", {"action": "opened", "issue": ISSUE}, ["ann opened issue #3 in acme/app: The crane is stuck"]),
    (
        "issue_comment",
        {"action": "created", "issue": ISSUE, "comment": {"body": "I saw\nit", "html_url": "https://github.com/x"}},
        ["ann commented on issue #3 in acme/app: The crane is stuck", "I saw it", "https://github.com/x"],
    ),
    (
        "issue_comment",
        {"action": "created", "issue": ISSUE | {"pull_request": {}}, "comment": {"body": "Good"}},
        ["ann commented on pull request #3"],
    ),
    ("commit_comment", {"action": "created", "comment": {"body": "Why?"}}, ["ann commented on a commit in acme/app"]),
    (
        "pull_request_review",
        {"action": "submitted", "pull_request": PULL, "review": {"state": "approved", "body": None}},
        ["ann approved pull request #7 in acme/app: Mend the crane"],
    ),
    (
        "pull_request_review",
        {"action": "submitted", "pull_request": PULL, "review": {"state": "changes_requested", "body": "No"}},
        ["ann asked for changes in pull request #7", "No"],
    ),
    (
        "pull_request_review_comment",
        {"action": "created", "pull_request": PULL, "comment": {"body": "Here"}},
        ["ann commented on pull request #7", "Here"],
    ),
    (
        "release",
        {"action": "published", "release": {"tag_name": "v1.2", "name": "Spring"}},
        ["ann published release v1.2 of acme/app: Spring"],
    ),
    (
        "workflow_run",
        {"action": "completed", "workflow_run": RUN},
        ["Workflow CI failed on main of acme/app: Mend it", "https://github.com/acme/app/actions/runs/1"],
    ),
    ("workflow_run", {"action": "requested", "workflow_run": RUN | {"conclusion": None}}, ["CI was requested on main"]),
    ("star", {"action": "created"}, ["GitHub: star created in acme/app", "https://github.com/acme/app"]),
    ("push", {}, ["acme/app"]),
]
PROJECT = {"project": {"path_with_namespace": "acme/app", "web_url": "https://gitlab.com/acme/app"}}
GITLAB: list[tuple[dict[str, Any], list[str]]] = [
    (
        {
            "object_kind": "push",
            "user_name": "Ann",
            "ref": "refs/heads/main",
            "commits": COMMITS[:2],
            "total_commits_count": 9,
        },
        ["Ann pushed 9 commits to main of acme/app", "- 1abcdef Change 1 (Ann)", "- and 7 more"],
    ),
    (
        {"object_kind": "tag_push", "user_name": "Ann", "ref": "refs/tags/v1", "after": "82b3d5ae"},
        ["Ann pushed the tag v1 to acme/app", "https://gitlab.com/acme/app"],
    ),
    (
        {"object_kind": "push", "user_name": "Ann", "ref": "refs/heads/old", "after": "0" * 40},
        ["Ann deleted the branch old of acme/app"],
    ),
    (
        {
            "object_kind": "merge_request",
            "user": {"name": "Ann"},
            "object_attributes": {"iid": 7, "title": "Mend", "action": "merge", "url": "https://gitlab.com/m/7"},
        },
        ["Ann merged merge request !7 in acme/app: Mend", "https://gitlab.com/m/7"],
    ),
    (
        {
            "object_kind": "issue",
            "user": {"name": "Ann"},
            "object_attributes": {"iid": 3, "title": "Stuck", "action": "open"},
        },
        ["Ann opened issue #3 in acme/app: Stuck"],
    ),
    (
        {
            "object_kind": "note",
            "user": {"name": "Ann"},
            "object_attributes": {"note": "Look", "noteable_type": "MergeRequest", "url": "https://gitlab.com/n"},
            "merge_request": {"iid": 7, "title": "Mend"},
        },
        ["Ann commented on merge request !7 in acme/app: Mend", "Look", "https://gitlab.com/n"],
    ),
    (
        {
            "object_kind": "pipeline",
            "object_attributes": {"id": 31, "status": "failed", "ref": "main"},
            "commit": {"title": "Mend"},
        },
        ["Pipeline #31 failed on main of acme/app: Mend", "https://gitlab.com/acme/app/-/pipelines/31"],
    ),
    ({"object_kind": "wiki_page", "object_attributes": {"action": "create"}}, ["GitLab: wiki page create in acme/app"]),
]


@pytest.fixture
def sender(as_owner: APIClient, channel: Channel) -> Sender:
    return Sender(make_webhook(as_owner, channel, default_channel_id=channel.pk))


def told(body: dict[str, Any], name: str | None = None, **headers: str) -> str:
    read = registry.read(body, headers, name)
    assert read is not None
    return str(read["content"])


@pytest.mark.parametrize(("event", "body", "parts"), GITHUB, ids=[f"{n}-{row[0]}" for n, row in enumerate(GITHUB)])
def test_github_is_told(event: str, body: dict[str, Any], parts: list[str]) -> None:
    text = told(body | IN_REPOSITORY, **{"X-GitHub-Event": event})
    assert all(part in text for part in parts), text
    assert "None" not in text
    if event not in ("star", "commit_comment") and body:
        assert told(body | {"pusher": {}} | IN_REPOSITORY if event == "push" else body | IN_REPOSITORY, "github")


@pytest.mark.parametrize(("body", "parts"), GITLAB, ids=[row[0]["object_kind"] for row in GITLAB])
def test_gitlab_is_told(body: dict[str, Any], parts: list[str]) -> None:
    text = told(body | PROJECT)
    assert all(part in text for part in parts), text
    assert text == told(body | PROJECT, "gitlab") == told(body | PROJECT, **{"X-Gitlab-Event": "Some Hook"})


def alert(state: str, name: str, **notes: str) -> dict[str, Any]:
    return {"status": state, "labels": {"alertname": name, "instance": f"{name}-1"}, "annotations": notes}


GROUP = {
    "receiver": "chat",
    "status": "firing",
    "groupKey": "{}:{}",
    "commonLabels": {"alertname": "DiskFull"},
    "externalURL": "https://alerts.example.com",
    "truncatedAlerts": 0,
}


def test_alertmanager_is_told() -> None:
    one = told(GROUP | {"version": "4", "alerts": [alert("firing", "DiskFull", summary="95% full")]})
    assert one == "[FIRING] DiskFull\n- firing: 95% full (DiskFull-1)\nhttps://alerts.example.com"
    both = [alert("firing", "DiskFull", description="95% full"), alert("resolved", "DiskFull")]
    mixed = told(GROUP | {"version": "4", "alerts": both})
    assert mixed.startswith("[1 FIRING, 1 RESOLVED] DiskFull\n- firing: 95% full")
    done = told(GROUP | {"version": "4", "status": "resolved", "alerts": both[1:]})
    assert done.startswith("[RESOLVED] DiskFull\n- resolved: DiskFull (DiskFull-1)")
    many = told(GROUP | {"version": "4", "alerts": both[:1] * 12, "truncatedAlerts": 3})
    assert "- and 5 more" in many
    grouped = told(GROUP | {"commonLabels": {}, "groupLabels": {"team": "blue"}, "alerts": both}, "alertmanager")
    assert grouped.startswith("[1 FIRING, 1 RESOLVED] team=blue")


def test_grafana_is_told() -> None:
    firing = alert("firing", "DiskFull", summary="95% full") | {"dashboardURL": "https://grafana.example.com/d/1"}
    unified = GROUP | {"orgId": 1, "version": "1", "title": "[FIRING:1]", "state": "alerting", "message": "**Firing**"}
    text = told(unified | {"alerts": [firing]})
    assert text == "[FIRING] DiskFull\n- firing: 95% full (DiskFull-1)\nhttps://grafana.example.com/d/1"
    former = {
        "ruleId": 1,
        "ruleName": "Disk",
        "state": "ok",
        "title": "[OK] Disk",
        "message": "fine",
        "ruleUrl": "https://g.example/r",
    }
    assert told(former) == "[OK] Disk\nfine\nhttps://g.example/r"
    assert told({"status": "firing", "alerts": []}, "grafana") == "Grafana: event"


SENTRY: list[tuple[str, dict[str, Any], str]] = [
    (
        "issue",
        {
            "action": "created",
            "data": {
                "issue": {"shortId": "APP-1", "title": "KeyError", "culprit": "app.py", "project": {"name": "app"}}
            },
        },
        "Sentry issue APP-1 created in app: KeyError\napp.py",
    ),
    (
        "issue",
        {"action": "resolved", "actor": {"name": "Ann"}, "data": {"issue": {"title": "KeyError"}}},
        "Sentry issue resolved by Ann: KeyError",
    ),
    (
        "event_alert",
        {
            "action": "triggered",
            "data": {
                "event": {"title": "KeyError", "level": "error", "web_url": "https://sentry.io/e"},
                "triggered_rule": "New",
            },
        },
        "Sentry alert New (error): KeyError\nhttps://sentry.io/e",
    ),
    (
        "metric_alert",
        {
            "action": "critical",
            "data": {
                "description_title": "Critical: Too many errors",
                "description_text": "1000 events",
                "web_url": "https://sentry.io/m",
            },
        },
        "Sentry: Critical: Too many errors\n1000 events\nhttps://sentry.io/m",
    ),
    ("error", {"action": "created", "data": {"error": {"title": "Oops"}}}, "Sentry error: Oops"),
    (
        "comment",
        {"action": "created", "actor": {"name": "Ann"}, "data": {"comment": "Mine", "project_slug": "app"}},
        "Ann commented on a Sentry issue in app\nMine",
    ),
    ("installation", {"action": "created", "data": {"installation": {}}}, "Sentry: installation created"),
    (
        "",
        {"project_name": "app", "culprit": "app.py", "level": "error", "url": "https://sentry.io/1", "message": "Oops"},
        "Sentry error in app: Oops\napp.py\nhttps://sentry.io/1",
    ),
]


@pytest.mark.parametrize(("resource", "body", "text"), SENTRY, ids=[row[0] for row in SENTRY])
def test_sentry_is_told(resource: str, body: dict[str, Any], text: str) -> None:
    assert told(body, **({"Sentry-Hook-Resource": resource} if resource else {})) == text


@pytest.mark.parametrize(
    ("heartbeat", "text"),
    [
        ({"status": 0, "msg": "timeout"}, "Shop is down\ntimeout\nhttps://shop.example.com"),
        ({"status": 1, "msg": "200 - OK"}, "Shop is up\n200 - OK\nhttps://shop.example.com"),
        ({"status": 3}, "Shop is under maintenance\nhttps://shop.example.com"),
        (None, "Shop Testing"),
        ({"status": 77}, "Shop Testing"),
    ],
)
def test_uptime_kuma_is_told(heartbeat: Any, text: str) -> None:
    body = {
        "heartbeat": heartbeat,
        "monitor": {"name": "Shop", "url": "https://shop.example.com"},
        "msg": "Shop Testing",
    }
    assert told(body) == told(body, "uptime_kuma") == text


def test_a_tools_post_is_a_message_like_any_other(sender: Sender) -> None:
    body = {"action": "opened", "issue": ISSUE} | IN_REPOSITORY
    answer = sender.json(body, X_GitHub_Event="issues")
    assert text_of(answer).startswith("ann opened issue #3 in acme/app: The crane is stuck")
    data = answer.json()["data"]
    assert (data["type"], data["sender"]["kind"], data["translation_status"]) == ("text", "webhook", "pending")
    assert text_of(sender.json(body, "?format=github")) == text_of(answer)
    for example in WEBHOOK_EXAMPLES:
        headers = {"X_GitHub_Event": "issues"} if "GitHub" in example.name else {}
        assert text_of(sender.json(example.value, **headers))


def test_a_ping_posts_nothing(sender: Sender) -> None:
    for query, headers in (("", {"X_GitHub_Event": "ping"}), ("?format=github", {})):
        assert sender.json({"zen": "Keep it logically awesome.", "hook_id": 1}, query, **headers).status_code == 204
    assert not Message.objects.exists()


def test_uptime_kumas_form_is_read(sender: Sender) -> None:
    data = '{"heartbeat": null, "monitor": null, "msg": "Testing"}'
    form = f'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{data}\r\n--b--\r\n'
    assert text_of(sender.raw(form.encode(), "multipart/form-data; boundary=b")) == "Testing"


def test_an_unknown_format_is_refused_and_an_empty_one_is_none(sender: Sender) -> None:
    answer = sender.json({"content": "x"}, "?format=jira")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["format"])
    assert text_of(sender.json({"content": "x"}, "?format=")) == "x"
    assert text_of(sender.json({"text": "a &amp; b"}, "?format=slack")) == "a & b"


def test_our_own_json_is_never_taken_for_a_tools(sender: Sender) -> None:
    own = {"content": "Mine", "alerts": [], "groupKey": "", "receiver": "", "object_kind": "push", "project": {}}
    assert text_of(sender.json(own)) == "Mine"


@pytest.mark.parametrize("title", ["@channel look", "@[Olivia](user:{id})", "`@channel", "x\n@channel"])
def test_what_strangers_wrote_calls_nobody(sender: Sender, owner: Any, title: str) -> None:
    issue = ISSUE | {"title": title.format(id=owner.pk)}
    answer = sender.json({"action": "opened", "issue": issue} | IN_REPOSITORY, X_GitHub_Event="issues")
    assert answer.status_code == 201
    assert answer.json()["data"]["mentions"] == []


KEYS = [
    "alerts", "action", "commits", "issue", "title", "data", "event", "status", "labels", "annotations", "heartbeat", "monitor",
    "object_kind", "object_attributes", "project", "repository", "ref", "review", "workflow_run", "sender", "metric_alert",
    "truncatedAlerts", "total_commits_count", "commonLabels", "groupLabels",
]  # fmt: skip
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "push", "firing", "\ud800", "@channel"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(KEYS), children, max_size=5),
    max_leaves=25,
)
EVENTS = [*{row[0] for row in GITHUB}, *{row[0] for row in SENTRY}, "Push Hook", "x" * 500, "\x00"]


@settings(max_examples=200, deadline=None)
@given(
    body=st.dictionaries(st.sampled_from(KEYS), ODD, max_size=8),
    name=st.sampled_from(registry.NAMES),
    event=st.sampled_from(EVENTS),
    kind=st.sampled_from(["push", "tag_push", "merge_request", "issue", "note", "pipeline", 5]),
)
def test_no_shape_is_an_error(body: dict[str, Any], name: str, event: str, kind: Any) -> None:
    for headers in ({}, {"X-GitHub-Event": event}, {"Sentry-Hook-Resource": event}, {"X-Gitlab-Event": event}):
        for asked in (name, None):
            read = registry.read(body | {"object_kind": kind}, headers, asked)
            assert read is None or len(read.get("content") or "") <= 8000
