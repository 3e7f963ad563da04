"""One thread a process, as in the other packages."""

import torch


def pytest_configure() -> None:
    torch.set_num_threads(1)
