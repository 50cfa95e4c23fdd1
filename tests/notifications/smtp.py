"""A mail server for tests: takes mails, refuses them, or falls silent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any


class Box(socketserver.ThreadingTCPServer):
    """What came in, and how the server is in the mood: ``take``, ``later``, ``refuse`` or ``silent``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mood: str) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mood, self.taken, self.tried = mood, [], 0
        self.asked = threading.Event()
        self.done = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def mails(self) -> list[Any]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]


class _Talk(socketserver.StreamRequestHandler):
    server: Box

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 box")
        while line := self.rfile.readline():
            word = line.decode("latin-1").strip().upper()
            if word.startswith("RCPT"):
                self.server.tried += 1
                answers = {"later": "451 later", "refuse": "550 nobody here"}
                self.say(answers.get(self.server.mood, "250 fine"))
            elif word == "DATA":
                self.take()
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take(self) -> None:
        self.say("354 go on")
        parts = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            parts.append(line[1:] if line.startswith(b"..") else line)
        self.server.taken.append(b"".join(parts))
        self.server.asked.set()
        if self.server.mood == "silent":
            self.server.done.wait(30)
            return
        self.say("250 taken")


@contextmanager
def mail_server(mood: str = "take") -> Iterator[Box]:
    with Box(mood) as box:
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            box.done.set()
            box.shutdown()
            thread.join(10)
