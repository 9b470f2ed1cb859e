"""Whose account the examples use: the environment says, as for the `quoalise` command."""

import getpass
import os
from typing import Any


def account() -> dict[str, Any]:
    """What `quoalise.connect` takes.

    QUOALISE_USER, QUOALISE_PASSWORD, and where they are set QUOALISE_ADDRESS and
    QUOALISE_CA_FILE.
    """
    chosen: dict[str, Any] = {"account": os.environ["QUOALISE_USER"]}
    chosen["password"] = os.environ.get("QUOALISE_PASSWORD") or getpass.getpass()
    for name in ("address", "ca_file"):
        if value := os.environ.get(f"QUOALISE_{name.upper()}"):
            chosen[name] = value
    return chosen
