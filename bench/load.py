"""Load: wrk for as much as a server gives, and a paced reader for what others feel meanwhile."""

import asyncio
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from bench.servers import HOST, Running

CONNECTIONS = 16
_ROTATING = """
local requests, at = {}, 0
for line in io.lines(%s) do
  local token, path = line:match("^(%%S+) (.+)$")
  requests[#requests + 1] = wrk.format("GET", path, {["Authorization"] = "Bearer " .. token})
end
request = function()
  at = at %% #requests + 1
  return requests[at]
end
"""
# Every other request makes a client; the rest give one that is there a name of its own: each leaves an event.
_UPSERTS = """
local holders, at, run = {}, 0, %s
for line in io.lines(%s) do holders[#holders + 1] = line:match("^(%%S+) ") end
request = function()
  at = at + 1
  local token = holders[at %% #holders + 1]
  local known = at %% 2 == 0
  local id = known and string.format("ERP-%%05d", math.floor(at / 2) %% 2000 + 1) or run .. "-" .. at
  local body = string.format('{"name":"Brandt Energie %%s %%d","segment":"A"}', run, at)
  local headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
  return wrk.format("PUT", "/api/v1/clients/external/" .. id, headers, body)
end
"""


class Sent(Struct):
    """What wrk sent: answers per second, how many in all, the slowest 5 % in milliseconds."""

    per_second: float
    answers: int
    p95: float


def rotate(server: Running, requests: Sequence[tuple[str, str]], seconds: float, folder: Path) -> Sent:
    """Send GET requests, each a token and a path, in turn over ``CONNECTIONS`` connections."""
    listed = folder / "requests.txt"
    listed.write_text("".join(f"{token} {path}\n" for token, path in requests))
    return _wrk(server, _ROTATING % _quoted(listed), seconds, folder)


def upsert(server: Running, tokens: Sequence[str], seconds: float, folder: Path) -> Sent:
    """Create and change clients by their external ids, in all the tokens' spaces in turn."""
    listed = folder / "tokens.txt"
    listed.write_text("".join(f"{token} -\n" for token in tokens))
    run = f'"N{time.time_ns()}"'
    return _wrk(server, _UPSERTS % (run, _quoted(listed)), seconds, folder)


def _quoted(path: Path) -> str:
    return '"' + str(path) + '"'


def _wrk(server: Running, script: str, seconds: float, folder: Path) -> Sent:
    written = folder / "load.lua"
    written.write_text(script + _DONE)
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds:g}s",
        "-s",
        str(written),
        f"http://{HOST}:{server.port}",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"^told (\S+) (\S+) (\S+) (\S+)$", said, re.MULTILINE)
    if found is None or found[4] != "0":
        raise SystemExit(f"wrk met answers that are no success, or none:\n{said}")
    answers, microseconds, p95, _ = (float(each) for each in found.groups())
    return Sent(answers / microseconds * 1e6, int(answers), p95 / 1000)


_DONE = """
done = function(summary, latency)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  print(string.format("told %d %d %f %d", summary.requests, summary.duration, latency:percentile(95), failed))
end
"""


async def paced(
    server: Running, requests: Sequence[tuple[str, str]], per_second: float, until: asyncio.Event
) -> list[float]:
    """Send GET requests at an even pace over four connections and return how long each took, in milliseconds.

    A request that is due while its connection still waits for the last answer counts from when it was due.
    """
    lanes = 4
    found = await asyncio.gather(
        *(
            _lane(server, requests[lane::lanes], lanes / per_second, lane / per_second, until)
            for lane in range(lanes)
        )
    )
    return sorted(each for times in found for each in times)


async def _lane(
    server: Running, requests: Sequence[tuple[str, str]], gap: float, offset: float, until: asyncio.Event
) -> list[float]:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    due, times, at = time.perf_counter() + offset, [], 0
    while not until.is_set():
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        # The loop's own lateness in waking up is not the server's.
        began = max(due, time.perf_counter()) if time.perf_counter() - due < gap else due
        token, path = requests[at % len(requests)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise SystemExit(f"{path}: {head!r}")
        await reader.readexactly(int(length[1]))
        times.append((time.perf_counter() - began) * 1000)
        due, at = due + gap, at + 1
    writer.close()
    await writer.wait_closed()
    return times
