"""Streams that grow old. Nothing here asserts a time."""

from model.cost import steady


def test_an_old_stream_holds_as_much_as_a_young_one() -> None:
    settings = {"size": "micro", "memory": {"recent": 2, "retrieved": 1, "capacity": 3}}
    found = steady.measure(settings, young=18, old=20, last=26, pairs=3)
    assert found.first_bytes == found.last_bytes > 0
    assert found.side == 128
    assert found.more.low <= found.more.value <= found.more.high
