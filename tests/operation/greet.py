"""What `greeting.rs` has added, as somebody with Python sees it."""

from datetime import datetime, timezone

import quoalise

noon = datetime(2022, 1, 10, 12, tzinfo=timezone.utc)
greeting = quoalise.greet("Ada", quoalise.Tone.FORMAL, noon)
assert isinstance(greeting, quoalise.Greeting)
assert (greeting.text, greeting.at) == ("Good day, Ada", noon)
assert quoalise.greet("Ada", "friendly").text == "Hi Ada"
try:
    quoalise.greet("", "formal")
    raise SystemExit("nobody was greeted")
except quoalise.InvalidArgument as error:
    assert error.remedy == "Say whom", error
for said in ("Greets somebody.", "whom: the name of whoever is greeted", "``InvalidArgument`` for nobody."):
    assert said in quoalise.greet.__doc__, quoalise.greet.__doc__
assert quoalise.Tone.__doc__ == "How somebody is greeted."
