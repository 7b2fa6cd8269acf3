"""Real clients of other people's send to the built server; what it tells carbon is what they meant.

    run.py SERVER TOOLS [CLIENT …]

SERVER is the binary, TOOLS the folder that `.ci/run` installs the clients into. Each client is a program of
its own beside this file, called with a host, the UDP port, the TCP port and a dialect; `expected.json` says
by client and dialect what is to come out: series by kind, how many lines are bad, and that there is nothing
else. (In DogStatsD's dialect a service check is a gauge, and an event is no number.) All calls are made before
the one flush, which is that of the server's end.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import server as built
from server import HOST, PATIENCE


class Carbon:
    """Takes the one flush."""

    def __init__(self):
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.text = None
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self):
        stream = self.listener.accept()[0]
        with stream, stream.makefile("rb") as lines:
            self.text = lines.read().decode()

    def flush(self):
        self.thread.join(PATIENCE)
        assert self.text is not None, "no flush"
        points = [line.split(" ") for line in self.text.splitlines()]
        return {name: value for name, value, _ in points}


class Server(built.Server):
    """The binary, which flushes at its end alone."""

    def __init__(self, binary, dialect, folder, carbon):
        super().__init__(
            binary,
            folder,
            f"statsd = '{HOST}:0'\nhttp = 'off'\nadmin = '{HOST}:0'\ndata = 'off'\n"
            f"flush_interval = '1h'\ndialect = '{dialect}'\n"
            f"[graphite]\nhost = '{HOST}'\nport = {carbon.port}\n",
        )

    def packets(self):
        """How many packets it has taken."""
        reply = self.send("admin tcp", b"counters\n").decode()
        return int(reply.split("'statsd.packets_received': ")[1].split(",")[0].split()[0])

    def settle(self):
        """A datagram of our own is behind all others in the socket."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            before = self.packets()
            probe.sendto(b"", (HOST, self.ports["statsd udp"]))
            end = time.monotonic() + PATIENCE
            while self.packets() == before:
                assert time.monotonic() < end, "a packet does not arrive"


def command(client, tools):
    """What calls a client; nothing where it is a recording."""
    environment = dict(os.environ)
    if client == "hot_shots":
        environment["CLIENTS_NODE_MODULES"] = str(tools / "clients" / "node_modules")
        return ["node", HERE / "hot_shots.mjs"], environment
    if client in ("python_statsd", "datadog_client"):
        return [tools / "python" / "bin" / "python", HERE / f"{client}.py"], environment
    environment["GEM_PATH"] = str(tools / "gems") + ":"
    if client == "statsd_instrument":
        installed = list((tools / "gems").glob("gems/statsd-instrument-*"))
        return (["ruby", HERE / "statsd_instrument.rb"] if installed else None), environment
    return ["ruby", HERE / f"{client}.rb"], environment


def send_recorded(client, dialect, port):
    """Sends what the client sent where it could be installed."""
    recorded = json.loads((HERE / "recorded" / f"{client}.json").read_text())
    print(f"    not installed here: as recorded from {recorded['from']}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in recorded[dialect]:
            sender.sendto(packet.encode(), (HOST, port))


def by_kind(series):
    """Series → what was meant, without the server's own."""
    kinds = {"counters": {}, "gauges": {}, "timers": {}, "sets": {}, "bad": 0}
    for name, value in series.items():
        value = float(value)
        path, _, tags = name.partition(";")
        tags = tags and ";" + tags
        nodes = path.split(".")
        if "statsd" in nodes:
            if path == "stats_counts.statsd.bad_lines_seen":
                kinds["bad"] = value
        elif nodes[0] == "stats_counts":
            kinds["counters"][".".join(nodes[1:]) + tags] = value
        elif nodes[:2] == ["stats", "gauges"]:
            kinds["gauges"][".".join(nodes[2:]) + tags] = value
        elif nodes[:2] == ["stats", "sets"]:
            kinds["sets"][".".join(nodes[2:-1]) + tags] = value
        elif nodes[:2] == ["stats", "timers"]:
            timer = kinds["timers"].setdefault(".".join(nodes[2:-1]) + tags, {})
            timer[nodes[-1]] = value
    return kinds


def differences(found, expected):
    for kind in ("counters", "gauges", "sets"):
        if found[kind] != expected.get(kind, {}):
            yield f"{kind}: {found[kind]}, not {expected.get(kind, {})}"
    timers = expected.get("timers", {})
    if found["timers"].keys() != timers.keys():
        yield f"timers: {sorted(found['timers'])}, not {sorted(timers)}"
    for name, statistics in timers.items():
        for statistic, value in statistics.items():
            is_value = found["timers"].get(name, {}).get(statistic)
            if is_value != value:
                yield f"timer {name}: {statistic} is {is_value}, not {value}"
    if found["bad"] != expected.get("bad", 0):
        yield f"{found['bad']} bad lines, not {expected.get('bad', 0)}"


def run(binary, tools, client, dialect, expected):
    carbon = Carbon()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, dialect, folder, carbon)
        try:
            ports = [server.ports["statsd udp"], server.ports["statsd tcp"]]
            words, environment = command(client, tools)
            if words is None:
                send_recorded(client, dialect, ports[0])
            else:
                arguments = [HOST, *map(str, ports), dialect]
                subprocess.run([*words, *arguments], check=True, timeout=PATIENCE, env=environment)
            server.settle()
            assert server.end() == 0
        finally:
            server.process.kill()
    found = by_kind(carbon.flush())
    wrong = list(differences(found, expected))
    for difference in wrong:
        print("   ", difference)
    print(f"{'not ok' if wrong else 'ok'} {client}, {dialect}")
    return not wrong


def main():
    binary, tools, *only = sys.argv[1:]
    expected = json.loads((HERE / "expected.json").read_text())
    runs = [
        run(binary, pathlib.Path(tools).resolve(), client, dialect, numbers)
        for client, dialects in expected.items()
        if not only or client in only
        for dialect, numbers in dialects.items()
    ]
    print(f"{sum(runs)} passed, {len(runs) - sum(runs)} failed")
    sys.exit(0 if runs and all(runs) else 1)


main()
