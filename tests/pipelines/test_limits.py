"""Limits of an audit that no label can keep are refused."""

import pytest

from pipelines.limits import AuditLimits
from sts.errors import ConfigError


def test_limits_below_0_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"drop = -1\.0"):
        AuditLimits(drop=-1.0)
