"""Reads dashboards by Grafana's own schema and writes them again: what is lost or changed on the way is no part of it. Prints one line for each."""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard


def differences(place, given, read):
    if isinstance(given, dict) and isinstance(read, dict):
        for name, value in given.items():
            if name in read:
                yield from differences(f"{place}.{name}", value, read[name])
            elif value not in (None, [], {}):
                yield f"{place}.{name} is unknown"
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for index, (one, other) in enumerate(zip(given, read)):
            yield from differences(f"{place}[{index}]", one, other)
    elif given != read:
        yield f"{place} is {given!r}, and is read as {read!r}"


register_default_plugins()
failed = False
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(given)))
    for difference in differences("", given, read):
        print(f"{path}: {difference}")
        failed = True
sys.exit(failed)
