"""The clients, where the reference program has them."""

from ._reference import Client
from ._reference_async import ClientAsync

__all__ = ["Client", "ClientAsync"]
