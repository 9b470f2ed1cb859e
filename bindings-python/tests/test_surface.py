"""What the package really has, beside what core/src/ffi says of itself."""

from __future__ import annotations

import inspect
import json
import subprocess
from enum import Enum
from typing import Any

import pytest
import quoalise
import quoalise.aio
from conftest import TARGET
from quoalise import _client


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    told = subprocess.run(
        [TARGET / "quoalise-bindgen", TARGET / "libquoalise.rlib", "--model"],
        stdout=subprocess.PIPE,
        check=True,
    )
    model: dict[str, Any] = json.loads(told.stdout)
    return model


def kebab(name: str) -> str:
    return "".join("-" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def arguments(model: dict[str, Any], callable: dict[str, Any]) -> set[str]:
    names = set()
    for argument in callable["arguments"]:
        if argument["name"] == "options":
            names |= {field["name"] for field in model["records"][argument["kind"]["Record"]]["fields"]}
        else:
            names.add(argument["name"])
    return names


def parameters(member: Any) -> set[str]:
    return set(inspect.signature(member).parameters) - {"self", "timeout"}


def has_doc(member: Any) -> bool:
    return bool(inspect.getdoc(member))


# Whose methods are Python's own manners: columns, indexes, attributes.
BY_HAND = {"Data", "Error"}


def test_objects(model: dict[str, Any]) -> None:
    assert set(model["objects"]) == {"Client", "Data", "Error", "Execution", "Hole", "Listener", "States"}
    for name, told in model["objects"].items():
        if name in BY_HAND:
            continue
        waits = any(method["is_async"] for method in told["methods"] + told["constructors"])
        # The client there is has the reference's names on top.
        for module in [_client, quoalise.aio] if waits else [quoalise]:
            real = getattr(module, name)
            assert has_doc(real)
            methods = told["methods"] + told["constructors"]
            public = {member for member in vars(real) if not member.startswith("_")}
            assert public == {method["name"] for method in methods}, (module, name)
            for method in methods:
                member = inspect.getattr_static(real, method["name"])
                assert has_doc(member), (name, method["name"])
                if isinstance(member, property) or inspect.isgetsetdescriptor(member):
                    assert not method["arguments"] and not method["is_async"]
                    continue
                member = getattr(real, method["name"])
                wanted = arguments(model, method)
                # What a method takes beside is a time limit; of connecting it is an option.
                assert parameters(member) | ({"timeout"} & wanted) == wanted, (name, method["name"])


def test_errors_have_every_field(model: dict[str, Any]) -> None:
    error = quoalise.Error("nothing")
    told = {method["name"] for method in model["objects"]["Error"]["methods"]}
    # Two fields that go together are a pair.
    assert {"fitting_start", "fitting_end"} <= told
    for field in (told - {"fitting_start", "fitting_end"}) | {"fitting_period"}:
        assert hasattr(error, field), field


def test_every_kind_of_error_has_its_class(model: dict[str, Any]) -> None:
    from quoalise._errors import OF_KIND

    kinds = [variant["name"] for variant in model["enums"]["ErrorKind"]["variants"]]
    assert {kebab(kind) for kind in kinds} == set(OF_KIND)
    for kind in kinds:
        real = getattr(quoalise, kind)
        assert issubclass(real, quoalise.Error) and real.kind == kebab(kind) and has_doc(real)
        assert OF_KIND[real.kind] is real


def test_enums(model: dict[str, Any]) -> None:
    for name, told in model["enums"].items():
        if name == "ErrorKind":
            continue
        real = getattr(quoalise, name)
        assert issubclass(real, Enum) and has_doc(real)
        assert {member.value for member in real} == {kebab(variant["name"]) for variant in told["variants"]}
        for member in real:
            assert member == member.value and str(member) == member.value


def test_records(model: dict[str, Any]) -> None:
    options = {
        argument["kind"]["Record"]
        for told in model["objects"].values()
        for method in told["methods"] + told["constructors"]
        for argument in method["arguments"]
        if argument["name"] == "options"
    } | {"LoadOptions", "DumpOptions"}
    for name, told in model["records"].items():
        if name in options:
            continue
        real = getattr(quoalise, name)
        assert has_doc(real)
        for field in told["fields"]:
            assert hasattr(real, field["name"]), (name, field["name"])


def test_functions(model: dict[str, Any]) -> None:
    for function in model["functions"]:
        real = getattr(quoalise, function["name"])
        assert has_doc(real)
        assert set(inspect.signature(real).parameters) == arguments(model, function)


def test_all_is_there() -> None:
    for name in quoalise.__all__:
        assert hasattr(quoalise, name), name
    assert quoalise.Event is not None
