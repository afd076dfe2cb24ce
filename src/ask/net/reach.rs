//! Finds out whether an address is internal: on this machine, in its network, or in reach of only these. If another
//! party names an address (a redirect, a certificate's list), plugwatch must not connect to an internal one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether only this machine or its network can reach the address, in whatever form it is written: IPv4 within IPv6
/// counts as IPv4.
pub(in crate::ask) fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_inside_v4(ip),
        IpAddr::V6(ip) => embedded(ip).map_or_else(|| is_inside_v6(ip), is_inside_v4),
    }
}

/// The routable entries of IANA's special-purpose registry (RFC 6890): this host, private use (RFC 1918),
/// carrier-grade NAT (RFC 6598), link-local with the clouds' metadata services (RFC 3927), benchmarks (RFC 2544),
/// multicast, and reserved addresses.
fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224
}

/// This host, unique local (RFC 4193), link-local, the old site-local (RFC 3879), and multicast.
fn is_inside_v6(ip: Ipv6Addr) -> bool {
    let first = ip.segments()[0];
    ip.is_loopback()
        || ip.is_unspecified()
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
        || first & 0xffc0 == 0xfec0
        // A local-use translator (RFC 8215) leads to whatever its network can reach.
        || (first == 0x64 && ip.segments()[1] == 0xff9b)
        || ip.is_multicast()
}

/// The IPv4 address embedded in an IPv6 address: mapped and compatible (RFC 4291), behind a translator (RFC 6052), or
/// 6to4 (RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] => of(high, low),
        // IPv6's own unspecified and loopback addresses are not embedded IPv4 addresses.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => of(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_inside_is_known_in_every_spelling() {
        let inside = [
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:0.0.0.0",
            "64:ff9b:1::808:808",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::1",
        ];
        for address in inside {
            assert!(is_inside(address.parse().unwrap()), "{address}");
        }
        let outside = [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "193.0.0.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "2002:101:101::1",
        ];
        for address in outside {
            assert!(!is_inside(address.parse().unwrap()), "{address}");
        }
    }
}
