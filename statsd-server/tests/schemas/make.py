"""Records what carbon makes of storage-schemas.conf and storage-aggregation.conf.

Run with an interpreter that has carbon 1.1.10 and whisper 1.1.10 from PyPI:

    python make.py recorded.json

The files beside this script are read by carbon.storage itself; of every name the first schema that matches is
recorded, with its archives, its method and its factor.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

from carbon.conf import settings

settings.CONF_DIR = HERE

from carbon import state
from carbon.database import TimeSeriesDatabase

settings.LOCAL_DATA_DIR = "/nonexistent"
settings.DATABASE = "whisper"
state.database = TimeSeriesDatabase.plugins["whisper"](settings)

from carbon import storage

NODES = ["stats", "stats_counts", "carbon", "timers", "gauges", "count", "Count", "upper_90", "lower_99_9", "min", "max",
         "sum", "sum_90", "web-1", "db{a}", "a<b>", "cpu%", "x y", "ümlaut", "12", "load", "[0]", "&", "p99", "countdown"]


def names():
    """Every node alone, pairs, and a deterministic walk over triples."""
    for node in NODES:
        yield node
    for first in NODES:
        for second in NODES:
            yield first + "." + second
    at = 1
    for _ in range(600):
        triple = []
        for _ in range(3):
            at = (at * 1103515245 + 12345) % (1 << 31)
            triple.append(NODES[(at >> 8) % len(NODES)])
        yield ".".join(triple)


def first(schemas, name):
    for schema in schemas:
        if schema.matches(name):
            return schema


schemas = storage.loadStorageSchemas()
aggregations = storage.loadAggregationSchemas()
cases = {}
for name in names():
    schema = first(schemas, name)
    factor, method = first(aggregations, name).archives
    archives = ",".join("%d:%d" % archive.getTuple() for archive in schema.archives)
    cases[name] = [schema.name, archives, first(aggregations, name).name, method, factor]
origin = "carbon 1.1.10 and whisper 1.1.10 from PyPI, Python %d.%d" % sys.version_info[:2]
# carbon logs to standard output.
with open(sys.argv[1], "w", encoding="utf-8") as out:
    lines = [json.dumps(name, ensure_ascii=False) + ": " + json.dumps(case) for name, case in sorted(cases.items())]
    out.write('{"origin": %s, "cases": {\n%s\n}}\n' % (json.dumps(origin), ",\n".join(lines)))
