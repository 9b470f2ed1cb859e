"""The classes of errors, by the table that all languages have (tests/errors.json)."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
import quoalise
import quoalise.errors
from conftest import ROOT

TABLE = json.loads((ROOT / "tests/errors.json").read_text(encoding="utf-8"))
NAMES = {group["group"]: group["python"] for group in TABLE["groups"]}
NAMES |= {kind["kind"]: kind["python"] for kind in TABLE["kinds"]}
GROUPS = [(group["group"], {"python": group["python"]}) for group in TABLE["groups"]]
KINDS = [(kind["kind"], kind) for kind in TABLE["kinds"]]


@pytest.mark.parametrize(("name", "entry"), GROUPS + KINDS)
def test_the_tree(name: str, entry: dict[str, str]) -> None:
    error = getattr(quoalise, entry["python"])
    parent = NAMES[entry["under"]] if "under" in entry else TABLE["base"]["python"]
    also = [entry["python_also"]] if "python_also" in entry else []
    assert [base.__name__ for base in error.__bases__] == [parent, *also]
    assert issubclass(error, quoalise.Error)
    assert error.__doc__ and error.__module__ in ("quoalise._errors", "quoalise._error")
    assert getattr(quoalise.errors, entry["python"]) is error


@pytest.mark.parametrize(("kind", "entry"), KINDS)
def test_every_kind_arrives_as_its_class(kind: str, entry: dict[str, Any]) -> None:
    with pytest.raises(quoalise.Error) as raised:
        quoalise._native._raise(kind)
    error = raised.value
    assert type(error).__name__ == entry["python"]
    assert (error.kind, error.is_temporary) == (kind, entry["temporary"])
    assert str(error) == error.message == "raised for a test"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_they_show_what_they_say() -> None:
    for error in (quoalise.ConnectTimeout("too slow"), quoalise.BadRequest("too slow")):
        assert repr(error) == f"{type(error).__name__}('too slow')"


def test_there_is_no_other_class() -> None:
    known = {TABLE["base"]["python"], *NAMES.values()}
    errors = {
        name
        for name, found in vars(quoalise).items()
        if isinstance(found, type) and issubclass(found, Exception)
    }
    assert errors == known == set(quoalise.errors.__all__)


def test_what_the_reference_program_raises() -> None:
    error = quoalise.UpstreamError(issuer="enedis-data-connect", code="ADAM-ERR0123", message="too old")
    assert (error.issuer, error.code, error.message, str(error)) == (
        "enedis-data-connect",
        "ADAM-ERR0123",
        "too old",
        "too old",
    )
    again = pickle.loads(pickle.dumps(error))
    assert (again.issuer, again.code, str(again)) == ("enedis-data-connect", "ADAM-ERR0123", "too old")
    for name in ("Error", "ConnectionFailed", "NotAuthorized", "BadRequest", "ServiceUnavailable"):
        assert str(getattr(quoalise, name)("in words")) == "in words"
