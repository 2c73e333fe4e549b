#!/usr/bin/env python3
"""A mirror that misbehaves, for the tests of fetching. Standard library only; loopback only.

usage: tls_server.py FOLDER LOG CERTIFICATE KEY

Serves the files of FOLDER by https and by http, each on a port of its own; prints "HTTPS-PORT
HTTP-PORT" once both listen. The first part of a URL's path names the behaviour: see the methods of
Mirror. Each request adds a line "BEHAVIOUR FILE RANGE-START" to LOG before it is answered. The http
port is a proxy too: it takes absolute URLs of any host, and CONNECT, by which every host is the
https port (but for forbidden.*, which it refuses); that adds "CONNECT HOST:PORT".
"""
import http.server
import os
import socket
import ssl
import sys
import threading
import urllib.parse

FOLDER, LOG, CERTIFICATE, KEY = sys.argv[1:5]


def copy(source, sink):
    """All that comes from one connection into another."""
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # either end has left
        pass


class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        behaviour, _, name = urllib.parse.urlsplit(self.path).path.strip("/").partition("/")
        wanted = self.headers.get("Range", "")
        self.start = int(wanted[6:].rstrip("-")) if wanted.startswith("bytes=") else 0
        self.note(f"{behaviour} {name} {self.start}")
        with open(os.path.join(FOLDER, os.path.basename(name)), "rb") as file:
            self.content = file.read()
        getattr(self, behaviour)()

    def do_CONNECT(self):
        self.note(f"CONNECT {self.path}")
        if self.path.startswith("forbidden."):
            return self.answer(403, b"no")
        self.close_connection = True
        with socket.create_connection(SECURE.server_address) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=copy, args=(there, self.connection))
            back.start()
            copy(self.connection, there)
            back.join()

    @staticmethod
    def note(line):
        with open(LOG, "a") as log:
            log.write(line + "\n")

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, length=None, kind="application/gzip", more=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not False:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        for key, value in more:
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def ranged(self, sent=None):
        """The range asked for; of it only `sent` bytes, whatever the header says."""
        rest = self.content[self.start:]
        if self.start >= len(self.content):
            return self.answer(416, b"")
        where = f"bytes {self.start}-{len(self.content) - 1}/{len(self.content)}"
        more = [("Content-Range", where)] if self.start else []
        self.answer(206 if self.start else 200, rest[:sent], len(rest), more=more)

    def wait_for_client(self):
        self.wfile.flush()
        try:
            self.rfile.read(1)
        except OSError:
            pass

    def good(self):
        self.ranged()

    mnist = good  # as MNIST's first mirror has it

    def hold(self):  # hold/N/FILE: up to byte N, then silence
        end = int(self.path.split("/")[-2])
        self.ranged(max(end - self.start, 0))
        self.wait_for_client()

    def norange(self):  # knows no ranges
        self.answer(200, self.content)

    def drop(self):  # a third at a time
        self.ranged(len(self.content) // 3 + 1)

    def dropall(self):  # half, and always from the start
        self.answer(200, self.content[:len(self.content) // 2], len(self.content))

    def stall(self):  # a third of the first file, then silence; all of the rest, when asked again
        if self.start or not self.path.endswith("/train-x.gz"):
            return self.ranged()
        self.ranged(len(self.content) // 3)
        self.wait_for_client()

    def silent(self):
        self.wait_for_client()

    def redirect(self):
        name = os.path.basename(self.path)
        self.answer(302, b"moved", more=[("Location", f"/good/{name}")])

    def loop(self):
        self.answer(302, b"moved", more=[("Location", self.path)])

    def downgrade(self):
        name = os.path.basename(self.path)
        where = f"http://127.0.0.1:{PLAIN.server_port}/good/{name}"
        self.answer(302, b"moved", more=[("Location", where)])

    def missing(self):
        self.answer(404, b"<html>Not found</html>", kind="text/html")

    def forbidden(self):
        self.answer(403, b"<html>No</html>", kind="text/html")

    def failing(self):
        self.answer(503, b"later")

    def html(self):  # as a hotel's network answers
        self.answer(200, b"<html>Please log in</html>", kind="text/html")

    def longer(self):  # announces more than it has
        self.answer(200, self.content, len(self.content) + 1000)

    def shorter(self):  # announces, and sends, half
        half = len(self.content) // 2
        self.answer(200, self.content[:half])

    def huge(self):
        self.answer(200, self.content, 10**12)

    def endless(self):
        self.answer(200, self.content[:100], False)
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    def corrupt(self):
        middle = len(self.content) // 2
        flipped = bytes([self.content[middle] ^ 1])
        self.content = self.content[:middle] + flipped + self.content[middle + 1:]
        self.ranged()

    def wrongrange(self):  # answers a range with another one
        if not self.start:
            return self.ranged()
        self.answer(206, self.content[1:], more=[("Content-Range", "bytes 1-9/10")])

    def empty(self):
        self.answer(200, b"")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # clients that leave are what is tested
            super().handle_error(request, client_address)


def listen(context):
    server = Server(("127.0.0.1", 0), Mirror)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TLS.load_cert_chain(CERTIFICATE, KEY)
SECURE = listen(TLS)
PLAIN = listen(None)
print(SECURE.server_port, PLAIN.server_port, flush=True)
sys.stdin.read()  # until the test goes away
