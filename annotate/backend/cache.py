"""What was made last, as long as it fits into so many bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Cache:
    """Values by key; the one that was not asked for the longest goes first. Safe between threads."""

    def __init__(self, most: int) -> None:
        """`most` bytes together."""
        self.most = most
        self.size = 0
        """Bytes that are held"""
        self._lock = Lock()
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The value of a key, made if it is not there; two threads may both make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                value: T = self._held[key][0]
                return value
        made = make()
        self._put(key, made, size(made))
        return made

    def _put(self, key: Hashable, value: Any, size: int) -> None:
        if size > self.most:
            return
        with self._lock:
            _, before = self._held.pop(key, (None, 0))
            self._held[key] = value, size
            self.size += size - before
            while self.size > self.most:
                _, (_, gone) = self._held.popitem(last=False)
                self.size -= gone
