"""What a person does about a server's certificate that is not believed."""

import os
import ssl
from pathlib import Path

_NAME = "the name in mail.transport must be the one in the server's certificate"
# X509_V_ERR_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH of OpenSSL's x509_vfy.h.
_WAYS_OUT = {
    9: "look at this machine's clock",
    10: "whoever runs the server must renew its certificate; look at this machine's clock, too",
    62: _NAME,
    64: _NAME,
}
_STRANGER = "where the server is to be trusted, SSL_CERT_FILE names a file of the authorities that vouch for it"


def way_out(error: ssl.SSLCertVerificationError) -> str:
    """By what is wrong: its name, its time, or who vouches for it."""
    return _WAYS_OUT.get(error.verify_code) or _missing() or _STRANGER


def _missing() -> str | None:
    """OpenSSL passes over what these name and is not there, without a word."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        named = os.environ.get(variable)
        if named and not any(Path(one).exists() for one in named.split(os.pathsep)):
            return f"{variable} is {named}, which is not there: name the authorities to trust, or unset it"
    return None
