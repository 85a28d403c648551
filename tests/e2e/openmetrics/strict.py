"""Reads an OpenMetrics exposition from standard input and prints its families as JSON; ends with a sentence if it is not a good one.

The parser of prometheus_client is the strictest there is, and lets three things by that are looked for here.
"""

import json
import math
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.utils import floatToGoString


def main():
    text = sys.stdin.buffer.read().decode()
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError as error:
        sys.exit(f"the parser refuses it: {error}")
    no_series_twice(text, families)
    for family in families:
        for sample in family.samples:
            canonical_bounds(sample)
        exemplars_in_their_buckets(family)
    json.dump([as_json(family) for family in families], sys.stdout)


def no_series_twice(text, families):
    """The parser drops a sample that stands right behind its like, so lines are counted too."""
    samples = [sample for family in families for sample in family.samples]
    series = {(sample.name, *sorted(sample.labels.items())) for sample in samples}
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    if not len(series) == len(samples) == len(lines):
        sys.exit(f"{len(lines)} lines are {len(series)} series: one of them stands twice")


def canonical_bounds(sample):
    for label in ("le", "quantile"):
        bound = sample.labels.get(label)
        if bound is not None and bound != floatToGoString(bound):
            sys.exit(f"{sample.name} has the {label} {bound!r}, which is {floatToGoString(bound)!r}")


def exemplars_in_their_buckets(family):
    lower = {}
    for sample in family.samples:
        if family.type != "histogram" or not sample.name.endswith("_bucket"):
            continue
        series = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        above, most = lower.get(series, -math.inf), float(sample.labels["le"])
        lower[series] = most
        if sample.exemplar and not above < sample.exemplar.value <= most:
            sys.exit(f"an exemplar of {sample.exemplar.value} is outside ({above}, {most}] of {sample.name}")


def as_json(family):
    samples = [[sample.name, sample.labels, repr(float(sample.value))] for sample in family.samples]
    return {"name": family.name, "type": family.type, "unit": family.unit, "help": family.documentation, "samples": samples}


main()
