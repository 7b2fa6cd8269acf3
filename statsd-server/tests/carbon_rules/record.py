"""Records what carbon makes of rules, names and points, as `cases.json`.

    python3 -m venv v && v/bin/pip install carbon==1.1.10 && v/bin/python record.py > cases.json

carbon's own classes run here, with a clock that this program moves: what it prints is what they did.
"""

import json
import re
import sys
import tempfile
import time

from twisted.internet.task import Clock, LoopingCall

from carbon import events, instrumentation, state
from carbon.conf import settings
from carbon.aggregator import buffers
from carbon.aggregator.processor import AggregationProcessor
from carbon.aggregator.rules import RuleManager, AggregationRule
from carbon.regexlist import RegexList
from carbon.rewrite import RewriteRule

state.events = events
state.instrumentation = instrumentation
settings.LOG_AGGREGATOR_MISSES = False

clock = Clock()
made_by_twisted = LoopingCall.__init__


def with_our_clock(self, *args, **kwargs):
    made_by_twisted(self, *args, **kwargs)
    self.clock = clock


LoopingCall.__init__ = with_our_clock
time.time = lambda: clock.seconds()

seen = []
events.metricGenerated.addHandler(lambda name, point: seen.append((name, point)))

EXAMPLE = [
    "<env>.applications.<app>.all.requests (60) = sum <env>.applications.<app>.*.requests",
    "<env>.applications.<app>.all.latency (60) = avg <env>.applications.<app>.*.latency",
]

NAMES = [
    # rules' output, input, names that are tried
    ("<env>.applications.<app>.all.requests", "<env>.applications.<app>.*.requests",
     ["prod.applications.apache.www01.requests", "prod.applications.apache.www01.requests.rate",
      "prod.applications.apache.a.b.requests", "x.prod.applications.apache.www01.requests",
      "prod.applications..www01.requests", "prod.applications.apache..requests"]),
    ("<env>.applications.<app>.all.<app_metric>", "<env>.applications.<app>.*.<<app_metric>>",
     ["prod.applications.apache.www01.latency.p99", "prod.applications.apache.www01.latency",
      "prod.applications.apache.www01", "prod.applications.apache.www01."]),
    ("<env>.<domain>.requests", r"<env>.applications.<app>.<domain>\d{2}.requests",
     ["prod.applications.apache.www01.requests", "prod.applications.apache.www1.requests",
      "prod.applications.apache.www012.requests", "prod.applications.apache.01.requests"]),
    ("sum.<a>", "web*.cpu-*.<a>", ["web.cpu-.x", "web12.cpu-0.x", "aweb.cpu-0.x", "web.1.cpu-0.x"]),
    ("all", "a|b.c", ["a.c", "b.c", "b.d", "a", "xa"]),
    ("<b>.<rest>", "<<rest>>.x.<b>", ["a.b.c.x.d", "x.x.d", "a.x.x.d", "a.x.b.x.d"]),
    ("total.<x>.<x>", "<x>.y", ["a.y", "a.b.y"]),
    ("t.<host>", "pre<host>post.end", ["preApost.end", "prepost.end", "preA.Bpost.end"]),
    ("t.<host>", "pre<<host>>post.end", ["preApost.end", "prepost.end", "preA.Bpost.end"]),
    ("t", "*.*", ["a.b", "a.", ".b", "a.b.c", "a"]),
    ("t", "**.x", [".x", "a.x", "ab.x"]),
    ("t.<a>", "a.(?:x|y).<a>", ["a.x.1", "a.z.1", "a.y.2"]),
    ("t.<n>", r"srv[0-9]+\_<n>", ["srv1_a", "srv_a"]),
]

REWRITES = [
    # rules in their order, names
    ([(r"_sum$", ""), (r"_avg$", "")], ["a.b_sum", "a.b_avg", "a.b_sum_avg", "a_sum.b"]),
    ([(r"^collectd\.(?P<host>[^.]+)\.", r"servers.\g<host>.")], ["collectd.web1.cpu", "xcollectd.web1.cpu"]),
    ([(r"(\w+)\.(\w+)", r"\2.\1")], ["a.b", "a.b.c.d", "a.b.c"]),
    ([(r"a", "b"), (r"b", "c")], ["a.b", "x"]),
    ([(r"x*", "-")], ["abxd", "", "xx", "é"]),
    ([(r"\.", "$1\\\\")], ["a.b"]),
    ([(r"(a)|(b)", r"[\1\2]")], ["a.b", "c"]),
    ([(r"(?i)WEB", "www")], ["Web.web.wEb"]),
    ([(r"[[&]", "_"), (r"[a&&b]", "+"), (r"[!--]", "~")], ["x[y&z", "a-b,c"]),
    ([(r"\<tag\>", "T")], ["a<tag>b", "a tag b"]),
    ([(r"\d+", r"\g<0>0")], ["a1.b22", "٣"]),
    ([(r"^", "prefix.")], ["a.b"]),
    ([(r"$", ".end")], ["a.b"]),
    ([(r"(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", r"\10\1")], ["abcdefghij"]),
    ([(r"a", r"\t\n")], ["bab"]),
    ([(r"(?P<a>x)(?:y)?", r"<\g<a>>")], ["xy.x"]),
]

BAD_TEMPLATES = [(r"a", r"\1"), (r"a", r"\g<x>"), (r"a", r"\q"), (r"(a)", r"\g<1"), (r"a", "b\\"),
                 (r"a", r"\g<>"), (r"(a)", r"\2")]

LISTS = [
    (["^some\\.noisy\\.metric\\.prefix\\..*", "\\.\\.", "^\\.", "\\.$"],
     ["some.noisy.metric.prefix.a", "some.noisy.metric.prefix", "a..b", ".a", "a.", "a.b"]),
    (["# nothing", "", "  cpu  "], ["a.cpu.b", "a"]),
    ([], ["a"]),
]

RUNS = [
    # name, rules, settings, steps: seconds to let pass, then the points (name, timestamp, value)
    ("sums and means as the sample file says", EXAMPLE, {},
     [(0, [("prod.applications.apache.www01.requests", 1000, 3), ("prod.applications.apache.www02.requests", 1001, 4.5)]),
      (10, [("prod.applications.apache.www01.latency", 1010, 0.1), ("prod.applications.apache.www02.latency", 1010, 0.2)]),
      (120, [])]),
    ("every method",
     ["m.%s (10) = %s in.*" % (m, m) for m in
      ["sum", "avg", "min", "max", "p50", "p75", "p80", "p90", "p95", "p99", "p999", "count"]], {},
     [(0, [("in.a", 1000, v) for v in [5, 1, 4, 2.5, -3, 7, 7, 0]]), (30, [])]),
    ("a single value", ["m.%s (10) = %s in.*" % (m, m) for m in ["avg", "p50", "p999", "count"]], {},
     [(0, [("in.a", 1000, 5)]), (30, [])]),
    ("a value that comes later in its window is told again with the others", ["s (10) = sum in.*"], {},
     [(0, [("in.a", 1000, 1)]), (10, []), (3, [("in.a", 1002, 10)]), (10, []), (15, [("in.b", 1005, 100)]), (100, [])]),
    ("intervals side by side", ["s (10) = sum in.*"], {},
     [(0, [("in.a", 995, 1), ("in.a", 1005, 2), ("in.a", 985, 4)]), (5, [("in.a", 1005, 8)]), (90, [])]),
    ("written back more often", ["s (60) = sum in.*"], {"WRITE_BACK_FREQUENCY": 15},
     [(0, [("in.a", 1000, 1)]), (20, [("in.a", 1020, 2)]), (20, [("in.a", 1040, 4)]), (400, [])]),
    ("written back less often than the rule says", ["s (10) = sum in.*"], {"WRITE_BACK_FREQUENCY": 60},
     [(0, [("in.a", 1000, 1)]), (12, [("in.a", 1012, 2)]), (90, [])]),
    ("fewer intervals are remembered", ["s (10) = sum in.*"], {"MAX_AGGREGATION_INTERVALS": 1},
     [(0, [("in.a", 1000, 1)]), (12, [("in.a", 1009, 2)]), (8, [("in.a", 1015, 2)]), (40, [])]),
    ("two rules of one output share a buffer, and the first to come says how",
     ["s (10) = sum in.*", "s (30) = max other.*"], {},
     [(0, [("in.a", 1000, 1), ("other.a", 1001, 5)]), (60, []), (0, [("other.a", 1060, 1), ("in.a", 1061, 5)]), (200, [])]),
    ("one name in two rules", ["all (10) = sum <a>.*", "<a>.all (20) = count <a>.*"], {},
     [(0, [("x.1", 1000, 1), ("y.2", 1000, 2), ("x.3", 1000, 3)]), (60, [])]),
    ("what is its own aggregate is not passed on", ["<a>.b (10) = sum <a>.*"], {},
     [(0, [("x.b", 1000, 1), ("x.c", 1000, 2), ("z", 1000, 3)]), (60, [])]),
    ("nothing else is passed on", ["s (10) = sum in.*"], {"FORWARD_ALL": False},
     [(0, [("x.b", 1000, 1), ("in.c", 1000, 2)]), (60, [])]),
]

DEFAULTS = {"MAX_AGGREGATION_INTERVALS": 5, "WRITE_BACK_FREQUENCY": None, "FORWARD_ALL": True,
            "CACHE_METRIC_NAMES_MAX": 0, "CACHE_METRIC_NAMES_TTL": 0}


def names():
    for output, pattern, tried in NAMES:
        rule = AggregationRule(pattern, output, "sum", 60)
        yield {"output": output, "input": pattern, "names": [[n, rule.get_aggregate_metric(n)] for n in tried]}


def rewrites():
    for rules, tried in REWRITES:
        made = [RewriteRule(*rule) for rule in rules]
        outcome = []
        for name in tried:
            new = name
            for rule in made:
                new = rule.apply(new)
            outcome.append([name, new])
        yield {"rules": rules, "names": outcome}


def bad_templates():
    for pattern, replacement in BAD_TEMPLATES:
        try:
            RewriteRule(pattern, replacement).apply("a")
        except (re.error, IndexError) as error:
            yield {"pattern": pattern, "replacement": replacement, "error": str(error)}
        else:
            raise AssertionError((pattern, replacement))


def lists():
    for lines, tried in LISTS:
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("\n".join(lines))
            file.flush()
            held = RegexList()
            held.list_file = file.name
            held.read_list()
        yield {"lines": lines, "names": [[name, name in held] for name in tried]}


def runs():
    for title, rules, changed, steps in RUNS:
        settings.update(DEFAULTS)
        settings.update(changed)
        clock.rightNow = 1000.0
        buffers.BufferManager.clear()
        RuleManager.rules = [RuleManager.parse_definition(rule) for rule in rules]
        processor = AggregationProcessor()
        del seen[:]
        told, passed = [], []
        shown = []
        for seconds, points in steps:
            for _ in range(seconds):
                clock.advance(1)
                told += [[int(clock.seconds()), name, point[0], point[1]] for name, point in seen]
                del seen[:]
            for name, timestamp, value in points:
                passed += [[n, p[0], p[1]] for n, p in processor.process(name, (timestamp, float(value)))]
            shown.append([int(clock.seconds()), points])
        yield {"title": title, "rules": rules, "settings": changed, "steps": shown,
               "end": int(clock.seconds()), "passed": passed, "told": told}
        buffers.BufferManager.clear()


json.dump({
    "origin": "carbon 1.1.10 (PyPI) on Python %d.%d, by record.py" % sys.version_info[:2],
    "names": list(names()),
    "rewrites": list(rewrites()),
    "bad_templates": list(bad_templates()),
    "lists": list(lists()),
    "runs": list(runs()),
}, sys.stdout, indent=1, ensure_ascii=False)
print()
