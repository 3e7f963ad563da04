"""A whole picture is asked: lines once each, words after the choice of lines, paragraphs by what they share."""

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import finalize

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from model.hisam import amg, grouping, polygons, sizes
from model.hisam.amg import AmgConfig
from model.hisam.config import NetConfig
from model.hisam.decoders import Answer, HierDecoder
from model.hisam.fit import Fit, letterbox, stretch
from model.hisam.net import HiSam
from sts import geometry
from sts.errors import ConfigError

SIDE, GRID = 64, 16
LINES = ((8, 16), (24, 32), (44, 56))
"""Rows of the input in which lines lie; the first two are one paragraph"""


def page_says(points: torch.Tensor, words: bool, least: float = 0.9) -> Answer:
    """A net that knows the lines of `LINES`, each with two words."""
    masks, fine = torch.full((len(points), 3, GRID, GRID), -5.0), torch.full((len(points), 24, 24), -5.0)
    for i, (_, y) in enumerate(points.tolist()):
        number = next((n for n, (top, bottom) in enumerate(LINES) if top <= y < bottom), None)
        if number is not None:
            top, bottom = LINES[number]
            masks[i, 1, top // 4 : bottom // 4, 1:15] = 5.0
            masks[i, 2, 2 : 8 if number < 2 else 14, 1:15] = 5.0
            if number == 2:
                masks[i, 2, 2:11] = -5.0
            fine[i, top * 3 // 8 : bottom * 3 // 8, 2:10] = fine[i, top * 3 // 8 : bottom * 3 // 8, 13:22] = 5.0
    ious = torch.tensor([[0.0, least - 0.001 * i, 0.0] for i in range(len(points))])
    return Answer(masks=masks, ious=ious, words=fine if words else None)


def strokes() -> torch.Tensor:
    made = torch.full((SIDE, SIDE), -3.0)
    for top, bottom in LINES:
        made[top + 2 : bottom - 2, 8:56] = 3.0
    return made


FIT = stretch(128, 128, SIDE)
FEW = AmgConfig(points=60, batch=20)


def test_each_line_is_found_once_with_its_words_and_paragraph() -> None:
    found = sorted(amg.find(page_says, strokes(), FIT, FEW), key=lambda line: line.words[0][0][1])
    assert [len(line.words) for line in found] == [2, 2, 2]
    first, second, third = (line.paragraph for line in found)
    assert first == second != third
    assert all(0.8 < line.score <= 0.9 for line in found)
    for line, (top, bottom) in zip(found, LINES, strict=True):
        for word in line.words:
            assert geometry.box(word)[1] < 2 * (top + bottom) / 2 < geometry.box(word)[3]


def test_lines_that_the_net_is_not_sure_of_and_empty_pictures_give_nothing() -> None:
    assert amg.find(partial(page_says, least=0.4), strokes(), FIT, FEW) == []
    assert amg.find(page_says, torch.full((SIDE, SIDE), -1.0), FIT, FEW) == []


@pytest.mark.parametrize("size", [(90, 160), (160, 90)], ids=str)
def test_nothing_is_asked_beside_a_frame_that_does_not_fill_the_square(size: tuple[int, int]) -> None:
    """Of strokes that a net sees everywhere, also where no frame is."""
    fit, asked = letterbox(*size, SIDE), list[torch.Tensor]()

    def ask(points: torch.Tensor, words: bool) -> Answer:
        asked.append(points)
        return page_says(points, words)

    assert amg.find(ask, torch.full((SIDE, SIDE), 3.0), fit, AmgConfig(points=SIDE * SIDE, batch=SIDE * SIDE))
    points = asked[0]
    assert len(points) == fit.inner_height * fit.inner_width < SIDE * SIDE
    assert points.min() == 0.5
    assert points.amax(dim=0).tolist() == [fit.inner_width - 0.5, fit.inner_height - 0.5]


def test_a_click_gives_the_word_under_it() -> None:
    word = amg.word_at(page_says, (30.0, 100.0), FIT)
    assert word is not None
    assert geometry.contains(word, torch.tensor([[30.0, 100.0]]).double().numpy())[0]
    assert geometry.box(word)[2] < 70
    assert amg.word_at(page_says, (30.0, 5.0), FIT) is None


def test_settings_that_ask_nothing_are_one_line() -> None:
    with pytest.raises(ConfigError, match="points = 0"):
        AmgConfig(points=0)
    with pytest.raises(ConfigError, match=r"least_iou = 1\.5"):
        AmgConfig(least_iou=1.5)


def before_the_choice(ask: amg.Ask, points: torch.Tensor, config: AmgConfig, fit: Fit) -> list[amg.FoundLine]:
    """As the code of Hi-SAM does it: words of every point are made and held, then lines are chosen."""
    answers = [ask(part, True) for part in points.split(config.batch)]
    masks, ious = torch.cat([one.masks for one in answers]), torch.cat([one.ious for one in answers])
    words = torch.cat([one.words for one in answers if one.words is not None])
    del answers
    good = ious[:, 1] > config.least_iou
    masks, ious, words = masks[good], ious[good], words[good]
    stay = grouping.matrix_nms((masks[:, 1] > 0).flatten(1), ious[:, 1]) > config.least_score
    numbers = grouping.groups(grouping.ious((masks[stay, 2] > 0).flatten(1)) > config.together)
    return [
        amg.FoundLine(words=found, paragraph=number, score=score)
        for one, number, score in zip(words[stay], numbers, ious[stay, 1].clamp(0, 1).tolist(), strict=True)
        if (found := tuple(polygons.words(fit.logits(one[None])[0].gt(0).numpy())))
    ]


def test_words_after_the_choice_of_lines_are_the_same() -> None:
    torch.manual_seed(0)
    net = HiSam(size="micro").eval()
    assert net.hi_decoder is not None
    sure = net.hi_decoder.get_parameter("iou_prediction_head.layers.2.bias")
    torch.nn.init.constant_(sure, 0.9)
    features = net.encode(torch.randint(0, 255, (1, 3, 128, 128), dtype=torch.uint8)).detach()
    points, config, fit = torch.rand(40, 2) * 128, AmgConfig(batch=20), stretch(128, 128, 128)

    def ask(some: torch.Tensor, words: bool) -> Answer:
        return net.ask(features.expand(len(some), -1, -1, -1), some, words=words)

    with torch.no_grad():
        expected = before_the_choice(ask, points, config, fit)
        found = amg.read(ask, points[amg.survivors(ask, points, config)], fit, config)
    assert [(line.words, line.paragraph) for line in found] == [(line.words, line.paragraph) for line in expected]


def test_words_after_the_choice_of_lines_take_a_third_less_work() -> None:
    """1,500 points and 60 lines on the decoder of SAM, whose work is counted without doing it."""
    with torch.device("meta"):
        decoder = HierDecoder(**sizes.decoder(NetConfig(size="vit_b")))
        given = torch.zeros(1, 256, 64, 64), torch.zeros(1, 256, 64, 64), torch.zeros(1, 2, 256)
        work = {words: flops(partial(decoder.ask, *given, words)) for words in (False, True)}
    before, after = 1500 * work[True], 1500 * work[False] + 60 * work[True]
    assert 6.0e9 < work[True] < 6.8e9
    assert after < 0.7 * before


def test_words_after_the_choice_of_lines_take_a_tenth_of_the_memory() -> None:
    """What is held, on masks of half the side of SAM's."""
    points, config = torch.rand(300, 2), AmgConfig(batch=5)

    def ask(some: torch.Tensor, words: bool) -> Answer:
        n = len(some)
        masks = torch.full((n, 3, 128, 128), 5.0)
        return Answer(masks=masks, ious=torch.full((n, 3), 0.9), words=torch.ones(n, 192, 192) if words else None)

    with Held() as before:
        before_the_choice(ask, points, config, FIT)
    with Held() as after:
        amg.read(ask, points[amg.survivors(ask, points, config)], FIT, config)
    assert after.most < 0.1 * before.most


def flops(run: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops())


class Held(TorchDispatchMode):
    """Counts the bytes of the tensors that are alive."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.most = 0
        self._seen: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, (tuple, list)) else (out,):
            if isinstance(tensor, torch.Tensor):
                self._add(tensor.untyped_storage())
        return out

    def _add(self, storage: torch.UntypedStorage) -> None:
        place, size = storage.data_ptr(), storage.nbytes()
        if place in self._seen:
            return
        self._seen.add(place)
        self.now += size
        self.most = max(self.most, self.now)
        finalize(storage, self._drop, place, size)

    def _drop(self, place: int, size: int) -> None:
        self._seen.discard(place)
        self.now -= size
