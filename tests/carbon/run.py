"""Other people's senders feed the built server through carbon's ports; what was sent comes back by /render, and
from the files by Python's whisper where this Python has it.

    run.py SERVER [PEER …]

SERVER is the binary. The peers: `lines` and `pickles` (this file, with Python's own `pickle`, of every protocol),
`relay` (carbon-c-relay, lines), `collectd` (its write_graphite, fed through its Unix socket). Each has a server of
its own, on ports of the system, with its data in a temporary folder. One that sends and ends waits for the
server's end, behind which the points must be there; of the others, which keep their connections, they are awaited.
"""
import contextlib
import json
import pathlib
import pickle
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

try:
    import whisper
except ImportError:
    whisper = None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import server as built
from server import HOST, PATIENCE

STEP = 10


class Server(built.Server):
    def __init__(self, binary, folder):
        super().__init__(
            binary,
            folder,
            f"statsd = 'off'\nadmin = 'off'\nhttp = '{HOST}:0'\ncarbon = '{HOST}:0'\npickle = '{HOST}:0'\n"
            f"data = '{folder}/data'\nflush_interval = '{STEP}s'\n",
        )

    def get(self, path, **parameters):
        url = f"http://{HOST}:{self.ports['http tcp']}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return json.load(answer)

    def render(self, target, begin, end):
        """Series → time → value, without gaps."""
        series = self.get("/render", **{"target": target, "from": begin - STEP, "until": end, "format": "json"})
        return {
            one["target"]: {time: value for value, time in one["datapoints"] if value is not None}
            for one in series
        }


def points(seed):
    """Three points on the finest grid, newest last, before now."""
    now = int(time.time()) // STEP * STEP
    return {now - STEP * (3 - at): seed + at * 1.5 for at in range(3)}


def line(name, at, value, end="\n"):
    return f"{name} {value!r} {at}{end}"


def lines(server, _folder):
    sent = {f"lines.{kind}": points(at) for at, kind in enumerate(["plain", "crlf", "blanks", "float"])}
    text = "".join(line("lines.plain", at, value) for at, value in sent["lines.plain"].items())
    text += "".join(line("lines.crlf", at, value, "\r\n") for at, value in sent["lines.crlf"].items())
    text += "".join(f"\tlines.blanks   {value}\t{at} \n" for at, value in sent["lines.blanks"].items())
    text += "not a line of carbon's\nlines.nan nan 1\n"
    text += "\n".join(f"lines.float {value:e} {at}.75" for at, value in sent["lines.float"].items())
    assert server.send("carbon tcp", text.encode()) == b""
    status = server.get("/status")
    assert status["counts"]["carbon_bad_points"] == 1, status["carbon"]
    assert status["counts"]["carbon_points_not_a_number"] == 1
    return sent


def pickles(server, _folder):
    sent = {}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        name = f"pickles.protocol{protocol}"
        sent[name] = points(protocol)
        batch = [(name, (at, value)) for at, value in sent[name].items()]
        as_lists = [[name, [str(at), str(value)]] for at, value in sent[name].items()]
        frames = [pickle.dumps(shape, protocol) for shape in (batch, as_lists)]
        frames = b"".join(struct.pack("!L", len(frame)) + frame for frame in frames)
        assert server.send("pickle tcp", frames) == b""
    return sent


@contextlib.contextmanager
def running(words, folder):
    log = open(pathlib.Path(folder, "peer.log"), "wb")
    process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def await_true(what, holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def relay(server, folder):
    port = free_port()
    config = pathlib.Path(folder, "relay.conf")
    config.write_text(
        f"listen type linemode {port} proto tcp;\n"
        f"cluster ours forward {HOST}:{server.ports['carbon tcp']};\n"
        "match * send to ours stop;\n"
    )
    sent = {f"relay.series{at}": points(at) for at in range(200)}
    with running(["carbon-c-relay", "-f", config], folder):
        await_true("the relay", lambda: connects(port))
        with socket.create_connection((HOST, port), PATIENCE) as stream:
            for name, values in sent.items():
                stream.sendall("".join(line(name, at, value) for at, value in values.items()).encode())
        await_points(server, "relay.*", sent)
    return sent


def connects(port):
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def collectd(server, folder):
    control = pathlib.Path(folder, "collectd.sock")
    config = pathlib.Path(folder, "collectd.conf")
    types = "/usr/share/collectd/types.db"
    config.write_text(
        f'Hostname "web1"\nBaseDir "{folder}"\nPIDFile "{folder}/pid"\nTypesDB "{types}"\nInterval 10\nWriteThreads 1\n'
        "LoadPlugin unixsock\nLoadPlugin write_graphite\n"
        f'<Plugin unixsock>\n  SocketFile "{control}"\n  SocketPerms "0600"\n</Plugin>\n'
        f'<Plugin write_graphite>\n  <Node "ours">\n    Host "{HOST}"\n    Port "{server.ports["carbon tcp"]}"\n'
        '    Protocol "tcp"\n    Prefix "collectd."\n  </Node>\n</Plugin>\n'
    )
    names = {f"collectd.web1.shop-{at}.gauge-queue": at for at in range(20)}
    sent = {name: points(seed) for name, seed in names.items()}
    with running(["collectd", "-f", "-C", config], folder):
        await_true("collectd", control.exists)
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(PATIENCE)
            stream.connect(str(control))
            answers = stream.makefile("rb")
            for name, values in sent.items():
                plugin = name.split(".")[2]
                for at, value in values.items():
                    stream.sendall(f'PUTVAL "web1/{plugin}/gauge-queue" interval=10 {at}:{value}\n'.encode())
                    answer = answers.readline()
                    assert answer.startswith(b"0 "), answer

            def flush():
                # Its own thread may still be at work on what it took, so once is not enough.
                stream.sendall(b"FLUSH\n")
                assert answers.readline().startswith(b"0 ")

            await_points(server, "collectd.web1.*.*", sent, flush)
    return sent


def await_points(server, target, sent, before=lambda: None):
    def are_there():
        before()
        found = server.render(target, *span(sent))
        return sum(map(len, found.values())) >= sum(map(len, sent.values()))

    await_true("the points of " + target, are_there)


def span(sent):
    times = [at for values in sent.values() for at in values]
    return min(times), max(times)


def stored(folder, series, begin, end):
    """Time → value in a series' file, as Python's own library reads it."""
    path = pathlib.Path(folder, "data", *series.split(".")).with_suffix(".wsp")
    (start, _, step), values = whisper.fetch(str(path), begin - STEP, end)
    return {start + at * step: value for at, value in enumerate(values) if value is not None}


PEERS = {"lines": lines, "pickles": pickles, "relay": relay, "collectd": collectd}


def run(binary, name):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder)
        try:
            sent = PEERS[name](server, folder)
            found = {}
            for series in sent:
                found.update(server.render(series, *span(sent)))
            assert server.end() == 0
            in_files = {series: stored(folder, series, *span(sent)) for series in sent if whisper}
        except Exception:
            log = pathlib.Path(folder, "peer.log")
            print(log.read_text(errors="replace")[-2000:] if log.exists() else "")
            raise
        finally:
            server.process.kill()
    answers = [("by /render", found)] + ([("by Python's whisper", in_files)] if whisper else [])
    wrong = [(way, got.get(series), series) for way, got in answers for series in sent if got.get(series) != sent[series]]
    for way, got, series in wrong[:5]:
        print(f"    {series}: {got} {way}, not {sent[series]}")
    ways = " and ".join(way for way, _ in answers)
    print(f"{'not ok' if wrong else 'ok'} {name}: {sum(map(len, sent.values()))} points of {len(sent)} series, {ways}")
    return not wrong


def main():
    binary, *only = sys.argv[1:]
    runs = [run(binary, name) for name in only or PEERS]
    print(f"{sum(runs)} passed, {len(runs) - sum(runs)} failed")
    sys.exit(0 if runs and all(runs) else 1)


main()
