"""RapidOCR as finder and reader; where the package is not installed there is one line."""

import importlib.util
import sys

import numpy as np
import pytest

from realv import ocr
from realv.ocr import RapidOcr, RapidReader
from realv.words import WordFinder
from sts.errors import ConfigError, PluginError
from tests.realv.labelers.drawn import word

INSTALLED = importlib.util.find_spec("rapidocr_onnxruntime") is not None


def test_without_the_package_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)  # as if it were not installed
    ocr.engine.cache_clear()
    with pytest.raises(PluginError, match="pip install --no-deps rapidocr-onnxruntime"):
        RapidOcr()


def test_a_confidence_that_cannot_be_meant_is_one_line() -> None:
    with pytest.raises(ConfigError, match="least = 2"):
        RapidOcr(least=2.0)


def test_a_line_is_cut_at_its_spaces() -> None:
    cells = [[[10.0 * i, 0.0], [10.0 * i + 8, 0.0], [10.0 * i + 8, 20.0], [10.0 * i, 20.0]] for i in range(7)]
    line = [[[0.0, 0.0], [70.0, 0.0], [70.0, 20.0], [0.0, 20.0]], "AB  CDE", 0.9, cells, list("AB  CDE")]
    first, second = ocr._words(line)
    assert (first.text, second.text, first.read) == ("AB", "CDE", 0.9)
    assert first.polygon[1][0] < 25 < 35 < second.polygon[0][0]
    assert {y for _, y in first.polygon} == {0.0, 20.0}


def test_text_without_spaces_keeps_the_polygon_of_its_line() -> None:
    corners = [[3.0, 4.0], [60.0, 8.0], [59.0, 30.0], [2.0, 26.0]]
    cells = [[[10.0 * i, 0.0], [10.0 * i + 8, 0.0], [10.0 * i + 8, 20.0], [10.0 * i, 20.0]] for i in range(2)]
    (one,) = ocr._words([corners, "顺丰", 0.8, cells, list("顺丰")])
    assert np.array(one.polygon) == pytest.approx(np.array(corners))


@pytest.mark.skipif(not INSTALLED, reason="needs rapidocr-onnxruntime")
def test_drawn_words_are_found_and_read() -> None:
    picture, _, polygon = word("Market Street", (20, 20, 30), (230, 230, 220))
    finder = RapidOcr()
    assert isinstance(finder, WordFinder)
    found = finder.find(picture)
    assert [one.text for one in sorted(found, key=lambda one: one.polygon[0])] == ["Market", "Street"]
    ((text, sure),) = [one for one in RapidReader().read(picture, [polygon]) if one]
    assert text.replace(" ", "") == "MarketStreet"
    assert 0.5 <= sure <= 1
    plain = np.full((64, 96, 3), 128, np.uint8)
    assert finder.find(plain) == ()
    assert RapidReader().read(plain, []) == ()
