"""Which addresses may be asked: public ones, and the private ones the operator named."""

import asyncio
import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 6052 §2.1: an IPv4 address in its last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Not for the whole internet, though Python (3.11) calls them so: protocol assignments, where a cloud has its metadata
# service (RFC 6890 §2.2.2, 192.0.0.192), addresses of a site (RFC 3879), and NAT64 within a network (RFC 8215).
_INSIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "fec0::/10", "64:ff9b:1::/48")))
_ODD = re.compile(r"[0-9a-fx.]+", re.I)


class PrivateAddress(OSError):
    """The name leads into a private network; the text is one line for a person."""


def is_public(address: _Address) -> bool:
    """Whether the whole internet may mean the same host by it; addresses that embed another are judged by that one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    if any(address in inside for inside in _INSIDE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def refusal(url: URL, allowed: frozenset[str]) -> str:
    """Why this address may not be asked, before any name is resolved; "" when it may be tried."""
    host = url.host
    if url.scheme not in ("http", "https") or not host:
        return f"{str(url)[:200]} is not an http address"
    if url.user is not None or url.password is not None:
        return "an address with a user name in it is refused"
    if _named(host, url.port, allowed):
        return ""
    literal = _literal(host)
    if literal is None:
        return ""
    if isinstance(literal, str):
        return f"{host} is an oddly written address: refused"
    return "" if is_public(literal) else f"{host} is a private address: refused"


def _named(host: str, port: int | None, allowed: frozenset[str]) -> bool:
    return f"{host}:{port}" in allowed or f"[{host}]:{port}" in allowed


def _literal(host: str) -> _Address | str | None:
    """The address a literal host is; the text of one in an odd notation; None for a name.

    inet_aton reads 127.1, 0x7f000001 and 017700000001 as addresses, and so would the connection.
    """
    bare = host.rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    if _ODD.fullmatch(bare):
        try:
            socket.inet_aton(bare)
        except OSError:
            return None
        return bare
    return None


class CheckedResolver(AbstractResolver):
    """Resolves a name once and gives the connection only addresses that passed: nothing can change in between."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._resolver = _Names()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if _named(host, port, self._allowed):
            return found
        for result in found:
            if not is_public(ipaddress.ip_address(result["host"].partition("%")[0])):
                raise PrivateAddress(f"{host} leads to {result['host']}, a private address: refused")
        return found

    async def close(self) -> None:
        await self._resolver.close()


LOOKUPS = 48


class _Names(AbstractResolver):
    """The system's resolver, on threads of its own: a name that nobody answers for holds one for half a minute."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=int(address[1]), family=of, proto=proto, flags=flags
            )
            for of, _, proto, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
