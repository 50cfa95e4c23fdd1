"""Dispatchers as processes to kill: each ``start`` on stdin forks one, quicker than starting Python anew.

They are what ``kanwerk worker`` runs, but for housekeeping. Their ids tell which process they are, and a
variable makes them impatient with the dead.
"""

import os
import signal
import sys

import psycopg

from kanwerk import background
from kanwerk.config import Settings
from kanwerk.webhooks import dispatch, turns


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    background.JOBS[:] = [dispatch.run]
    turns.DEAD_SECONDS = float(os.environ.get("DEAD_SECONDS", turns.DEAD_SECONDS))
    turns.BEAT_SECONDS = min(turns.BEAT_SECONDS, turns.DEAD_SECONDS / 5)
    assert psycopg.connect  # loaded once for all
    say("ready")
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            dispatch.new_id = lambda: f"00000000-0000-0000-0000-{os.getpid():012}"
            background.run(Settings.load())
            os._exit(0)
        say(child)
