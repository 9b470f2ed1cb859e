"""The errors, where the reference program has them."""

from ._error import Error
from ._errors import *  # noqa: F403
from ._errors import __all__ as _all

__all__ = ["Error", *_all]
