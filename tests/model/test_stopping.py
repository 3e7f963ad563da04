import signal
import subprocess
import sys

import pytest

from model import stopping


@pytest.mark.parametrize("number", stopping.SIGNALS)
def test_the_first_signal_asks_and_the_second_ends_at_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stopping.listening() as stop:
        signal.raise_signal(number)
        signal.raise_signal(number)
        assert stop.asked and stop.since is not None
        stop.since -= stopping.SAME_S
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_a_process_that_is_started_deaf_does_not_hear_the_terminal() -> None:
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    before = signal.getsignal(signal.SIGINT)
    with stopping.deaf():
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "True\n"
    assert signal.getsignal(signal.SIGINT) is before
