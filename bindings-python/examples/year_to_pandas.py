"""A year of a meter in pandas, and a chart of its days: `year_to_pandas.py PROVIDER SERIES YEAR CHART.png`.

Takes pandas and matplotlib.
"""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import matplotlib
import pandas
import quoalise
from account import account

matplotlib.use("Agg")

provider, series, year, chart = sys.argv[1:]
paris = ZoneInfo("Europe/Paris")

frames = []
with quoalise.connect(**account()) as client:
    # Month by month: providers refuse answers that would be too large, and say so.
    months = [datetime(int(year), month, 1, tzinfo=paris) for month in range(1, 13)]
    ends = [*months[1:], datetime(int(year) + 1, 1, 1, tzinfo=paris)]
    for start, end in zip(months, ends):
        frames.append(client.get_history(provider, series, start, end).to_pandas(tz=paris))

power = pandas.concat(frames)["value"]
# Mean power in W over each interval of half an hour, to energy in kWh of each day where the meter is.
energy = power.resample("1D").sum() * 0.5 / 1000
axes = energy.plot(title=f"{series}, {year}", ylabel="kWh a day", figsize=(10, 4))
axes.figure.savefig(chart)
print(f"{power.count()} values, {energy.sum():.3f} kWh, chart in {chart}")
