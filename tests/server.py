"""The built server as a process of its own, for the programs in the folders beside this file."""
import pathlib
import signal
import socket
import subprocess

HOST = "127.0.0.1"
PATIENCE = 60


class Server:
    def __init__(self, binary, folder, config):
        """Starts it with the text of a TOML file, and waits until it is up."""
        file = pathlib.Path(folder, "statsd.toml")
        file.write_text(config)
        self.process = subprocess.Popen([binary, file], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.ports = {}
        for line in self.process.stdout:
            if line.startswith("server is up"):
                break
            words = line.split()
            if words and words[-1].startswith(HOST + ":"):
                self.ports[" ".join(words[:-1])] = int(words[-1].rpartition(":")[2])

    def send(self, door, payload):
        """Sends, ends, and yields what comes before the server's end: of carbon's doors nothing."""
        with socket.create_connection((HOST, self.ports[door]), PATIENCE) as stream:
            stream.sendall(payload)
            stream.shutdown(socket.SHUT_WR)
            return stream.makefile("rb").read()

    def end(self, how=signal.SIGTERM):
        """The process's answer."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)
