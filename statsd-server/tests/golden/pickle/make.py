"""Writes the pickles beside it, with Python's own `pickle`: `python3 make.py`. Those here are CPython 3.11's.

`expected.json` says of each what points it holds: name, time, and the value as a text. In `hostile/` are pickles that would run
something, or build an object, where `pickle.loads` read them; nothing here loads them.
"""
import collections
import datetime
import decimal
import json
import os
import pathlib
import pickle

HERE = pathlib.Path(__file__).resolve().parent

POINTS = [
    ("servers.web1.load", (1700000000, 0.5)),
    ("servers.web1.load", (1700000060, 17)),
    ("disk;host=web1;dc=1", (1700000000.75, -3)),
    ("größe.\u20ac.\U0001f600", (1700000000, 1e300)),
    ("big", (1700000000, 2**70)),
    ("negative", (0, -(2**33))),
    ("text", ("1700000000", "2.5")),
    ("flag", (1700000000, True)),
]
SHAPES = {
    "tuples": POINTS,
    "lists": [[name, list(point)] for name, point in POINTS],
    "tuple_of_all": tuple(POINTS),
    "bytes": [(name.encode(), point) for name, point in POINTS],
}


def expected(points):
    return [[name, int(float(time)), repr(float(value))] for name, (time, value) in points]


class Runs:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Plain:
    def __init__(self):
        self.name = "a"


class Named(pickle.Pickler):
    def persistent_id(self, value):
        return "outside" if value == "persistent" else None


def main():
    wanted = {}
    for protocol in range(6):
        for shape, points in SHAPES.items():
            if shape == "bytes" and protocol < 3:
                # Python 3 writes bytes as a call there.
                continue
            file = f"{shape}.{protocol}.pickle"
            HERE.joinpath(file).write_bytes(pickle.dumps(points, protocol))
            wanted[file] = expected(POINTS)
    # As Python 2 wrote its byte strings, which its reader still takes: written by hand.
    old = b"(lp0\n(S'servers.web1.load'\np1\n(L1700000000L\nF0.5\ntp2\ntp3\na(g1\n(I1700000060\nI17\ntp4\ntp5\na."
    HERE.joinpath("python2.0.pickle").write_bytes(old)
    wanted["python2.0.pickle"] = expected(POINTS[:2])
    # More than one part of a list: Pickler adds a thousand at a time.
    many = [(f"many.{at % 10}", (1700000000 + at, at)) for at in range(2500)]
    HERE.joinpath("many.2.pickle").write_bytes(pickle.dumps(many, 2))
    wanted["many.2.pickle"] = expected(many)
    HERE.joinpath("expected.json").write_text(json.dumps(wanted, indent=None, separators=(",", ":")) + "\n")

    hostile = HERE / "hostile"
    hostile.mkdir(exist_ok=True)
    attacks = {
        "system": [("a", (1, Runs(os.system, "true")))],
        "eval": Runs(eval, "1"),
        "object": [("a", (1, Plain()))],
        "date": [("a", (datetime.datetime(2026, 1, 1), 1))],
        "decimal": [("a", (1, decimal.Decimal("1.5")))],
        "ordered": collections.OrderedDict(a=1),
        "set": {("a", (1, 2))},
        "bytearray": [(bytearray(b"a"), (1, 2))],
    }
    for name, value in attacks.items():
        for protocol in range(6):
            hostile.joinpath(f"{name}.{protocol}.pickle").write_bytes(pickle.dumps(value, protocol))
    for protocol in (0, 2):
        with open(hostile / f"persistent.{protocol}.pickle", "wb") as file:
            Named(file, protocol).dump([("persistent", (1, 2))])
    hostile.joinpath("python2_instance.0.pickle").write_bytes(b"(lp0\n(i__main__\nA\np1\na.")
    hostile.joinpath("extension.2.pickle").write_bytes(b"\x80\x02](\x82\x01e.")


if __name__ == "__main__":
    main()
