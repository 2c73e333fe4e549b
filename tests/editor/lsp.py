"""A language server as an editor meets it: the Language Server Protocol (3.17) on its standard streams."""
import json
import subprocess


class LanguageServer:
    def __init__(self, command, settings):
        """`settings`: what the server is told of each section that it asks for."""
        self.settings = settings
        self.diagnostics = {}
        self.requests = 0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.request("initialize", {
            "processId": None, "rootUri": None,
            "capabilities": {"workspace": {"configuration": True},
                             "textDocument": {"hover": {"contentFormat": ["markdown"]}}}})
        self.notify("initialized", {})

    def close(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(30)

    def open(self, uri, text):
        self.notify("textDocument/didOpen", {
            "textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})

    def diagnosed(self, uri):
        """What the server says of an open file: (line from 1, message) each."""
        while uri not in self.diagnostics:
            self.receive()
        return [(d["range"]["start"]["line"] + 1, d["message"]) for d in self.diagnostics[uri]]

    def completions(self, uri, position):
        """The labels of what may be written there."""
        return [item["label"] for item in self.completion_items(uri, position)]

    def completion_items(self, uri, position):
        return self.request("textDocument/completion",
                            {"textDocument": {"uri": uri}, "position": position})["items"]

    def hover(self, uri, position):
        """The text shown over what is written there, in Markdown."""
        answer = self.request("textDocument/hover",
                              {"textDocument": {"uri": uri}, "position": position})
        return answer["contents"]["value"] if answer else ""

    def request(self, method, params):
        self.requests += 1
        number = self.requests
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self):
        """The next message; what it asks of an editor is answered."""
        length = 0
        while (line := self.process.stdout.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not line:
            raise EOFError("the language server has ended")
        message = json.loads(self.process.stdout.read(length))
        params = message.get("params")
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[params["uri"]] = params["diagnostics"]
        elif "method" in message and "id" in message:
            answer = None
            if message["method"] == "workspace/configuration":
                answer = [self.settings.get(item.get("section")) for item in params["items"]]
            self.send({"id": message["id"], "result": answer})
        return message
