"""The figures of the work itself: tasks few and many, search, files, an import."""

import base64
import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import quote

import msgspec

from bench.boards import board
from bench.load import rotate
from bench.report import Figure, share
from bench.servers import HOST, KANWERK, Running, fetch, floor, product
from bench.tasks_data import WORDS, Tasks, fill_tasks

FEW = 10_000
MOVES, SEARCHES, CARDS = 150, 200, 10_000
GIB = 2**30
_PIECE = 2**20
API = "/api/v1"


def work(folder: Path, many: int, seconds: float, rounds: int, upload: int = 2 * GIB) -> list[Figure]:
    """Return the figures; ``many`` tasks in the large space, ``upload`` bytes in the large file."""
    few, lots = fill_tasks(folder / "few", FEW), fill_tasks(folder / "many", many)
    with product(folder / "few") as small:
        with floor(folder / "few") as below:
            figures = _shares(below, small, few, folder, seconds, rounds)
        with product(folder / "many") as large:
            figures += _growth(small, few, large, lots, folder, many, seconds, rounds)
            figures += _search(large, lots, many)
    with product(folder / "few") as small:
        figures += _files(small, few, upload)
    return [*figures, _import(folder / "import")]


def _shares(
    below: Running, ours: Running, few: Tasks, folder: Path, seconds: float, rounds: int
) -> list[Figure]:
    _same_answers(below, ours, few)
    figures = []
    for what, target, mine, theirs in (
        ("page of 50 tasks", 75, [f"{API}/tasks?limit=50"], ["/tasks"]),
        (
            "one task",
            70,
            [f"{API}/tasks/{each}" for each in few.tasks],
            [f"/tasks/{each}" for each in few.tasks],
        ),
    ):
        ratios: list[float] = []
        speeds: list[float] = []
        floors: list[float] = []
        loads = ((ours, mine, speeds), (below, theirs, floors))
        for server, paths, _ in loads:
            rotate(server, [(few.token, path) for path in paths], 1, folder)
        for _ in range(rounds):
            for server, paths, found in loads:
                found.append(
                    rotate(server, [(few.token, path) for path in paths], seconds, folder).per_second
                )
            ratios.append(speeds[-1] / floors[-1])
        figures += [
            Figure(f"GET {what}: product", median(speeds), "/s"),
            Figure(f"GET {what}: floor", median(floors), "/s"),
            Figure(f"GET {what}: share of the floor", median(ratios) * 100, "%", least=target),
        ]
    return figures


def _same_answers(below: Running, ours: Running, few: Tasks) -> None:
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    mine = bytes(decode(fetch(ours, f"{API}/tasks?limit=50", few.token))["data"])
    assert bytes(decode(fetch(below, "/tasks", few.token))["data"]) == mine, "the lists differ"
    for task in few.tasks[:5]:
        one = fetch(ours, f"{API}/tasks/{task}", few.token)
        assert fetch(below, f"/tasks/{task}", few.token) == one, "the tasks differ"


def _growth(
    small: Running,
    few: Tasks,
    large: Running,
    lots: Tasks,
    folder: Path,
    many: int,
    seconds: float,
    rounds: int,
) -> list[Figure]:
    def paths(server: Running, tasks: Tasks) -> dict[str, list[str]]:
        meta = msgspec.json.decode(fetch(server, f"{API}/tasks?limit=50", tasks.token))["meta"]
        return {
            "first page": [f"{API}/tasks?limit=50"],
            "last page": [f"{API}/tasks?limit=50&cursor={_at_the_end(meta['next_cursor'], tasks.last)}"],
            "page by due date": [f"{API}/tasks?limit=50&sort=due_date&completed=false"],
            "page of a board's column": [
                f"{API}/tasks?limit=50&column_id={each}&sort=position" for each in tasks.columns[:5]
            ],
            "page of a project": [f"{API}/tasks?limit=50&project_id={each}" for each in tasks.projects[:5]],
            "page of one assignee": [
                f"{API}/tasks?limit=50&completed=false&assignee_id={each}" for each in tasks.people[:5]
            ],
            "one assignee's open tasks by due date": [
                f"{API}/tasks?limit=50&completed=false&sort=due_date&assignee_id={each}"
                for each in tasks.people[:5]
            ],
            "one label's tasks by due date": [
                f"{API}/tasks?limit=50&sort=due_date&label_id={each}" for each in tasks.labels[:5]
            ],
            "one client's tasks": [f"{API}/tasks?limit=50&client_id={each}" for each in tasks.clients],
            "one client's open tasks by due date": [
                f"{API}/tasks?limit=50&completed=false&sort=due_date&client_id={each}"
                for each in tasks.clients
            ],
            "one client's last changed tasks": [
                f"{API}/tasks?limit=50&sort=-updated_at&client_id={each}" for each in tasks.clients
            ],
            "a project's most pressing tasks": [
                f"{API}/tasks?limit=50&sort=-priority&project_id={each}" for each in tasks.projects[:5]
            ],
            "one task by its key": [f"{API}/tasks/{each}" for each in tasks.keys[:50]],
        }

    first, second, half = paths(small, few), paths(large, lots), max(1, round(seconds / 2))
    figures = []
    for name in first:
        ratios, speeds = [], []
        for _ in range(rounds):
            one = rotate(small, [(few.token, path) for path in first[name]], half, folder).per_second
            other = rotate(large, [(lots.token, path) for path in second[name]], half, folder).per_second
            ratios.append(one / other)
            speeds.append(other)
        figures += [
            Figure(f"{many:,} tasks, {name}", median(speeds), "/s"),
            Figure(f"{many:,} tasks, {name}: time over that at {FEW:,}", median(ratios), "times", most=1.5),
        ]
    times: dict[int, list[float]] = {}
    _moves(small, few, 20), _moves(large, lots, 20)
    for _ in range(rounds):
        for at, (server, tasks) in enumerate(((small, few), (large, lots))):
            times.setdefault(at, []).append(median(_moves(server, tasks, MOVES // rounds)))
    ratio = median(b / a for a, b in zip(times[0], times[1], strict=True))
    figures += [
        Figure(f"{many:,} tasks, a move", median(times[1]), "ms", note="with its event, synchronous=FULL"),
        Figure(f"{many:,} tasks, a move: time over that at {FEW:,}", ratio, "times", most=1.5),
    ]
    return figures


def _at_the_end(cursor: str, last: str) -> str:
    """Return a cursor of the same list that stands a little before its end."""
    packed = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    packed[2] = packed[3] = f"{last[:-6]}000000"
    return base64.urlsafe_b64encode(msgspec.json.encode(packed)).decode().rstrip("=")


@contextlib.contextmanager
def _talking(server: Running) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(HOST, server.port, timeout=600)
    try:
        yield connection
    finally:
        connection.close()


def _asked(connection: HTTPConnection, method: str, path: str, token: str, body: object = None) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, msgspec.json.encode(body) if body is not None else None, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status not in (200, 201):
        raise SystemExit(f"{path}: {answer.status} {said[:300]!r}")
    return said


def _moves(server: Running, tasks: Tasks, count: int) -> list[float]:
    """Move tasks to the end of other columns of their projects and return how long each took, in ms."""
    times = []
    with _talking(server) as connection:
        for at in range(count):
            task = tasks.tasks[(at * 7 + count) % len(tasks.tasks)]
            one = msgspec.json.decode(_asked(connection, "GET", f"{API}/tasks/{task}", tasks.token))
            path = f"{API}/projects/{one['project_id']}/columns"
            columns = msgspec.json.decode(_asked(connection, "GET", path, tasks.token))["data"]
            other = next(each["id"] for each in columns if each["id"] != one["column"]["id"])
            began = time.perf_counter()
            _asked(connection, "POST", f"{API}/tasks/{task}/move", tasks.token, {"column_id": other})
            times.append((time.perf_counter() - began) * 1000)
    return times


def _search(server: Running, tasks: Tasks, many: int) -> list[Figure]:
    asked = []
    for at in range(SEARCHES):
        word, other = WORDS[at % len(WORDS)], WORDS[(at * 7 + 3) % len(WORDS)]
        asked.append((word, f"{word} {other}", word[:3], f"{word[:4]} {other[:2]}", word[:1])[at % 5])
    times = []
    with _talking(server) as connection:
        for text in asked:
            began = time.perf_counter()
            found = _asked(connection, "GET", f"{API}/search?q={quote(text)}", tasks.token)
            times.append((time.perf_counter() - began) * 1000)
            assert len(msgspec.json.decode(found)["data"]) > 0, text
    times.sort()
    note = "one word, two, beginnings of one to four letters"
    return [
        Figure(f"search over {many:,} tasks: median", median(times), "ms", note=note),
        Figure(f"search over {many:,} tasks: p95", share(times, 0.95), "ms", most=50),
    ]


def _import(folder: Path) -> Figure:
    """Import a large board of Trello into an empty space, as an operator would."""
    folder.mkdir()
    (folder / "board.json").write_bytes(board(CARDS))
    place = ["--data", str(folder)]
    people = ["--email", "mia@example.com", "--first-name", "Mia", "--last-name", "Berger"]
    init = [KANWERK, "init", "--space", "Bench", *people, "--password", "a long enough one", *place]
    subprocess.run(init, check=True, capture_output=True)
    began = time.perf_counter()
    command = [KANWERK, "import", "trello", str(folder / "board.json"), "--space", "bench", *place]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - began
    assert f"{CARDS:,} created" in said, said
    note = "with 6,000 lines of checklists and 3,334 comments"
    return Figure(f"import of a Trello board of {CARDS:,} cards", seconds, "s", most=30, note=note)


def _files(server: Running, tasks: Tasks, size: int) -> list[Figure]:
    """Send a large file and fetch it again, and watch the worker's memory meanwhile."""
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], *server.memory()[1:])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with _talking(server) as connection:
            began = time.perf_counter()
            file = _send(connection, tasks.token, size)
            sent = time.perf_counter()
            connection.request(
                "GET", f"{API}/files/{file}/content", headers={"Authorization": f"Bearer {tasks.token}"}
            )
            answer, got = connection.getresponse(), 0
            while piece := answer.read(_PIECE):
                got += len(piece)
            fetched = time.perf_counter()
            assert got == size, f"{got} of {size} bytes came back"
    finally:
        done.set()
        watcher.join()
    gib = size / GIB
    return [
        Figure(f"upload of {gib:.2g} GiB", size / 2**20 / (sent - began), "MiB/s"),
        Figure(f"download of {gib:.2g} GiB", size / 2**20 / (fetched - sent), "MiB/s"),
        Figure("memory of the worker meanwhile, at most", most[0] / 2**20, "MB", most=150),
    ]


def _send(connection: HTTPConnection, token: str, size: int) -> str:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    connection.putrequest("POST", f"{API}/files")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.endheaders()
    connection.send(head)
    for at in range(size // _PIECE):
        connection.send(at.to_bytes(8, "big") * (_PIECE // 8))
    connection.send(tail)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 201:
        raise SystemExit(f"upload: {answer.status} {said[:300]!r}")
    found: str = msgspec.json.decode(said)["id"]
    return found
