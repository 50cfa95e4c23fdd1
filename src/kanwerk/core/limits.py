"""Rate limits: a bucket for each token that refills evenly, and a stricter one for addresses that fail to
sign in.
"""

import time

from kanwerk.core.problems import TooManyRequests

FAILURES = (60, 60)
_MOST_BUCKETS = 100_000


class Limiter:
    """Buckets of ``count`` that refill evenly over ``seconds``, in the memory of one worker."""

    def __init__(self, count: int, seconds: int) -> None:
        """Set the size of a bucket and the time an empty one takes to fill."""
        self.count, self.seconds = count, seconds
        self.policy = f'"default";q={count};w={seconds}'.encode()
        self._rate = count / seconds
        self._buckets: dict[str, tuple[float, float]] = {}

    def level(self, key: str) -> float:
        """Return what is left in the bucket."""
        left, at = self._buckets.get(key, (float(self.count), 0.0))
        return min(self.count, left + (time.monotonic() - at) * self._rate)

    def take(self, key: str) -> int:
        """Take one from the bucket and return what is left; -1 when it was empty."""
        left = self.level(key)
        if left < 1:
            return -1
        if len(self._buckets) >= _MOST_BUCKETS:
            self._sweep()
        self._buckets[key] = (left - 1, time.monotonic())
        return int(left - 1)

    def refuse(self, key: str) -> TooManyRequests:
        """Return the 429 that says when to come back."""
        wait = max(1, round((1 - self.level(key)) / self._rate + 0.5))
        return TooManyRequests("Too many requests.", headers={"Retry-After": str(wait)})

    def header(self, left: int) -> bytes:
        """Return the RateLimit header (draft-ietf-httpapi-ratelimit-headers): what is left, seconds until
        full.
        """
        return f'"default";r={left};t={int((self.count - left) / self._rate) + 1}'.encode()

    def _sweep(self) -> None:
        full_since = time.monotonic() - self.seconds
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket[1] > full_since}
