"""The smallest net, for tests."""

from typing import Any

import torch

from model.sam2text.net import SAM2Text


def make(score: float = 2.0, **settings: Any) -> SAM2Text:
    """Random weights, always the same; `score` is the logit of text on a frame: above 0, masks are not emptied."""
    torch.manual_seed(0)
    net = SAM2Text(size="micro", **settings)
    with torch.no_grad():
        net.get_parameter("sam_mask_decoder.pred_obj_score_head.layers.2.bias").fill_(score)
    return net
