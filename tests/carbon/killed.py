"""The built server, killed at random moments while points come to carbon's port: what it has acknowledged is there.

    killed.py SERVER [ROUNDS]

A batch of lines is acknowledged when the server closes the connection in order; one that is reset, or never
closed, is not. After the last round the server is stopped in order, and Python's whisper reads every file: each
acknowledged point must be in its slot, no slot may hold anything that was not sent for it, and each coarse value must
be what Python's whisper makes of the values that stand there.
"""
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

import whisper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from server import HOST, Server

STEP = 10
WRITERS = 4
SERIES = 10
BATCHES_MAX = 1_500


def running(binary, folder):
    return Server(
        binary,
        folder,
        f"statsd = 'off'\nadmin = 'off'\nhttp = 'off'\ncarbon = '{HOST}:0'\npickle = 'off'\ndata = '{folder}/data'\n"
        "[store]\nwrite_after = '1s'\n[carbon_metrics]\ninterval = '0s'\n",
    )


def acknowledges(server, text):
    """Whether it closes behind this text in order."""
    try:
        return server.send("carbon tcp", text.encode()) == b""
    except OSError:
        return False


def value(batch, series):
    return batch + series / 16


def coarse_faults(path, begin, now):
    """How many coarse values are not what the archive before them says."""
    info = whisper.info(path)
    faults = 0
    for fine, coarse in zip(info["archives"], info["archives"][1:]):
        step, fine_step = coarse["secondsPerPoint"], fine["secondsPerPoint"]
        first = begin // step * step
        (at, _, _), fine_values = whisper.fetch(path, first - fine_step, now, now, fine_step)
        slots = {at + i * fine_step: one for i, one in enumerate(fine_values)}
        (at, _, _), values = whisper.fetch(path, first - step, now, now, step)
        for i, found in enumerate(values):
            begins = at + i * step
            window = [slots.get(t) for t in range(begins, begins + step, fine_step)]
            known = [one for one in window if one is not None]
            enough = known and len(known) / len(window) >= info["xFilesFactor"]
            made = whisper.aggregate(info["aggregationMethod"], known, window) if enough else None
            faults += found != made
    return faults


def write(server, name, start, acknowledged, sent, killed, refused):
    """Batches of a point for each of some series, a step later each time, until the server is no more."""
    for batch in range(BATCHES_MAX):
        at = start + STEP * batch
        sent[name] = batch + 1
        text = "".join(f"{name}.s{series} {value(batch, series)} {at}\n" for series in range(SERIES))
        if not acknowledges(server, text):
            # Killed before it had said so. Until then every batch is acknowledged.
            if not killed.is_set() and server.process.poll() is None:
                time.sleep(0.1)
                refused.extend([name] if server.process.poll() is None else [])
            return
        acknowledged[name] = batch + 1


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    # What each start finds in the journal.
    os.environ["STATSD_LOG"] = "off"
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    start = int(time.time()) // STEP * STEP - STEP * (BATCHES_MAX + 100)
    acknowledged, sent, refused, slowest = {}, {}, [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for round_ in range(rounds):
            began = time.monotonic()
            server = running(binary, folder)
            slowest = max(slowest, time.monotonic() - began)
            killed = threading.Event()
            writers = [
                threading.Thread(target=write, args=(server, name, start, acknowledged, sent, killed, refused))
                for name in (f"kill.r{round_}.w{w}" for w in range(WRITERS))
            ]
            for writer in writers:
                writer.start()
            time.sleep(moments.uniform(0.05, 0.8))
            server.end(signal.SIGKILL)
            killed.set()
            for writer in writers:
                writer.join()
        server = running(binary, folder)
        server.end(signal.SIGTERM)
        lost, wrong, unmade, files = 0, 0, 0, 0
        now = int(time.time())
        for name, batches in sent.items():
            for series in range(SERIES):
                path = pathlib.Path(folder, "data", *name.split("."), f"s{series}.wsp")
                if not path.exists():
                    lost += acknowledged.get(name, 0)
                    continue
                files += 1
                (first, _, step), values = whisper.fetch(str(path), start - STEP, now, now)
                found = {first + at * step: one for at, one in enumerate(values) if one is not None}
                right = {start + STEP * batch: value(batch, series) for batch in range(batches)}
                lost += sum(start + STEP * batch not in found for batch in range(acknowledged.get(name, 0)))
                wrong += sum(right.get(at) != one for at, one in found.items())
                unmade += coarse_faults(str(path), start, now)
    points = sum(acknowledged.values()) * SERIES
    print(
        f"{rounds} rounds, seed {seed}: {points} points acknowledged, {lost} lost, {wrong} wrong, "
        f"{unmade} coarse values not made of them, "
        f"{len(refused)} batches refused by a server that ran; "
        f"{files} files that Python reads; slowest start {slowest:.2f} s"
    )
    is_good = lost == wrong == unmade == 0 and not refused and points > 0
    print("1 passed, 0 failed" if is_good else "0 passed, 1 failed")
    sys.exit(0 if is_good else 1)


main()
