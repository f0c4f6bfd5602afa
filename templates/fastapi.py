# @service:raw@ over TLS with client certificates: FastAPI on uvicorn.
# It reads certificate, bundle and CRLs at start and on SIGHUP; with expired CRLs it rejects every client. With
# ExecReload=kill -HUP $MAINPID in its unit, this hook in svcauth.yaml, under deployment, reloads them whenever one of them changed:
# hooks: [[systemctl, reload, @service:raw@]]
import signal
import ssl

import uvicorn
from fastapi import FastAPI

CERTIFICATE = @certificate:string@
KEY = @key:string@
BUNDLE = @bundle:string@
CRL_BUNDLE = @crl-bundle:string@

app = FastAPI()


@app.get("/")
def root():
    return {"service": "@service:raw@"}


def load_files(context: ssl.SSLContext) -> None:
    """Loads the files for new connections. An anchor removed from the bundle stays trusted until the process restarts."""
    context.load_cert_chain(CERTIFICATE, KEY)
    context.load_verify_locations(BUNDLE)
    context.load_verify_locations(CRL_BUNDLE)


def main() -> None:
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=@port:raw@,
        ssl_certfile=CERTIFICATE,
        ssl_keyfile=KEY,
        ssl_ca_certs=BUNDLE,
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    config.load()
    load_files(config.ssl)
    # without this line the CRLs are loaded and ignored
    config.ssl.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    # a resumed session skips the CRL check, so a revoked client could reconnect; TLS 1.3 without tickets resumes no session
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    config.ssl.num_tickets = 0
    signal.signal(signal.SIGHUP, lambda *_: load_files(config.ssl))
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
