"""Words from hills and links, without the network."""

import numpy as np

from realv import craftwords, strip


def maps(centres: np.ndarray, size: float = 7.0, linked: bool = True) -> np.ndarray:
    y, x = np.indices((160, 300)) + 0.5

    def hills(points: np.ndarray) -> np.ndarray:
        return np.max([np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * size**2)) for a, b in points], axis=0)

    links = hills((centres[1:] + centres[:-1]) / 2) if linked else np.zeros((160, 300))
    return np.stack([hills(centres), links]).astype(np.float32)


def row(n: int, step: float = 22.0) -> np.ndarray:
    return np.array([(40 + step * i, 80.0) for i in range(n)])


def test_linked_characters_are_a_word_and_others_are_words_of_their_own() -> None:
    assert len(list(craftwords.shapes(maps(row(5))))) == 1
    assert len(list(craftwords.shapes(maps(row(5, step=30.0), linked=False)))) == 5


def test_a_straight_word_reads_from_left_to_right_around_its_hills() -> None:
    ((polygon, sure),) = craftwords.shapes(maps(row(6)))
    word = strip.of(polygon)
    assert sure > 0.95
    assert word.top[0][0] < 40 < 150 < word.top[-1][0]
    assert word.top[0][1] < 80 < word.bottom[0][1]
    assert 15 < word.height < 35


def test_a_bent_word_bends_its_polygon() -> None:
    angles = np.linspace(np.pi * 0.85, np.pi * 0.15, 9)
    arch = np.stack([150 + 100 * np.cos(angles), 150 - 100 * np.sin(angles)], axis=1)
    ((polygon, _),) = craftwords.shapes(maps(arch, size=9.0))
    word = strip.of(polygon)
    middle = (word.top + word.bottom) / 2
    assert np.abs(np.hypot(middle[:, 0] - 150, middle[:, 1] - 150) - 100).max() < 14
    assert middle[0, 0] < middle[-1, 0]


def test_an_upright_word_reads_downwards() -> None:
    ((polygon, _),) = craftwords.shapes(maps(np.array([(150.0, 30 + 22.0 * i) for i in range(5)])))
    word = strip.of(polygon)
    assert word.top[0][1] < word.top[-1][1]


def test_a_faint_map_has_no_words() -> None:
    assert list(craftwords.shapes(maps(row(4)) * np.float32(0.6))) == []
