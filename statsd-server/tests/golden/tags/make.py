"""Writes `carbon.json` beside it with the code of an installed carbon: `python3 make.py`. The one here is carbon 1.1.10's.

Of each name it holds what `TaggedSeries.parse` makes of it (`path`, or nothing where it raises), and, where that has
tags, what `TaggedSeries.encode` calls its file with `TAG_HASH_FILENAMES` on (`hashed`) and off (`spelt`).
"""
import json
import pathlib
import random

from carbon.util import TaggedSeries

CHOSEN = [
    'disk.used{host="web1",mount="/var"}',
    'disk.used{mount="/var",host="web1"}',
    'cpu{a="1"}',
    'cpu{b="2",a="1",b="3"}',
    'cpu{name="x",a="1"}',
    'cpu{name="x"}',
    '~cpu{a="1"}',
    '~{a="1"}',
    '{a="1"}',
    'cpu{a=""}',
    'cpu{a="~1"}',
    'cpu{a="1~"}',
    'cpu{="1"}',
    'cpu{"}',
    'cpu{a"}',
    'cpu{a=1,b="2"}',
    'cpu{a="1"b="2"}',
    'cpu{a="1",,b="2"}',
    'cpu{,a="1"}',
    'cpu{a="1":,b="2"}',
    'cpu{a="1":b="2"}',
    'cpu{a="1";b="2"}',
    'cpu{a="1;2"}',
    'cpu{a;b="1"}',
    'cpu{a!="1"}',
    'cpu{a^="1"}',
    'cpu{a!b="1"}',
    'cpu{a="=",b="=="}',
    'cpu{a="x,y"}',
    'cpu{a="{"}',
    'cpu{{a="1"}',
    'cpu{a="}"}',
    'cpu{a="1"}{b="2"}',
    'cpu{a="\\""}',
    'cpu{a="\\\\"}',
    'cpu{a="\\\\\\""}',
    'cpu{a="\\n"}',
    'cpu{a="x\\"}',
    'cpu{a="x"y"}',
    'cpu{a"b="1"}',
    'cpu;k=v{a="1"}',
    'größe.日本{stadt="Köln"}',
    'a.b.c{version="1.2.3",path="/a//b/"}',
    'cpu;k={"a":"b"}',
    'some.metric;tag1=value2;tag2=value.2',
    'disk.used;mount=/var/log/app.log',
    'disk.used;mount=/',
    'm;k=..',
    'm;k=../../../etc/passwd',
    'm;k=a_DOT_b',
    'm.x;k=a_DOT_b.c',
    '_DOT_.m;k=_DOT_',
    'm;k=a\\b',
    '.m.;k=.v.',
    'm;k k=v v',
    'http.requests{url="https://example.org/a.b"}',
    '/health.checks;host=web1',
    'm;k=a//b//c',
]
LETTERS = ["a", "b", ".", "/", "\\", '"', '\\"', "\\\\", "=", "~", ":", ",", "!", "^", ";", "{", "}", "ü"]


def generated(numbers):
    """A name in OpenMetrics' form, which at times has something that it should not have."""

    def text(least, odd):
        letters = LETTERS if numbers.random() < odd else ["a", "b", "c", ".", "/", "\\\\", '\\"', "-", ":"]
        return "".join(numbers.choices(letters, k=numbers.randint(least, 3)))

    tags = [f'{text(1, 0.1)}="{text(1, 0.15)}"' for _ in range(numbers.randint(1, 3))]
    between = numbers.choices([",", ":,", "", ";"], [20, 1, 1, 1])[0]
    return text(1, 0.1) + "{" + between.join(tags) + "}"


def case(given):
    try:
        path = TaggedSeries.parse(given).path
    except Exception:
        return {"given": given, "path": None}
    found = {"given": given, "path": path}
    if ";" in path:
        found["hashed"] = TaggedSeries.encode(path, "/", hash_only=True) + ".wsp"
        found["spelt"] = TaggedSeries.encode(path, "/", hash_only=False) + ".wsp"
    return found


numbers = random.Random(6)
cases = [case(given) for given in CHOSEN + sorted({generated(numbers) for _ in range(300)})]
lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in cases)
pathlib.Path(__file__).with_name("carbon.json").write_text(f"[\n{lines}\n]\n")
