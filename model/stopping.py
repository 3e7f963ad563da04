"""Ctrl-C and a polite kill end a run after the step in work, so that it can be saved."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAME_S = 3.0
"""Signals that follow sooner mean the same: torchrun passes on what the terminal has already sent to all"""


class Stop:
    """Whether somebody wants the run to end."""

    def __init__(self) -> None:
        self.since: float | None = None

    @property
    def asked(self) -> bool:
        """Since the first signal."""
        return self.since is not None

    def ask(self, signum: int, frame: FrameType | None) -> None:
        """Note the signal; a second one ends the run at once."""
        now = time.monotonic()
        if self.since is None:
            self.since = now
        elif now > self.since + SAME_S:
            raise KeyboardInterrupt


@contextlib.contextmanager
def listening() -> Iterator[Stop]:
    """Catch the signals in the main thread; elsewhere nobody can."""
    stop = Stop()
    with _handled(stop.ask, *SIGNALS):
        yield stop


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Processes that are started meanwhile never hear Ctrl-C, which a terminal sends to all."""
    with _handled(signal.SIG_IGN, signal.SIGINT):
        yield


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], None] | signal.Handlers, *numbers: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
