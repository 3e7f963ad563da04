import numpy as np
import pytest

from sts import hdr
from sts.hdr import Transfer


def pq(light: float) -> int:
    """The level of a light in cd/m2, by SMPTE ST 2084."""
    power = (light / 10_000) ** (1305 / 8192)
    return round(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32) * 65535)


def grey(level: int, transfer: Transfer) -> int:
    found = hdr.to_sdr(np.full((2, 2, 3), level, np.uint16), transfer)
    assert np.ptp(found) <= 1
    return int(found[0, 0, 0])


@pytest.mark.parametrize(("light", "wanted"), [(0, 0), (26, 108), (100, 190)])
def test_light_below_the_knee_is_shown_as_it_is(light: float, wanted: int) -> None:
    assert grey(pq(light), "pq") == wanted == round((light / 203) ** (1 / 2.4) * 255)


def test_highlights_stay_apart_and_below_white() -> None:
    levels = [grey(pq(light), "pq") for light in (150, 203, 250, 300, 400)]
    assert levels == sorted(set(levels))
    assert levels[-1] == 255


def test_both_transfers_show_reference_white_alike() -> None:
    assert grey(round(0.75 * 65535), "hlg") == pytest.approx(grey(pq(203), "pq"), abs=1)


def test_wide_colour_of_ordinary_range_keeps_greys_and_widens_colours() -> None:
    assert [grey(round(level * 257), "bt2020") for level in (0, 37, 128, 255)] == [0, 37, 128, 255]
    red = hdr.to_sdr(np.array([[[40000, 10000, 10000]]], np.uint16), "bt2020")[0, 0]
    assert red[0] > 40000 / 257 + 5
    assert red[1] < 10000 / 257
