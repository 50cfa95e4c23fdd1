import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kanwerk.files.models import sweep
from tests.cast import Person, Troupe, code, made
from tests.conftest import Hands

BOUNDARY = "kanwerk-test-boundary"


def form(content: bytes, name: str = "notes.txt", field: str = "file") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def send(person: Person, content: bytes, name: str = "notes.txt", **more: Any) -> Any:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return person.ask(
        "POST", "/files", form(content, name), headers=kind | more.pop("headers", {}), query=more
    )


def upload(person: Person, content: bytes, name: str = "notes.txt") -> dict[str, Any]:
    return made(send(person, content, name))


def picture(width: int = 1200, height: int = 800) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 90)).save(found, "PNG")
    return found.getvalue()


def stored(agency: Troupe) -> list[Path]:
    folder = agency.house.settings.data / "files"
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_back_as_it_was_sent(agency: Troupe) -> None:
    content = bytes(range(256)) * 5000
    file = upload(agency.member, content, "data.bin")
    assert (file["name"], file["size"], file["content_type"]) == (
        "data.bin",
        len(content),
        "application/octet-stream",
    )
    assert file["uploader"]["id"] == agency.member.id
    answer = agency.member.get(f"/files/{file['id']}/content")
    assert answer.content == content
    assert answer.headers["ETag"] == f'"{file["sha256"]}"'
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''data.bin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    by_link = agency.house.ask("GET", file["url"])
    assert by_link.content == content
    head = agency.house.ask("HEAD", file["url"])
    assert (head.headers["Content-Length"], head.content) == (str(len(content)), b"")
    assert list((agency.house.settings.data / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-4", 206, slice(0, 5)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-3", 206, slice(-3, None)),
        ("bytes=0-999999", 206, slice(0, None)),
        ("bytes=0-1,3-4", 200, slice(0, None)),
        ("lines=1-2", 200, slice(0, None)),
        ("bytes=99999-", 416, slice(0, 0)),
    ],
)
def test_a_part_of_a_file_can_be_had(agency: Troupe, asked: str, status: int, part: slice) -> None:
    content = b"0123456789"
    file = upload(agency.member, content)
    answer = agency.member.get(f"/files/{file['id']}/content", headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["Content-Range"] == "bytes */10"
        return
    assert answer.content == content[part]
    tag = answer.headers["ETag"]
    again = agency.member.get(f"/files/{file['id']}/content", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_equal_contents_are_stored_once_in_a_space(agency: Troupe, rival: Troupe) -> None:
    one, two = upload(agency.member, b"the same"), upload(agency.owner, b"the same", "other.txt")
    assert one["id"] != two["id"]
    assert one["sha256"] == two["sha256"]
    assert len(stored(agency)) == 1
    upload(rival.owner, b"the same")
    assert len(stored(agency)) == 2


def test_a_file_on_its_own_is_its_uploaders(agency: Troupe, rival: Troupe) -> None:
    file = upload(agency.member, b"mine")
    for person in (agency.owner, agency.colleague, agency.guest, rival.owner):
        assert person.get(f"/files/{file['id']}").status_code == 404
        assert person.get(f"/files/{file['id']}/content").status_code == 404
    where = f"/tasks/{agency.task_id}/files/{file['id']}"
    assert agency.colleague.put(where).status_code == 404
    assert agency.member.put(where).status_code == 200
    assert agency.colleague.get(f"/files/{file['id']}").status_code == 200
    assert agency.guest.get(f"/files/{file['id']}").status_code == 404
    assert rival.owner.get(f"/files/{file['id']}").status_code == 404


def test_an_attached_file_is_counted_told_and_taken_off_again(agency: Troupe) -> None:
    file = upload(agency.member, b"x")
    where = f"/tasks/{agency.task_id}/files/{file['id']}"
    before = agency.owner.last
    agency.member.put(where)
    agency.member.put(where)
    task = agency.owner.get(f"/tasks/{agency.task_id}", include="files").json()
    assert (task["file_count"], [each["id"] for each in task["files"]]) == (1, [file["id"]])
    other = agency.member.put(f"/projects/{agency.project_id}/files/{file['id']}")
    assert code(other) == "attached"
    assert agency.colleague.delete(where).status_code == 204
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["file_count"] == 0
    told = [each["type"] for each in agency.colleague.events(before)]
    assert told == ["file.attached", "file.detached"]


def test_a_comments_files_are_seen_by_who_sees_the_comment(agency: Troupe) -> None:
    where = f"/tasks/{agency.task_id}/comments"
    for visibility, seen in (("internal", 404), ("external", 200)):
        comment = made(agency.member.post(where, {"body": "look", "visibility": visibility}))
        file = upload(agency.member, visibility.encode())
        assert agency.member.put(f"/comments/{comment['id']}/files/{file['id']}").status_code == 200
        assert agency.guest.get(f"/files/{file['id']}").status_code == seen
        shown = agency.member.get(f"/comments/{comment['id']}").json()["files"]
        assert [each["id"] for each in shown] == [file["id"]]
    own = upload(agency.guest, b"from the client")
    comment = made(agency.guest.post(where, {"body": "here"}))
    assert agency.guest.put(f"/comments/{comment['id']}/files/{own['id']}").status_code == 200
    assert agency.guest.put(f"/tasks/{agency.task_id}/files/{own['id']}").status_code == 403
    assert agency.member.get(f"/files/{own['id']}").status_code == 200


def test_a_picture_is_shown_and_has_a_small_one(agency: Troupe) -> None:
    file = upload(agency.member, picture(), "photo.txt")
    assert file["content_type"] == "image/png"
    answer = agency.house.ask("GET", file["url"])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("inline")
    small = agency.house.ask("GET", file["thumbnail_url"])
    with Image.open(io.BytesIO(small.content)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (480, 320))


def bomb() -> bytes:
    """A PNG that says it has 900 million pixels."""
    packed = zlib.compress(b"\x00" * 1000)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (30_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content", [bomb(), picture()[:200], b"\x89PNG\r\n\x1a\nnothing"], ids=["bomb", "half", "no"]
)
def test_a_picture_that_is_a_bomb_or_broken_has_no_small_one(agency: Troupe, content: bytes) -> None:
    file = upload(agency.member, content, "photo.png")
    assert file["thumbnail_url"] is None
    assert agency.house.ask("GET", file["url"]).content == content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg"),
        (b"<html><script>alert(1)</script></html>", "a.html"),
        (b"<script>alert(1)</script>", "a.png"),
        (b"%PDX", "a.pdf"),
    ],
)
def test_what_could_run_is_saved_and_never_shown(agency: Troupe, content: bytes, name: str) -> None:
    answer = agency.house.ask("GET", upload(agency.member, content, name)["url"])
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\temp\\\\a.txt", "a.txt"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
        ("Übersicht Größe.pdf", "Übersicht Größe.pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(agency: Troupe, sent: str, kept: str) -> None:
    assert upload(agency.member, b"x", sent)["name"] == kept


def test_a_link_runs_out_and_cannot_be_forged(agency: Troupe, hands: Hands) -> None:
    url = upload(agency.member, b"x")["url"]
    assert agency.house.ask("GET", url).status_code == 200
    assert agency.house.ask("GET", url[:-3] + ("AAA" if url[-3:] != "AAA" else "BBB")).status_code == 404
    assert agency.house.ask("GET", "/files/nonsense").status_code == 404
    hands.move(minutes=21)
    assert agency.house.ask("GET", url).status_code == 404


def test_a_file_over_the_limit_is_refused_as_soon_as_it_is_known(agency: Troupe) -> None:
    settings = agency.house.runtime.settings
    object.__setattr__(agency.house.runtime, "settings", _with_limit(settings, 1000))
    assert send(agency.member, b"x" * 1001).status_code == 413
    assert send(agency.member, b"x" * 500_000).status_code == 413
    assert send(agency.member, b"x" * 1000).status_code == 201
    assert list((settings.data / "incoming").iterdir()) == []


def _with_limit(settings: Any, limit: int) -> Any:
    from msgspec.structs import replace

    return replace(settings, file_limit=limit)


def test_what_is_no_form_with_a_file_is_refused_and_leaves_nothing(agency: Troupe) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    for body, headers, status in (
        (b"x", {"Content-Type": "application/json"}, 415),
        (b"x", {"Content-Type": "multipart/form-data"}, 415),
        (b"nonsense", kind, 400),
        (form(b"x")[:-20], kind, 400),
        (form(b"x", field="other"), kind, 422),
        (f"--{BOUNDARY}--\r\n".encode(), kind, 422),
    ):
        answer = agency.member.ask("POST", "/files", body, headers=headers)
        assert answer.status_code == status, (body, answer.text)
    assert stored(agency) == []
    incoming = agency.house.settings.data / "incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


def test_an_upload_can_be_tried_and_repeated(agency: Troupe) -> None:
    tried = send(agency.member, b"tried", validate_only=True)
    assert (tried.status_code, tried.json()["id"]) == (200, None)
    assert stored(agency) == []
    key = {"Idempotency-Key": "upload-1"}
    first, again = (send(agency.member, b"once", headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert send(agency.member, b"else", headers=key).status_code == 422


def test_what_nobody_attached_is_gone_after_a_day_and_its_content_too(agency: Troupe, hands: Hands) -> None:
    hands.move(seconds=-1)
    alone, kept = upload(agency.member, b"alone"), upload(agency.member, b"kept")
    agency.member.put(f"/tasks/{agency.task_id}/files/{kept['id']}")
    storage, database = agency.house.runtime.storage, agency.house.database
    hands.move(hours=23)
    assert database.write(lambda session: sweep(session, storage)) == 0
    hands.move(hours=2)
    assert database.write(lambda session: sweep(session, storage)) == 1
    assert agency.member.get(f"/files/{alone['id']}").status_code == 404
    assert agency.house.ask("GET", agency.member.get(f"/files/{kept['id']}").json()["url"]).content == b"kept"
    assert [path.name for path in stored(agency)] == [kept["sha256"]]
    again = upload(agency.member, b"alone")
    assert agency.member.get(f"/files/{again['id']}/content").content == b"alone"


def test_only_who_uploaded_a_file_and_admins_change_it(agency: Troupe) -> None:
    file = upload(agency.member, b"x")
    agency.member.put(f"/tasks/{agency.task_id}/files/{file['id']}")
    where = f"/files/{file['id']}"
    assert agency.colleague.patch(where, {"name": "y.txt"}).status_code == 403
    assert agency.colleague.delete(where).status_code == 403
    assert agency.member.patch(where, {"name": "y.txt"}).json()["name"] == "y.txt"
    before = agency.owner.last
    assert agency.admin.delete(where).status_code == 204
    assert [each["type"] for each in agency.owner.events(before)] == ["file.detached", "file.deleted"]
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["file_count"] == 0


def test_a_file_goes_where_what_it_belongs_to_goes(agency: Troupe) -> None:
    comment = made(agency.member.post(f"/tasks/{agency.task_id}/comments", {"body": "look"}))["id"]
    of_comment, of_task = upload(agency.member, b"1", "ibex.txt"), upload(agency.member, b"2", "ibex2.txt")
    agency.member.put(f"/comments/{comment}/files/{of_comment['id']}")
    agency.member.put(f"/tasks/{agency.task_id}/files/{of_task['id']}")
    assert len(agency.colleague.get("/search", q="ibex").json()["data"]) == 2
    agency.member.delete(f"/comments/{comment}")
    assert agency.colleague.get(f"/files/{of_comment['id']}").status_code == 404
    assert [each["id"] for each in agency.colleague.get("/search", q="ibex").json()["data"]] == [
        of_task["id"]
    ]
    agency.owner.delete(f"/tasks/{agency.task_id}")
    assert agency.owner.get(f"/files/{of_task['id']}").status_code == 404
    assert agency.owner.get("/search", q="ibex").json()["data"] == []


def test_a_file_of_an_archived_project_does_not_change(agency: Troupe) -> None:
    file = upload(agency.member, b"x")
    agency.member.put(f"/tasks/{agency.task_id}/files/{file['id']}")
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    assert code(agency.member.patch(f"/files/{file['id']}", {"name": "y"})) == "archived"
    assert code(agency.member.delete(f"/files/{file['id']}")) == "archived"
    asked = {"Accept": "image/png"}
    assert agency.member.get(f"/files/{file['id']}/content", headers=asked).content == b"x"
