"""Weights of a net in files: all of them, the adapter that was trained, or all with LoRA merged in."""

import copy
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import torch

from model import lora, nets, weights
from model.protocols import Net
from model.weights import Header, State
from sts import config, files, manifest
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.wording import counted

log = logging.getLogger(__name__)

N = TypeVar("N")
MEAN = "mean."
"""Before the name of a running mean in a training checkpoint; where there is one, it is what is used"""
STEP = "step-"


def save(path: Location, net: Net, step: int, mean: State | None = None) -> None:
    """Every weight, with the running means of some beside them."""
    state = {**nets.module(net).state_dict(), **{MEAN + name: value for name, value in (mean or {}).items()}}
    weights.write(path, state, Header(kind="full", net=nets.table(net), step=step))


def save_adapter(path: Location, net: Net, step: int) -> None:
    """What trains, with the digest of what does not: to be loaded into a net with the same other weights."""
    state = {name: value for name, value in nets.module(net).state_dict().items() if name in _trained(net)}
    weights.write(path, state, Header(kind="adapter", net=nets.table(net), step=step, base=digest(net)))


def save_merged(path: Location, net: Net, step: int, dtype: torch.dtype = torch.float32) -> None:
    """Every weight of the same net without LoRA, whose updates are added in fp32; the net stays as it is."""
    merged = copy.deepcopy(nets.module(net)).float()
    lora.merge(merged)
    state = {name: value.to(dtype) for name, value in merged.state_dict().items() if not lora.added(name)}
    table = nets.table(net)
    if "lora" in table:
        table["lora"] = {**table["lora"], "rank": 0}
    weights.write(path, state, Header(kind="full", net=table, step=step))


def build(location: Location) -> Net:
    """The net of a full file or of a run, ready to predict. DataError for a file that does not say its net."""
    path = find(location)
    state, header = weights.read(path)
    if header and header.kind == "adapter":
        raise DataError(
            f"{path} holds only what was trained: give net.safetensors of the same training, which is whole"
        )
    if header is None:
        raise DataError(f"{path} does not say which net it is of: give the settings of the net and load it into that")
    net = nets.build(header.net)
    _fill(net, path, _used(state), header, may_lack=())
    nets.module(net).eval()
    return net


def opened(kind: type[N], location: Location, settings: Mapping[str, Any]) -> N:
    """`build`, or with settings a net of that kind with these weights. ConfigError for a file of another kind."""
    name = f"{kind.__module__}:{kind.__qualname__}"
    if settings:
        net = nets.build({"class": name, **settings})
        load(net, location)
    else:
        net = build(location)
    if not isinstance(net, kind):
        raise ConfigError(f"{location} is of {nets.table(net)['class']}, not of {name}: name the segmenter of that net")
    return net


def load(net: Net, location: Location) -> None:
    """Take every weight from a file or a run; from an adapter what it holds. DataError if they are not of this net."""
    path = find(location)
    state, header = weights.read(path)
    if header and header.kind == "adapter":
        _check_base(net, path, header)
        _fill(net, path, _used(state), header, may_lack=set(nets.module(net).state_dict()) - _trained(net))
    else:
        _fill(net, path, _used(state), header, may_lack=())


def take(net: Net, state: State, name: str) -> None:
    """Take every weight from tensors that were read; `name` says of what. DataError if they are not of this net."""
    _fill(net, name, state, None, may_lack=())


def initialise(net: Net, location: Location) -> None:
    """Like `load`, where what trains may be missing and keeps its first values: how a net grows from a smaller one."""
    path = find(location)
    state, header = weights.read(path)
    if header and header.kind == "adapter":
        load(net, path)
        return
    _fill(net, path, _used(state), header, may_lack=_trained(net))
    fresh = sorted(_trained(net) - set(state))
    if fresh:
        tensors = counted(len(fresh), "tensor")
        log.info("%s lacks %s, to be trained from first values, such as %s", path, tensors, fresh[0])


def restore(net: Net, path: Location) -> dict[str, torch.Tensor]:
    """Take the weights of a training checkpoint themselves; returns the running means."""
    state, header = weights.read(path)
    _fill(net, path, {name: value for name, value in state.items() if not name.startswith(MEAN)}, header, may_lack=())
    return {name.removeprefix(MEAN): value for name, value in state.items() if name.startswith(MEAN)}


def averaged(net: Net, mean: State) -> Net:
    """A copy of the net with the running means in their places."""
    same = copy.deepcopy(net)
    nets.module(same).load_state_dict(mean, strict=False)
    return same


def steps(out: Location) -> list[str]:
    """File names of the checkpoints of a run, the last one last."""
    return [name for name in files.names(out) if name.startswith(STEP) and name.endswith(weights.SUFFIX)]


def find(location: Location) -> Location:
    """A file as it is, that of a name such as `nano`; of a run directory, the weights of its last checkpoint.

    DataError where there is none.
    """
    location = weights.SHIPPED.get(str(location), location)
    if str(location).endswith((weights.SUFFIX, ".pt", ".pth")) or not files.names(location):
        return location
    names = steps(location)
    if not names:
        known = " or ".join(weights.SHIPPED)
        raise DataError(f"{location} holds no checkpoint: give a file of weights, the --out of a training, or {known}")
    return files.join(location, names[-1])


def digest(net: Net) -> str:
    """SHA-256 of the names, types, shapes and bytes of all weights that do not train."""
    digested, trained = hashlib.sha256(), _trained(net)
    for name, value in sorted(nets.module(net).state_dict().items()):
        if name not in trained:
            digested.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
            digested.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digested.hexdigest()


def _trained(net: Net) -> set[str]:
    return {name for name, parameter in nets.module(net).named_parameters() if parameter.requires_grad}


def _used(state: State) -> dict[str, torch.Tensor]:
    """The running mean where there is one, else the weight."""
    means = {name.removeprefix(MEAN): value for name, value in state.items() if name.startswith(MEAN)}
    return {name: means.get(name, value) for name, value in state.items() if not name.startswith(MEAN)}


def _check_base(net: Net, path: Location, header: Header) -> None:
    if header.base != digest(net):
        raise DataError(
            f"{path} was trained on other base weights than this net has: load those first, with the same settings"
        )


def _fill(net: Net, path: Location, state: State, header: Header | None, may_lack: Collection[str]) -> None:
    """Copy tensors into the net after everything fits."""
    module = nets.module(net)
    wrong = _misfits(module.state_dict(), state, may_lack)
    differ = manifest.differences(_completed(header.net, net), nets.table(net)) if header else {}
    if wrong:
        raise DataError(f"{path} does not fit this {_name(nets.table(net))}{_why(wrong, header, net, differ)}")
    module.load_state_dict(state, strict=False)
    for key, (there, here) in differ.items():
        log.warning("%s: %s was %r where these weights were trained and is %r here", path, key, there, here)


def _completed(table: Mapping[str, Any], net: Net) -> Mapping[str, Any]:
    """Settings of a file with those that came later at their defaults; as they are where they are of another net."""
    settings = {key: value for key, value in table.items() if key != "class"}
    try:
        return {**table, **config.to_dict(config.from_dict(type(net.config), settings))}
    except ConfigError:
        return table


def _why(wrong: Sequence[str], header: Header | None, net: Net, differ: Mapping[str, tuple[Any, Any]]) -> str:
    """The net that the weights are of, or where its name is the same the settings; then the tensors."""
    if header and _name(header.net) != _name(nets.table(net)):
        return f", it is of {_name(header.net)}: {'; '.join(wrong)}"
    if differ:
        said = ", ".join(f"{key} = {there!r} (here {here!r})" for key, (there, here) in differ.items())
        return f": it was trained with {said}; {wrong[0]}; give weights of the same settings"
    return f": {'; '.join(wrong)}"


def _misfits(own: State, state: State, may_lack: Collection[str]) -> list[str]:
    missing = [name for name in own if name not in state and name not in may_lack]
    unexpected = [name for name in state if name not in own]
    shaped = [
        f"{name} is {tuple(state[name].shape)} instead of {tuple(value.shape)}"
        for name, value in own.items()
        if name in state and state[name].shape != value.shape
    ]
    found = {"missing": missing, "unexpected": unexpected, "wrong shape": shaped}
    return [f"{word} {', '.join(names[:2])}{_more(len(names) - 2)}" for word, names in found.items() if names]


def _more(n: int) -> str:
    return f" and {n} more" if n > 0 else ""


def _name(table: Mapping[str, Any]) -> str:
    kind = str(table["class"]).rpartition(":")[2]
    return f"{kind} of size {table['size']}" if "size" in table else kind
