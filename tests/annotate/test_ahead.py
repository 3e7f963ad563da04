from collections.abc import Iterator

import pytest

from annotate.ahead import ahead
from sts.errors import DataError


def test_what_is_made_ahead_is_the_same_in_order() -> None:
    made = []

    def things() -> Iterator[str]:
        for name in "abcd":
            made.append(name)
            yield name

    passed = ahead(things())
    assert next(passed) == "a"
    assert list(passed) == ["b", "c", "d"]
    assert made == ["a", "b", "c", "d"]


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def things() -> Iterator[str]:
        yield "a"
        raise DataError("no picture")

    passed = ahead(things())
    assert next(passed) == "a"
    with pytest.raises(DataError, match="no picture"):
        next(passed)
