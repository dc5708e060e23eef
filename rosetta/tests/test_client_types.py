"""The web client's types are those of the API's documents, and a frame that it does not handle does not compile."""

import re
import shutil
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from realtime.protocol import CLIENT_FRAMES, SERVER_FRAMES
from rosetta.devtools import client_types, node_tools
from workspaces.streams.kinds import EVENT_KINDS

TYPES = (node_tools.WEB / "types.d.ts").read_text(encoding="utf-8")
# A frame, an event of either stream and a signal that this version of the service does not send.
NEW_FRAMES = """
type NewFrame = { type: "goodbye" };
type NewSignal = { type: "signal"; conversation_id: string; event: "listening"; data: { user_id: number } };
type NewMessageEvent = Omit<MessageCreatedEvent, "event"> & { event: "message.starred" };
type NewWorkspaceEvent = Omit<MemberLeftEvent, "event"> & { event: "member.renamed" };
export type ServerFrame = NewFrame | NewSignal | NewMessageEvent | NewWorkspaceEvent |"""


@pytest.fixture(scope="module")
def frames() -> str:
    return client_types.frames_source()


def union(source: str, name: str) -> set[str]:
    (members,) = re.findall(rf"^export type {name} = (.*);$", source, re.MULTILINE)
    return set(members.split(" | "))


def test_every_frame_of_either_side_is_a_type(frames: str) -> None:
    assert union(frames, "ClientFrame") == {frame.__name__ for frame in CLIENT_FRAMES}
    kinds = {"".join(map(str.capitalize, kind.split("."))) + "Event" for kind in EVENT_KINDS}
    assert union(frames, "ServerFrame") == {frame.__name__ for frame in SERVER_FRAMES} | kinds
    for name in union(frames, "ServerFrame"):
        assert f"\nexport type {name} = {{\n" in frames


def test_the_frames_take_the_resources_of_the_rest_api(frames: str) -> None:
    assert re.search(r'^import type \{ .*\bMessageResource\b.* \} from "./schema";$', frames, re.MULTILINE)
    assert "export type MessageResource" not in frames
    assert "export type MessageResource = {\n" in client_types.rest_source()
    assert not re.search(r": unknown\b", frames)


def test_no_frame_is_written_by_hand() -> None:
    """`type: "event"` and the like stand in `Extract<…>` alone."""
    written = re.sub(r"Extract<[^;]*>", "", TYPES)
    assert re.findall(r'\b(?:type|event): "[\w.]+"', written) == []
    assert "realtime.ServerFrame" in TYPES


@pytest.mark.skipif(not node_tools.is_available(), reason="no Node.js on this machine")
def test_a_frame_that_no_module_handles_does_not_compile(frames: str, tmp_path: Path) -> None:
    for name in ("tsconfig.json", "types.d.ts"):
        shutil.copy(node_tools.WEB / name, tmp_path)
    shutil.copytree(node_tools.WEB / "static", tmp_path / "static")
    (tmp_path / "schema.d.ts").write_text(client_types.rest_source(), encoding="utf-8")
    with_more = frames.replace("\nexport type ServerFrame =", NEW_FRAMES)
    assert with_more != frames
    (tmp_path / "realtime.d.ts").write_text(with_more, encoding="utf-8")
    with pytest.raises(CommandError) as failure:
        node_tools.run("tsc", "--project", str(tmp_path), folder=tmp_path)
    for type_ in ("NewFrame", "message.starred", "member.renamed", "NewSignal"):
        assert re.search(
            rf"TS1360: .*{re.escape(type_)}.* does not satisfy the expected type 'never'", str(failure.value)
        )
    (tmp_path / "realtime.d.ts").write_text(frames, encoding="utf-8")
    node_tools.run("tsc", "--project", str(tmp_path), folder=tmp_path)
