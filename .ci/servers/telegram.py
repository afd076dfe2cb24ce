"""A Telegram Bot API, and a proxy in front of it that can cut connections at the worst moment."""

import http.client
import http.server
import json
import pathlib
import threading

from processes import free_port, listens, start, stop, wait_until
from texts import fill

TOKEN = "sampletoken"
_SCRIPT = pathlib.Path(__file__).parent / "templates" / "emulator.js"


class Emulator:
    """The npm package telegram-test-api, in a separate process."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._process = start(["node", str(_SCRIPT), str(self.port)], folder / "emulator.log")
        wait_until("the Telegram emulator", lambda: listens("127.0.0.1", self.port), 20)

    def messages(self, chat):
        """The texts that arrived in this chat, oldest first."""
        body = json.dumps({"token": TOKEN}).encode()
        answer = json.loads(_post(self.port, "/getUpdatesHistory", {"content-type": "application/json"}, body)[1])
        arrived = [update["message"] for update in answer["result"]]
        return [message["text"] for message in arrived if str(message["chat_id"]) == str(chat)]

    def about(self, chat, words):
        """The messages of this chat that contain these words."""
        return [text for text in self.messages(chat) if words in text]

    def stop(self):
        """Stops it."""
        stop(self._process)


class Line:
    """A proxy between plugwatch and the emulator; it can cut the connection of each chat.

    `swallow` takes a message and passes nothing on; `no_answer` delivers it, but the answer
    is lost. Both leave the sender waiting, which is when it is killed.
    """

    def __init__(self, emulator):
        self._lock = threading.Lock()
        self.cut_again({})
        line = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Forwards one request, or holds it."""

            def do_POST(self):
                """The only method that the library uses."""
                line.carry(self, emulator.port)

            def log_message(self, *_):
                """Logs nothing: the claims report what happened."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def carry(self, request, port):
        """Forwards one request to the emulator, unless its chat's connection is cut."""
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        chat = str(json.loads(body)["chat_id"])
        how, restored = self.cut.get(chat), self._restored
        passed = None
        if how != "swallow":
            headers = {"content-type": request.headers["content-type"]}
            passed = _post(port, request.path, headers, body)
        if how:
            with self._lock:
                self.held.append(chat)
            restored.wait(60)
            request.close_connection = True
            return
        status, answer = passed
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def cut_again(self, how):
        """Cuts these chats' connections in these ways from now on."""
        self.held = []
        self._restored = threading.Event()
        self.cut = how

    def restore(self):
        """Forwards everything again; held requests end without an answer."""
        self.cut = {}
        self._restored.set()

    def close(self):
        """Stops listening."""
        self.restore()
        self._server.shutdown()


def channel(api_url, *chats):
    """The setting of a channel that sends to these chats through it."""
    return fill("telegram_channel.toml", api_url=api_url, chats=", ".join(str(chat) for chat in chats))


def _post(port, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
