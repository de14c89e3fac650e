"""A status receiver that ends for good at a deeply nested body; prints its base URL."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Mortal(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            delivery = json.loads(body)
        except RecursionError:
            os._exit(1)
        except ValueError:
            delivery = None
        good = isinstance(delivery, dict) and isinstance(delivery.get("id"), str)
        self.send_response(200 if good else 400)
        self.end_headers()

    def do_GET(self):
        self.send_error(405)

    def log_message(self, format, *args):
        """Say nothing."""


server = HTTPServer(("127.0.0.1", 0), Mortal)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
