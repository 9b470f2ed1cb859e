"""A week of a meter to a CSV file: `week_to_csv.py PROVIDER SERIES FIRST_DAY FILE`."""

import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import quoalise
from account import account

provider, series, first_day, file = sys.argv[1:]
# Days are counted where the meter is. Python counts a week on the clock: right also where the clock changes.
start = datetime.fromisoformat(first_day).replace(tzinfo=ZoneInfo("Europe/Paris"))
end = start + timedelta(days=7)

with quoalise.connect(**account()) as client:
    data = client.get_history(provider, series, start, end)

with open(file, "w", encoding="utf-8", newline="") as opened:
    opened.write(quoalise.dumps(data, "csv", zone=ZoneInfo("Europe/Paris")))
print(f"{len(data)} records in {file}, {len(data.missing())} gaps")
