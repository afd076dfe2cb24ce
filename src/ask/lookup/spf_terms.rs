//! The terms of an SPF record (RFC 7208, sections 4.6.1 and 5): receivers reject the whole record if one of them is
//! invalid. The library accepts some invalid terms.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether every term of a record is valid.
pub fn well_formed(record: &str) -> bool {
    let terms: Vec<&str> = record.split_ascii_whitespace().skip(1).collect();
    let count = |name: &str| terms.iter().filter(|term| modifier(term).is_some_and(|(own, _)| own == name)).count();
    // Section 6: each of these may occur once at most.
    terms.iter().all(|term| is_term(term)) && count("redirect") <= 1 && count("exp") <= 1
}

/// The name and value of a modifier, such as `redirect=example.org`. A term with a `:` or `/` before the `=` is a
/// mechanism.
fn modifier(term: &str) -> Option<(String, &str)> {
    let (name, value) = term.split_once('=').filter(|(name, _)| !name.contains([':', '/']))?;
    Some((name.to_ascii_lowercase(), value))
}

fn is_term(term: &str) -> bool {
    if let Some((name, value)) = modifier(term) {
        // Unknown modifiers are allowed; these two need a value.
        let word = name.starts_with(|c: char| c.is_ascii_alphabetic());
        return word && (!matches!(name.as_str(), "redirect" | "exp") || !value.is_empty());
    }
    let bare = term.strip_prefix(['+', '-', '~', '?']).unwrap_or(term);
    let end = bare.find([':', '/']).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(end);
    match name.to_ascii_lowercase().as_str() {
        "all" => rest.is_empty(),
        "ip4" => network::<Ipv4Addr>(rest, 32),
        "ip6" => network::<Ipv6Addr>(rest, 128),
        "a" | "mx" => domain_and_lengths(rest),
        "ptr" => rest.is_empty() || named(rest),
        "include" | "exists" => named(rest),
        _ => false,
    }
}

/// Whether the rest of a term is a network, such as `:192.0.2.0/24` (section 5.6).
fn network<A: std::str::FromStr>(rest: &str, most: u8) -> bool {
    let Some(rest) = rest.strip_prefix(':') else { return false };
    let (address, length) = rest.split_once('/').map_or((rest, None), |(address, length)| (address, Some(length)));
    address.parse::<A>().is_ok() && length.is_none_or(|length| is_length(length, most))
}

/// Whether this is a prefix length: no leading zeros, at most `most`.
fn is_length(text: &str, most: u8) -> bool {
    let plain = text == "0" || !text.starts_with('0');
    plain && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u8>().is_ok_and(|length| length <= most)
}

fn named(rest: &str) -> bool {
    rest.strip_prefix(':').is_some_and(|name| !name.is_empty())
}

/// Whether the rest of a term has the form `:example.org/24//64`, in which each part is optional (section 5.3).
fn domain_and_lengths(rest: &str) -> bool {
    let (before, v6) = rest.split_once("//").map_or((rest, None), |(before, v6)| (before, Some(v6)));
    // A slash within a macro (`%{d/}`) does not start a prefix length.
    let cut = before.rfind('/').filter(|at| !before[*at..].contains('}'));
    let (name, v4) = cut.map_or((before, None), |at| (&before[..at], Some(&before[at + 1..])));
    let lengths = v4.is_none_or(|length| is_length(length, 32)) && v6.is_none_or(|length| is_length(length, 128));
    lengths && (name.is_empty() || named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_section_five_allows_is_a_word() {
        for record in [
            "v=spf1 -all",
            "v=spf1 +a mx/24 ~all",
            "v=spf1 a:mail.example.org/24//64 -all",
            "v=spf1 a//64 -all",
            "v=spf1 mx:example.org//64 -all",
            "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1 ?all",
            "v=spf1 IP4:192.0.2.1 -ALL",
            "v=spf1 exists:%{i}._spf.%{d2} -all",
            "v=spf1 include:%{d/}.example.org -all",
            "v=spf1 redirect=_spf.example.org",
            "v=spf1 ptr ptr:example.org moo=cow exp=why.example.org -all",
            "v=spf1  ra=postmaster  -all",
            "v=spf1",
        ] {
            assert!(well_formed(record), "{record}");
        }
    }

    #[test]
    fn what_it_does_not_allow_is_none() {
        for term in [
            "ip4:192.0.2.300",
            "ip4:mail.example.org",
            "ip4:2001:db8::1",
            "ip4:192.0.2.0/33",
            "ip4:192.0.2.0/024",
            "ip4:",
            "ip4",
            "ip4=192.0.2.1",
            "ip6:192.0.2.1",
            "ip6:2001:db8::/129",
            "ip6:example.org",
            "a:/24",
            "a/33",
            "mx//129",
            "mx/",
            "include",
            "include:",
            "exists",
            "all:x",
            "-all.",
            "inlcude:example.org",
            "++all",
            "redirect=",
            "redirect=a.example.org redirect=b.example.org",
            "192.0.2.1",
            "-",
        ] {
            let accepted_as_unknown = term == "ip4=192.0.2.1";
            assert_eq!(well_formed(&format!("v=spf1 {term} -all")), accepted_as_unknown, "{term}");
        }
    }
}
