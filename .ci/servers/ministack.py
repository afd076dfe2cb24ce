"""MiniStack: Amazon's Account Management and SES, with checks of signatures and of policies.

Package of PyPI: ministack (`pip install --target FOLDER ministack==1.5.33`, in a folder without moto: each wants a botocore of
its own).
"""

import json
import os

from amazon import Moto
from processes import listens, start, wait_until

# The root's key of MiniStack, with which moto's clients also sign.
_ROOT = "AKIA0000000000000000"


class MiniStack(Moto):
    """One MiniStack server in the foreground; its users and its data are only in memory."""

    def start(self):
        """Starts it, and waits until it accepts connections."""
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(self._packages), "PYTHONDONTWRITEBYTECODE": "1",
            "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "IOT_MTLS_ENABLED": "false", "SFTP_ENABLED": "false",
            # Requests are refused unless they are signed by a key with the permission; the root's are not checked.
            "AUTH": "true", "AWS_ACCESS_KEY_ID": _ROOT, "TMPDIR": str(self._folder), "HOME": str(self._folder),
        }
        self._process = start(["python3", "-m", "ministack"], self.log, cwd=self._folder, env=environment)
        wait_until("MiniStack", lambda: listens("127.0.0.1", self.port), 60, 0.05)

    def check_signatures(self, on=True):
        """It always checks them."""

    def leave_production(self):
        """Puts the account back into the sandbox of SES."""
        details = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://acme.example", "ProductionAccessEnabled": False}
        headers = {"Content-Type": "application/json"}
        self._signed("ses", headers, json.dumps(details).encode(), "/v2/email/account/details")
