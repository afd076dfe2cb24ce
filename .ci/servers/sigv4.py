"""Amazon's signature, version 4, for requests without a query."""

import datetime
import hashlib
import hmac


def signed(key, service, region, host, method, path, headers, body):
    """The header fields to add; as few as possible are signed: the host and Amazon's own."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    ours = {"host": host, "x-amz-date": now}
    ours |= {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-amz-")}
    names = ";".join(sorted(ours))
    fields = "".join(f"{name}:{ours[name]}\n" for name in sorted(ours))
    request = "\n".join([method, path, "", fields, names, hashlib.sha256(body).hexdigest()])
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = f"AWS4{key.secret}".encode()
    for part in (now[:8], region, service, "aws4_request", text):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    credential = f"AWS4-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={names}, Signature={secret.hex()}"
    return {"X-Amz-Date": now, "Authorization": credential}
