"""The only door to cryptography: keys that sign, read and made."""

from functools import partial

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from publisher.errors import UsageError
from publisher.mail.dkim import DkimKey, KeyType

RSA_BITS = range(2048, 4097)
"""RFC 8301 section 3.2: signers should have 2048 bits at least, and verifiers need not read more than 4096."""

_ANEW = "make a new one with 'publisher mail keygen'"


def read_key(pem: bytes) -> DkimKey:
    """The private key in a PEM file, PKCS#8 or PKCS#1. UsageError, which shows nothing of the file, where it is none
    that can sign."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise UsageError("the key is encrypted, and nobody is there to type its password", hint=_ANEW) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        hint = f"{_ANEW}; the file begins with -----BEGIN PRIVATE KEY-----"
        raise UsageError("no private key in PEM format is in it", hint=hint) from error
    if isinstance(key, RSAPrivateKey):
        return _rsa(key)
    if isinstance(key, Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return DkimKey(KeyType.ED25519, raw, key.sign)
    raise UsageError("DKIM knows only RSA and Ed25519, and the key is of another type", hint=_ANEW)


def new_pem(type_: KeyType) -> bytes:
    """A new private key as PKCS#8; RSA with 2048 bits, since the record of a longer one does not fit into one DNS
    packet everywhere."""
    key = (
        Ed25519PrivateKey.generate()
        if type_ is KeyType.ED25519
        else generate_private_key(public_exponent=65537, key_size=RSA_BITS.start)
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _rsa(key: RSAPrivateKey) -> DkimKey:
    if key.key_size not in RSA_BITS:
        few, many = RSA_BITS.start, RSA_BITS.stop - 1
        raise UsageError(f"the key has {key.key_size} bits: mail servers take RSA of {few} to {many}", hint=_ANEW)
    # RFC 6376 says RSAPublicKey, and everybody publishes this (erratum 3017).
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    sign = partial(key.sign, padding=PKCS1v15(), algorithm=Prehashed(SHA256()))
    return DkimKey(KeyType.RSA, public, sign)
