"""Messages count in English."""

import pytest

from sts.wording import counted


@pytest.mark.parametrize(("n", "told"), [(0, "0 clips"), (1, "1 clip"), (2, "2 clips")])
def test_one_has_no_s(n: int, told: str) -> None:
    assert counted(n, "clip") == told
