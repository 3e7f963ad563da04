"""What was made is kept within its bytes."""

from annotate.backend.cache import Cache


class Maker:
    """Makes four times a key, and says what it made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def take(self, cache: Cache, key: str) -> str:
        return cache.get(key, lambda: self._make(key), len)

    def _make(self, key: str) -> str:
        self.made.append(key)
        return key * 4


def test_what_is_there_is_not_made_again() -> None:
    cache, maker = Cache(100), Maker()
    assert [maker.take(cache, "a") for _ in range(2)] == ["aaaa", "aaaa"]
    assert maker.made == ["a"]


def test_the_one_that_was_not_asked_for_the_longest_goes_first() -> None:
    cache, maker = Cache(10), Maker()
    for key in "abacaba":
        maker.take(cache, key)
    assert maker.made == ["a", "b", "c", "b"]
    assert cache.size == 8


def test_what_is_larger_than_all_is_given_and_not_kept() -> None:
    cache = Cache(3)
    assert cache.get("a", lambda: "long", len) == "long"
    assert cache.size == 0
