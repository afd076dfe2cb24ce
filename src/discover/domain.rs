//! Reads what a person enters as their domain: a name, a URL or an e-mail address, in any script.

use psl::{Psl, Type};

/// The domain of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The registered name, in ASCII.
    pub name: String,
    /// The registered name in its own script, for people.
    pub shown: String,
    /// The host that was given, if it is a subdomain.
    pub host: Option<String>,
    /// The suffix, such as `github.io`, if another company owns it and gives out names below it. Such a name
    /// has no registration of its own.
    pub lent_by: Option<String>,
}

impl Domain {
    /// Parses what a person entered.
    ///
    /// # Errors
    /// Fails if it is not a domain; the message says what to enter instead.
    pub fn parse(given: &str) -> Result<Domain, String> {
        let host = host_of(given)?;
        let found = psl::List.domain(host.as_bytes());
        let Some(found) = found else {
            let example = format!("example.{host}");
            return Err(format!(
                "`{host}` is a suffix under which others register names; give your own, such as {example}"
            ));
        };
        let name = String::from_utf8_lossy(found.as_bytes()).into_owned();
        let suffix = found.suffix();
        let lent_by =
            (suffix.typ() == Some(Type::Private)).then(|| String::from_utf8_lossy(suffix.as_bytes()).into_owned());
        Ok(Domain {
            shown: shown(&name),
            host: (host != name && host != format!("www.{name}")).then_some(host),
            name,
            lent_by,
        })
    }

    /// The host that visitors open first: the given one, or else the domain itself.
    pub fn front(&self) -> &str {
        self.host.as_deref().unwrap_or(&self.name)
    }

    /// A first proposal for the platform's name, such as `Acme Shoes` for `acme-shoes.co.uk`.
    pub fn platform(&self) -> String {
        let first = self.shown.split('.').next().unwrap_or(&self.shown);
        let word = |word: &str| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |letter| letter.to_uppercase().chain(letters).collect::<String>())
        };
        first.split('-').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(" ")
    }
}

/// The registered domain of a host, or the host itself if it is a public suffix.
pub(super) fn registered(host: &str) -> String {
    let found = psl::List.domain(host.as_bytes());
    found.map_or_else(|| host.to_owned(), |found| String::from_utf8_lossy(found.as_bytes()).into_owned())
}

/// The host in a URL, an e-mail address or a bare name, in ASCII and lower case.
fn host_of(given: &str) -> Result<String, String> {
    let text = given.trim();
    if text.is_empty() {
        return Err("no domain given; give one such as example.com".to_owned());
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => rest,
    };
    let host = host.trim_end_matches('.');
    let no = |why: &str| format!("`{text}` is not a domain: {why}; give one such as example.com");
    match url::Host::parse(host) {
        Ok(url::Host::Domain(name)) if !name.contains('.') => Err(no("it has no dot")),
        Ok(url::Host::Domain(name))
            if name.split('.').any(|label| label.is_empty() || label.len() > 63) || name.len() > 253 =>
        {
            Err(no("a part of it is empty or too long"))
        }
        Ok(url::Host::Domain(name)) if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)) => {
            Err(no("it contains characters that a host name cannot have"))
        }
        Ok(url::Host::Domain(name)) => Ok(name),
        Ok(_) => Err(no("it is an IP address")),
        Err(_) => Err(no("it contains characters that a host name cannot have")),
    }
}

/// The name in its own script.
fn shown(name: &str) -> String {
    let (text, errors) = idna::domain_to_unicode(name);
    if errors.is_ok() { text } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &str) -> (String, Option<String>) {
        let domain = Domain::parse(given).unwrap();
        (domain.name, domain.host)
    }

    #[test]
    fn whatever_way_it_is_written_it_is_one_domain() {
        for given in [
            "example.com",
            "Example.COM.",
            "https://example.com/",
            "https://www.example.com:8443/about?x=1#y",
            "www.example.com",
            " example.com ",
            "ops@example.com",
            "http://user:pw@example.com",
        ] {
            assert_eq!(read(given), ("example.com".to_owned(), None), "{given}");
        }
    }

    #[test]
    fn a_host_below_a_domain_is_kept() {
        assert_eq!(read("app.example.co.uk"), ("example.co.uk".to_owned(), Some("app.example.co.uk".to_owned())));
    }

    #[test]
    fn other_scripts_are_read_and_shown() {
        let domain = Domain::parse("Bücher.example").unwrap();
        assert_eq!((domain.name.as_str(), domain.shown.as_str()), ("xn--bcher-kva.example", "bücher.example"));
        assert_eq!(domain.platform(), "Bücher");
        assert_eq!(Domain::parse("acme-shoes.co.uk").unwrap().platform(), "Acme Shoes");
    }

    #[test]
    fn a_name_that_is_lent_has_no_registration_of_its_own() {
        let domain = Domain::parse("acme.github.io").unwrap();
        assert_eq!((domain.name.as_str(), domain.lent_by.as_deref()), ("acme.github.io", Some("github.io")));
        assert_eq!(Domain::parse("acme.com").unwrap().lent_by, None);
    }

    #[test]
    fn what_is_none_is_refused_with_a_cure() {
        let no = |given: &str| Domain::parse(given).unwrap_err();
        assert_eq!(no(""), "no domain given; give one such as example.com");
        assert_eq!(
            no("co.uk"),
            "`co.uk` is a suffix under which others register names; give your own, such as example.co.uk"
        );
        assert!(no("github.io").contains("such as example.github.io"));
        assert!(no("localhost").contains("it has no dot"));
        for given in ["192.0.2.1", "https://[::1]/"] {
            assert!(no(given).contains("it is an IP address"), "{given}: {}", no(given));
        }
        for given in ["exa mple.com", "a..b.com", "foo_bar.com", "-", "%%%", &format!("{}.com", "x".repeat(70))] {
            assert!(no(given).contains("is not a domain"), "{given}");
        }
    }
}
