"""Asks Graphite's Python library (`pip install whisper`) what it writes and answers.

    make.py                    writes *.wsp and golden.json beside this script
    make.py build DIR <CASES   writes DIR/NAME.wsp for each case on standard input
    make.py read <FILES        prints what the library answers for [{"path", "fetches"}, ...]
"""
import json
import math
import os
import sys

import whisper

NOW = 1772599800  # on a boundary of every step used here


def number(value):
    return float(value["nonfinite"]) if isinstance(value, dict) else value


def plain(value):
    if value is None or math.isfinite(value):
        return value
    return {"nonfinite": str(value)}


def build(case, path):
    archives = [tuple(archive) for archive in case["archives"]]
    whisper.create(path, archives, case["xff"], case["agg"])
    for op in case["ops"]:
        if op["op"] == "update":
            whisper.update(path, number(op["value"]), op["time"], op["now"])
        else:
            points = [(time, number(value)) for time, value in op["points"]]
            whisper.update_many(path, points, op["now"])


def answer(path, fetch):
    got = whisper.fetch(path, fetch["from"], fetch["until"], fetch["now"], fetch.get("archive"))
    if got is None:
        return None
    return {"info": list(got[0]), "values": [plain(value) for value in got[1]]}


def update(age, value, now=NOW):
    return {"op": "update", "time": now - age, "value": value, "now": now}


def update_many(points, now=NOW):
    return {"op": "update_many", "points": [[now - age, value] for age, value in points], "now": now}


def case(name, ops, agg="average", xff=0.5, archives=((10, 12), (60, 10)), now=NOW, **more):
    fetches = [{"from": now - step * points, "until": now, "now": now, "archive": step}
               for step, points in archives]
    fetches.append({"from": now - 55, "until": now - 15, "now": now})
    fetches.append({"from": now - 1, "until": now - 1, "now": now})
    fetches.append({"from": now - 400, "until": now - 100, "now": now})
    fetches.append({"from": 0, "until": now + 1000, "now": now})
    fetches.append({"from": now + 1, "until": now + 2, "now": now})
    return dict(name=name, agg=agg, xff=xff, archives=archives, ops=ops, fetches=fetches, **more)


def cases():
    mixed = [(0, 5.0), (20, -2.5), (30, 1.0), (50, -8.25), (60, 4.0), (70, 4.0), (100, 0.5)]
    for method in whisper.aggregationMethods:
        yield case("method-" + method, [update(45, 0.25), update_many(mixed)], agg=method, xff=0.1)

    yield case("never-written", [])
    yield case("one-archive", [update(30, 1.5), update(0, 2.5), update(10, -0.0)], archives=((10, 12),))

    three = ((1, 60), (10, 30), (60, 20))
    steady = [update(0, float(second), NOW - 200 + second) for second in range(0, 201)]
    yield case("three-archives", steady, archives=three, xff=1.0)
    gaps = [update_many([(age, age / 4) for age in range(0, 40) if age % 7 < 4], NOW - 150 + 30 * i)
            for i in range(6)]
    # One point first: the library takes a batch's coarse intervals in the order of a set, and the
    # first of them decides which slots the others have.
    gaps.insert(0, update(0, 1.0, NOW - 190))
    yield case("three-archives-with-gaps", gaps, archives=three, agg="sum", xff=0.0)

    # Each batch begins where the last one ended, so that some of them cross the archive's end.
    wrapped = [update_many([(age, float(i * 100 + age)) for age in range(0, 50, 10)], NOW - 700 + 50 * i)
               for i in range(15)]
    wrapped.insert(0, update(0, 1.0, NOW - 750))
    yield case("wrapped", wrapped, agg="max", xff=0.0)
    yield case("wrapped-then-silent", wrapped, now=NOW + 90, agg="max", xff=0.0)

    order = [update_many([(0, 1.0), (15, 2.0), (11, 3.0), (15, 4.0), (19, 5.0), (0, 6.0), (-4, 7.0)])]
    yield case("several-in-one-slot", order)
    yield case("late-for-the-fine-archive", [update(0, 1.0), update(300, 9.0), update_many([(200, 3.0), (10, 4.0)])])
    special = [float("nan"), float("inf"), float("-inf"), 5e-324, -0.0]
    yield case("special-values", [update_many([(10 * i, plain(v)) for i, v in enumerate(special)])], xff=1.0)
    yield case("below-x-files-factor", [update_many([(10, 1.0), (20, 1.0)]), update_many([(30, 1.0)])], xff=0.7)

    # What the library does here is not what a reader of the file wants.
    yield case("run-longer-than-the-archive", [update(0, 1.0), update_many([(-10 * i, 5.0) for i in range(16)])],
               differs="future points are refused; no run leaves its archive")
    yield case("as-old-as-the-archive", [update(0, 1.0), update_many([(120, 9.0)])],
               differs="the point would take the newest slot; it goes to the coarser archive")
    yield case("in-the-future", [update_many([(110, 3.0), (0, 1.0)]), update_many([(-10, 9.0)])],
               differs="a future point would take the oldest slot; it is refused")
    lapped = [update_many([(age, 10.0) for age in range(60, 120, 10)], NOW - 60),
              update_many([(age, 10.0) for age in range(0, 60, 10)], NOW - 60),
              update_many([(0, 10.0), (10, 10.0), (20, 10.0)]),
              update(90, 90.0, NOW + 20), update(110, 90.0, NOW + 20)]
    yield case("late-when-the-window-is-lapped", lapped, xff=0.0, now=NOW + 20,
               differs="a coarse value made of six is not replaced by one made of what is left")

    run = [update_many([(0, 1.0), (10, 1.0)], NOW - 120), update_many([(10 * i, 1.0) for i in range(12)])]
    yield case("run-as-long-as-the-archive", run, agg="sum", xff=0.0,
               differs="the values whose slots the run takes belong to its first coarse interval")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.argv[1:2] == ["build"]:
        for one in json.load(sys.stdin):
            build(one, os.path.join(sys.argv[2], one["name"] + ".wsp"))
    elif sys.argv[1:] == ["read"]:
        answers = [{"info": whisper.info(one["path"]),
                    "answers": [answer(one["path"], fetch) for fetch in one["fetches"]]}
                   for one in json.load(sys.stdin)]
        json.dump(answers, sys.stdout)
    else:
        made = []
        for one in cases():
            path = os.path.join(here, one["name"] + ".wsp")
            if os.path.exists(path):
                os.unlink(path)
            build(one, path)
            for fetch in one["fetches"]:
                fetch["expect"] = answer(path, fetch)
            made.append(one)
        with open(os.path.join(here, "golden.json"), "w") as out:
            out.write("[\n" + ",\n".join(json.dumps(one) for one in made) + "\n]\n")


if __name__ == "__main__":
    main()
