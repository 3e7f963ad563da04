import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from model import checkpoints, nets, weights
from model.protocols import Net
from model.sam2text import sizes
from model.sam2text.config import NetConfig
from sts.config import from_dict
from sts.errors import DataError, PluginError
from tests.model import small_net

SAM2TEXT = {"class": "model.sam2text.net:SAM2Text", "size": "micro"}


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def other(**options: Any) -> Net:
    """A net with other weights than `small_net.net`."""
    net = small_net.net(**options)
    for parameter in nets.module(net).parameters():
        parameter.data += 1
    return net


def state(net: Net) -> dict[str, torch.Tensor]:
    return nets.module(net).state_dict()


def same(a: Net, b: Net) -> bool:
    return all(torch.equal(value, state(b)[name]) for name, value in state(a).items())


def test_a_net_comes_back_from_its_file_alone(tmp_path: Path) -> None:
    net = small_net.net(width=6)
    checkpoints.save(tmp_path / "net.safetensors", net, 7)
    again = checkpoints.build(tmp_path / "net.safetensors")
    assert again.config == net.config and same(net, again)
    assert not nets.module(again).training


def test_a_running_mean_is_used_and_the_weights_themselves_are_kept(tmp_path: Path) -> None:
    net, mean = small_net.net(), {"head.bias": torch.tensor([9.0])}
    checkpoints.save(tmp_path / "net.safetensors", net, 7, mean)
    assert state(checkpoints.build(tmp_path / "net.safetensors"))["head.bias"] == 9
    again = other()
    assert checkpoints.restore(again, tmp_path / "net.safetensors") == mean
    assert same(net, again)


def test_an_adapter_holds_exactly_what_trains(tmp_path: Path) -> None:
    path, net = tmp_path / "adapter.safetensors", small_net.net(freeze=True)
    nets.module(net).get_parameter("head.bias").data += 5
    checkpoints.save_adapter(path, net, 7)
    assert set(weights.read(path)[0]) == {"norm.weight", "norm.bias", "head.weight", "head.bias"}
    again = small_net.net(freeze=True)
    checkpoints.load(again, path)
    assert same(net, again)


def test_an_adapter_refuses_other_base_weights(tmp_path: Path) -> None:
    checkpoints.save_adapter(tmp_path / "adapter.safetensors", small_net.net(freeze=True), 7)
    with pytest.raises(DataError, match="trained on other base weights"):
        checkpoints.load(other(freeze=True), tmp_path / "adapter.safetensors")


def test_an_adapter_alone_is_no_net(tmp_path: Path) -> None:
    checkpoints.save_adapter(tmp_path / "adapter.safetensors", small_net.net(freeze=True), 7)
    with pytest.raises(DataError, match=r"holds only what was trained: give net.safetensors"):
        checkpoints.build(tmp_path / "adapter.safetensors")


def test_half_precision_halves_the_file_and_loads_as_floats(tmp_path: Path) -> None:
    net = small_net.net(width=64)
    checkpoints.save_merged(tmp_path / "whole.safetensors", net, 7)
    checkpoints.save_merged(tmp_path / "half.safetensors", net, 7, torch.float16)
    sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("whole", "half")]
    assert sizes[1] < 0.7 * sizes[0]
    again = checkpoints.build(tmp_path / "half.safetensors")
    assert state(again)["head.weight"].dtype == torch.float32
    torch.testing.assert_close(state(again)["head.weight"], state(net)["head.weight"], rtol=1e-3, atol=1e-4)


def test_the_wrong_net_is_named_with_its_first_keys(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "net.safetensors", small_net.net(width=6), 7)
    with pytest.raises(
        DataError,
        match=r"this SmallNet of size 32: it was trained with width = 6 \(here 4\); wrong shape base.weight is \(6, 3",
    ):
        checkpoints.load(small_net.net(), tmp_path / "net.safetensors")


def test_weights_of_something_else_are_named_with_missing_and_unexpected_keys(tmp_path: Path) -> None:
    save_file({"lm_head.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match=r"missing base.weight, base.bias and 4 more; unexpected lm_head.weight$"):
        checkpoints.load(small_net.net(), tmp_path / "other.safetensors")


def test_a_net_grows_from_weights_without_its_new_parts_but_never_without_frozen_ones(tmp_path: Path) -> None:
    trunk = {name: value for name, value in state(other()).items() if name.startswith("base")}
    torch.save({"model": trunk}, tmp_path / "official.pt")
    net = small_net.net(freeze=True)
    checkpoints.initialise(net, tmp_path / "official.pt")
    assert torch.equal(state(net)["base.weight"], trunk["base.weight"])
    with pytest.raises(DataError, match=r"missing norm.weight"):
        checkpoints.load(net, tmp_path / "official.pt")
    torch.save({"model": {"head.bias": trunk["base.bias"][:1]}}, tmp_path / "less.pt")
    with pytest.raises(DataError, match=r"missing base.weight, base.bias$"):
        checkpoints.initialise(net, tmp_path / "less.pt")


def test_settings_that_change_no_shape_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoints.save(tmp_path / "net.safetensors", small_net.net(), 7)
    checkpoints.load(small_net.net(inner={"dropout": 0.5}), tmp_path / "net.safetensors")
    assert "inner.dropout was 0.0 where these weights were trained and is 0.5 here" in caplog.text


def test_a_setting_that_came_later_and_has_its_default_is_no_difference(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    net = small_net.net()
    table = {key: value for key, value in nets.table(net).items() if key not in ("freeze", "inner")}
    weights.write(tmp_path / "net.safetensors", state(net), weights.Header(kind="full", net=table, step=7))
    checkpoints.build(tmp_path / "net.safetensors")
    assert not caplog.messages
    checkpoints.load(small_net.net(inner={"dropout": 0.5}), tmp_path / "net.safetensors")
    (told,) = caplog.messages
    assert "inner.dropout was 0.0 where these weights were trained and is 0.5 here" in told


@pytest.mark.parametrize("name", ["net.safetensors", "net.pt"])
@pytest.mark.parametrize("keep", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_one_line(name: str, keep: float, tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "net.safetensors", small_net.net(width=64), 7)
    torch.save(state(small_net.net(width=64)), tmp_path / "net.pt")
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(keep * len(data))])
    with pytest.raises(DataError, match="damaged") as error:
        checkpoints.load(small_net.net(width=64), tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_file_that_would_run_code_is_not_run(tmp_path: Path) -> None:
    torch.save({"model": Bomb(tmp_path / "run")}, tmp_path / "bomb.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Bomb(tmp_path / "run")))
    for name in ("bomb.pt", "plain.pt"):
        with pytest.raises(DataError, match="not loaded, because such a file can run code") as error:
            checkpoints.load(small_net.net(), tmp_path / name)
        assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("value", [{"epoch": 3}, [1, 2], {}, {"model": {"a": 1}}])
def test_a_file_without_weights_is_one_line(value: object, tmp_path: Path) -> None:
    torch.save(value, tmp_path / "note.pt")
    with pytest.raises(DataError, match="holds no weights"):
        checkpoints.load(small_net.net(), tmp_path / "note.pt")


def test_a_missing_official_file_comes_with_its_address(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"No such file or directory; it is at https://.*/sam2.1_hiera_tiny.pt$"):
        checkpoints.load(small_net.net(), tmp_path / "sam2.1_hiera_tiny.pt")


def test_a_header_that_is_not_ours_is_one_line(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "net.safetensors", {weights.KEY: json.dumps({"kind": "?"})})
    with pytest.raises(DataError, match="damaged"):
        checkpoints.build(tmp_path / "net.safetensors")


def test_a_directory_without_a_checkpoint_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    with pytest.raises(DataError, match="holds no checkpoint"):
        checkpoints.build(tmp_path)


def test_a_class_that_is_no_net_is_one_line() -> None:
    with pytest.raises(PluginError, match="is no Net: it lacks groups, loss, masks"):
        nets.build({"class": "collections:Counter"})


@pytest.fixture(scope="module")
def text_net() -> Net:
    """The smallest SAM2Text, with LoRA updates that do something."""
    torch.manual_seed(1)
    net = nets.build(SAM2TEXT)
    with torch.no_grad():
        for name, parameter in nets.module(net).named_parameters():
            if name.endswith("lora_b"):
                parameter.normal_(std=0.1)
    nets.module(net).eval()
    return net


def test_a_merged_file_has_no_lora_and_answers_alike(text_net: Net, tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "whole.safetensors", text_net, 7)
    before = {name: value.clone() for name, value in state(text_net).items()}
    checkpoints.save_merged(tmp_path / "merged.safetensors", text_net, 7)
    assert all(torch.equal(value, before[name]) for name, value in state(text_net).items())
    merged = checkpoints.build(tmp_path / "merged.safetensors")
    assert not [name for name in state(merged) if "lora" in name]
    video = torch.randint(0, 256, (1, 2, 3, 128, 128), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(merged.masks(video), text_net.masks(video), rtol=0, atol=1e-4)


def test_the_stock_weights_of_sam2_are_a_start_and_those_of_another_size_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stock = sizes.build(from_dict(NetConfig, {"size": "micro"}))
    torch.save({"model": stock.state_dict()}, tmp_path / "stock.pt")
    net = nets.build(SAM2TEXT)
    with caplog.at_level("INFO"):
        checkpoints.initialise(net, tmp_path / "stock.pt")
    assert all(torch.equal(state(net)[name], value) for name, value in stock.state_dict().items())
    assert (
        "112 tensors, to be trained from first values, such as image_encoder.trunk.blocks.0.attn.proj.lora_a"
        in caplog.text
    )
    larger = sizes.build(from_dict(NetConfig, {"size": "nano"}))
    torch.save({"model": larger.state_dict()}, tmp_path / "nano.pt")
    with pytest.raises(
        DataError, match=r"does not fit this SAM2Text of size micro: missing .*; unexpected .*; wrong shape "
    ):
        checkpoints.initialise(net, tmp_path / "nano.pt")
