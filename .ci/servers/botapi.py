"""A minimal Bot API for the setup: getMe, getUpdates and sendMessage."""

import http.server
import json
import threading
import time
import urllib.parse


class BotApi:
    """Listens on loopback, and stores the sent messages."""

    def __init__(self):
        self.sent = []
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers getMe, getUpdates and sendMessage."""

            def do_POST(self):  # noqa: N802: the name is http.server's
                """One call."""
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                given = json.loads(body or b"{}")
                result = api.call(urllib.parse.urlparse(self.path).path.rsplit("/", 1)[-1].lower(), given)
                answer = json.dumps({"ok": True, "result": result}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                """Logs nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def call(self, method, given):
        """The answer that Telegram would give."""
        chat = {"id": -100123, "type": "supergroup", "title": "Ops"}
        message = {"message_id": 1, "date": int(time.time()), "chat": chat, "text": "hi", "from": {"id": 7, "is_bot": False, "first_name": "Ada"}}
        if method == "getme":
            return {
                "id": 123, "is_bot": True, "first_name": "Watch", "username": "acme_watch_bot", "can_join_groups": True,
                "can_read_all_group_messages": False, "supports_inline_queries": False, "has_main_web_app": False,
                "can_connect_to_business": False,
            }
        if method == "getupdates":
            return [{"update_id": 1, "message": message}]
        self.sent.append((given.get("chat_id"), given.get("text")))
        return {**message, "text": given.get("text")}
