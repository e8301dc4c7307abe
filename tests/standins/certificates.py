"""Certificates for a server on this machine: one that is in order, and those that browsers warn of."""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; `file` is what a client that trusts it is given, in SSL_CERT_FILE."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def trusted(self) -> ssl.SSLContext:
        """A client's context that trusts this authority alone."""
        return ssl.create_default_context(cafile=self.file)

    def good(self) -> ssl.SSLContext:
        return self._served("good", self._signed())

    def expired(self) -> ssl.SSLContext:
        return self._served("expired", self._signed(age=400 * DAY))

    def too_early(self) -> ssl.SSLContext:
        return self._served("early", self._signed(age=-30 * DAY))

    def of_another_host(self) -> ssl.SSLContext:
        return self._served("other", self._signed(names=[x509.DNSName("elsewhere.example")]))

    def signed_by_itself(self) -> ssl.SSLContext:
        return self._served("itself", self._signed(by_itself=True))

    def _signed(
        self, *, age: timedelta = DAY, names: Sequence[x509.GeneralName] = (), by_itself: bool = False
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        return key, _certificate(
            "127.0.0.1",
            key,
            issuer=_name("127.0.0.1") if by_itself else self.certificate.subject,
            signer=key if by_itself else self.key,
            age=age,
            extension=x509.SubjectAlternativeName(names or [x509.IPAddress(ip_address("127.0.0.1"))]),
        )

    def _served(self, name: str, pair: tuple[ec.EllipticCurvePrivateKey, x509.Certificate]) -> ssl.SSLContext:
        key, certificate = pair
        file = self.folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


BROKEN: dict[str, Callable[[Authority], ssl.SSLContext]] = {
    "expired": Authority.expired,
    "too early": Authority.too_early,
    "of another host": Authority.of_another_host,
    "signed by itself": Authority.signed_by_itself,
}


def authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of a test")
    made = _certificate(
        "Authority of a test",
        key,
        issuer=name,
        signer=key,
        age=500 * DAY,
        lasts=1_000 * DAY,
        extension=x509.BasicConstraints(ca=True, path_length=None),
    )
    found = Authority(folder, key, made)
    found.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return found


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    age: timedelta,
    extension: x509.ExtensionType,
    lasts: timedelta = 90 * DAY,
) -> x509.Certificate:
    begins = datetime.now(UTC) - age
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
        .add_extension(extension, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
