"""Runs the tools that come with Graphite's Python library at a given time.

    tools.py <JOBS   runs each of [{"tool", "now", "args"}, ...] in turn: "whisper-resize" and the other
                     scripts of the package with their arguments; "diff" prints what whisper.diff
                     answers for [path, path, ignore_empty, until]; "create" takes
                     [path, archives, xff, method, mode, points]
"""
import io
import json
import os
import runpy
import sys
import time

import whisper


def tool(name, args):
    script = os.path.join(os.path.dirname(sys.executable), name + ".py")
    argv, out = sys.argv, sys.stdout
    sys.argv, sys.stdout = [script] + args, io.StringIO()
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise RuntimeError("%s %s: %s" % (name, args, end.code))
    finally:
        sys.argv, sys.stdout = argv, out


def main():
    answers = []
    for job in json.load(sys.stdin):
        now, args = job["now"], job["args"]
        # Before any script is run: each takes its time from this module.
        time.time = lambda now=now: now
        if job["tool"] == "diff":
            answers.append(whisper.diff(args[0], args[1], args[2], args[3], now))
        elif job["tool"] == "create":
            path, archives, xff, method, mode, points = args
            whisper.create(path, [tuple(archive) for archive in archives], xff, method,
                           sparse=mode == "sparse", useFallocate=mode == "preallocated")
            whisper.update_many(path, [tuple(point) for point in points], now)
        else:
            tool(job["tool"], args)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
