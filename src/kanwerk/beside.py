"""The background's process, as the server that starts it sees it. Loads nothing of what that process does."""

import subprocess
import sys
import threading

STOP_SECONDS, SLOWEST_SECONDS = 10.0, 30.0


class Beside:
    """The process, seen from the server: started anew when it ends."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def keep(self) -> None:
        """Keep it running, on this thread, until stopped."""
        pause = 1.0
        while not self._stopping.is_set():
            self._process = subprocess.Popen([sys.executable, "-m", "kanwerk.background"])
            try:
                self._process.wait(SLOWEST_SECONDS)
                pause = min(pause * 2, SLOWEST_SECONDS)
            except subprocess.TimeoutExpired:
                pause = 1.0
            code = self._process.wait()
            if not self._stopping.is_set():
                sys.stderr.write(f"kanwerk: the background process ended with {code}; it starts anew\n")
                self._stopping.wait(pause)

    def stop(self) -> None:
        """End it, kindly first."""
        self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
