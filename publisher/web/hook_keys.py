"""The door to cryptography for webhooks: whether a provider has signed."""

from base64 import b64decode
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from publisher.struct import Struct

SendgridKey = EllipticCurvePublicKey

_SIGNER = "sns.amazonaws.com"
_HASHES = {"1": SHA1, "2": SHA256}


class SnsKey(Struct, frozen=True):
    """The key in a certificate of Amazon SNS, which counts from `begins` to `ends`, in UTC."""

    key: RSAPublicKey
    begins: datetime
    ends: datetime


def sns_key(pem: bytes) -> SnsKey:
    """The key of a certificate in PEM; ValueError where it is none of Amazon SNS."""
    try:
        certificate = load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError("its key is of a type that nobody here knows") from error
    if not isinstance(key, RSAPublicKey) or not _names_sns(certificate):
        raise ValueError("it is not made out to Amazon SNS")
    return SnsKey(key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def sns_signed(key: SnsKey, version: str, signature: str, data: bytes) -> bool:
    """Whether `signature`, in base64, is that of `data` by SignatureVersion 1 (RSA, SHA-1) or 2 (RSA, SHA-256).

    SHA-1 is what topics sign by until they are told otherwise. Nobody can make a second message for a signature that
    is there: what is broken of it is only that two of one's own can be made to collide.
    """
    try:
        key.key.verify(b64decode(signature, validate=True), data, PKCS1v15(), _HASHES[version]())
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def sendgrid_key(public_key: str) -> SendgridKey:
    """A verification key as SendGrid shows it, DER in base64; ValueError where it is none."""
    try:
        key = load_der_public_key(b64decode(public_key, validate=True))
    except UnsupportedAlgorithm as error:
        raise ValueError("its type is unknown") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("it is no key of P-256")
    return key


def sendgrid_signed(key: SendgridKey, signature: str, data: bytes) -> bool:
    """Whether `signature`, DER in base64, is that of `data`: ECDSA with SHA-256."""
    try:
        key.verify(b64decode(signature, validate=True), data, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _names_sns(certificate: Certificate) -> bool:
    return any(name.value == _SIGNER for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
