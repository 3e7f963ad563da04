"""Settings of the ML backend."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from sts import config, files
from sts.errors import ConfigError

USER, PASSWORD = "BASIC_AUTH_USER", "BASIC_AUTH_PASS"
"""Environment variables of the login that Label Studio must give"""

Previous = Literal["memory", "mask", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """Settings of `annotate.serve`."""

    segmenter: dict[str, Any] = field(default_factory=lambda: {"class": "model.sam2text.closer:CloserLook"})
    """Import path of a Segmenter and its options; `weights` may be given on the command line"""
    previous: Previous = "none"
    """How the next click shows the answer to the clicks before it: as a mask on a frame before, for a segmenter with a
    memory; as a mask beside the click; or not at all, for one to which a mask is the place of a word"""
    documents: str = "data/labelstudio/files"
    """Directory that Label Studio serves files from, its LOCAL_FILES_DOCUMENT_ROOT"""
    host: str = "127.0.0.1"
    """Address to listen on; with another one than this machine's own, the login must be set"""
    port: int = 9090
    """0 for any that is free"""
    cache_mb: int = 512
    """Most memory that pictures and answers are kept in"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        if not 0 <= self.port < 1 << 16 or self.cache_mb < 0:
            raise ConfigError(
                f"port = {self.port}, cache_mb = {self.cache_mb}: give a port from 0 to 65535 and 0 MB or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What Label Studio must say with every request."""

    user: str
    password: str = field(repr=False)


def login(settings: ServeConfig, environment: Mapping[str, str] = os.environ) -> Login | None:
    """The login of the environment; None where there is none. ConfigError for half of one, or an open door."""
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if bool(user) != bool(password):
        raise ConfigError(f"{USER if user else PASSWORD} is set and {PASSWORD if user else USER} is not: set both")
    if not user and not _loopback(settings.host):
        raise ConfigError(f"host = {settings.host} lets everybody in: set {USER} and {PASSWORD} in the environment")
    return Login(user=user, password=password) if user else None


def table(settings: ServeConfig, weights: str) -> dict[str, Any]:
    """The segmenter with the weights of the command line, where some are given."""
    return {**settings.segmenter, **({"weights": weights} if weights else {})}


def version(segmenter: Mapping[str, Any]) -> str:
    """Name of a segmenter with its options and weights, such as `SAM2TextSegmenter@1a2b3c4d`."""
    name = str(segmenter.get("class", "")).rpartition(":")[2]
    marks = {**segmenter, "weights": _mark(str(segmenter.get("weights", "")))}
    return f"{name}@{config.digest(marks)[:8]}"


def _mark(weights: str) -> str:
    """SHA-256 of a file; of a training, the names of its checkpoints; any other name as it is."""
    if weights and Path(weights).is_file():
        return files.sha256(weights)
    return config.digest(files.names(weights)) if weights and Path(weights).is_dir() else weights


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
