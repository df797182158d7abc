"""The range a network address belongs to: a street's or a company's, never one household's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

KEPT_BITS = {4: 24, 6: 48}


def range_of(address: str | None) -> str | None:
    """The /24 (IPv4) or /48 (IPv6) of an address; None for what is not one."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{KEPT_BITS[found.version]}", strict=False))
