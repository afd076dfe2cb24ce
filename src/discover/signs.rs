//! Signs by which a company is recognised, from `config/signs`: one file per kind.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use regex::Regex;

use crate::core::words::verdict::words;
use crate::read::{Problem, Problems, Source, Table};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/signs");

words! {
    /// The place where a sign is found.
    Kind {
        /// The registrar's IANA number.
        Registrar = "registrar",
        /// A name server's name.
        Ns = "ns",
        /// The target of a host's alias (CNAME).
        Cname = "cname",
        /// The AS number of the network that contains an address.
        Asn = "asn",
        /// A header field of the home page.
        Header = "header",
        /// A mail server's name.
        Mx = "mx",
        /// A name included by the SPF record.
        Spf = "spf",
        /// The target of a DKIM selector's alias.
        Dkim = "dkim",
        /// The domain of an address for DMARC reports.
        Dmarc = "dmarc",
        /// A TXT record of the domain.
        Txt = "txt",
        /// The organisation that issued the certificate.
        Issuer = "issuer",
        /// The URL of a script, frame, form or style of the home page.
        Page = "page",
    }
}

impl Kind {
    /// The kind's name for people.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Registrar => "the registry names",
            Kind::Ns => "name servers",
            Kind::Cname => "alias",
            Kind::Asn => "network",
            Kind::Header => "header",
            Kind::Mx => "mail servers",
            Kind::Spf => "SPF",
            Kind::Dkim => "DKIM",
            Kind::Dmarc => "DMARC reports",
            Kind::Txt => "TXT record",
            Kind::Issuer => "certificate",
            Kind::Page => "home page",
        }
    }
}

words! {
    /// The role of a company for a platform.
    Role {
        /// Registers its domain.
        Registrar = "registrar",
        /// Runs its name servers.
        DnsHost = "dns_host",
        /// Shows a page for unused domains.
        Parking = "parking",
        /// Runs its servers.
        Hosting = "hosting",
        /// Runs the CDN in front of them.
        Cdn = "cdn",
        /// Hosts its site, with domain, mail and everything else.
        SiteBuilder = "site_builder",
        /// Receives its mail.
        InboundMail = "inbound_mail",
        /// Sends its mail.
        OutboundMail = "outbound_mail",
        /// Issues its certificates.
        Ca = "ca",
        /// Takes its payments.
        Payments = "payments",
        /// Signs its users in.
        SignIn = "sign_in",
        /// Sends push notifications to its users' devices.
        Push = "push",
        /// Provides its customer support.
        Support = "support",
        /// Measures its usage.
        Analytics = "analytics",
        /// Provides a service to its team.
        Saas = "saas",
    }
}

impl Role {
    /// The role's name for people.
    pub fn words(self) -> &'static str {
        match self {
            Role::Registrar => "registrar",
            Role::DnsHost => "DNS host",
            Role::Parking => "parking",
            Role::Hosting => "hosting",
            Role::Cdn => "CDN",
            Role::SiteBuilder => "site builder",
            Role::InboundMail => "inbound mail",
            Role::OutboundMail => "outbound mail",
            Role::Ca => "certificates",
            Role::Payments => "payments",
            Role::SignIn => "sign-in",
            Role::Push => "push",
            Role::Support => "support",
            Role::Analytics => "analytics",
            Role::Saas => "service",
        }
    }
}

/// One sign.
#[derive(Clone, Debug)]
pub struct Sign {
    /// The place where it is found.
    pub kind: Kind,
    /// A pattern for the value, in lower case.
    pub like: Regex,
    /// AS numbers or registrar numbers, instead of a pattern.
    pub numbers: Vec<String>,
    /// The name of the header field, for a header.
    pub header: String,
    /// The selectors that usually lead to this target.
    pub selectors: Vec<String>,
    /// The product, as people know it.
    pub service: String,
    /// The company behind it: a slug of `_parents.toml`.
    pub company: String,
    /// The role of the company.
    pub role: Role,
    /// The id of its vendor file in the catalogue, if there is one.
    pub vendor: Option<String>,
    /// A value that matches.
    pub example: String,
    /// Where the pattern was found.
    pub source: String,
}

impl Sign {
    /// Whether a value matches; `name` is the field's name for a header.
    pub fn shows(&self, name: &str, value: &str) -> bool {
        match self.kind {
            Kind::Asn | Kind::Registrar => self.numbers.iter().any(|number| number == value),
            Kind::Header => self.header == name && self.like.is_match(&value.to_lowercase()),
            _ => self.like.is_match(&value.to_lowercase()),
        }
    }
}

/// All known signs.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// In the order of their files; the first that matches counts.
    pub all: Vec<Sign>,
    /// Common DKIM selectors that do not identify a vendor.
    common: Vec<String>,
}

impl Signs {
    /// Loads the shipped signs. `companies` are the slugs that they may name, `vendors` the ids of the
    /// catalogue.
    ///
    /// # Errors
    /// Returns all problems of all files.
    pub fn load(companies: &BTreeMap<String, String>, vendors: &[&str]) -> Result<Signs, Problems> {
        let (mut signs, mut problems) = (Signs::default(), Vec::new());
        for file in SHIPPED.files() {
            let name = format!("config/signs/{}", file.path().display());
            let source = Source::new(name, file.contents_utf8().unwrap_or_default());
            read_file(&source, &mut signs);
            problems.extend(source.into_problems());
        }
        for sign in &signs.all {
            let place = format!("config/signs/{}.toml", sign.kind);
            if !companies.contains_key(&sign.company) {
                let what = format!("the company `{}` of {} is not in _parents.toml", sign.company, sign.service);
                problems.push(Problem::of_file(&place, what, "use a slug from that file, or add the company"));
            }
            if let Some(vendor) = sign.vendor.as_deref().filter(|vendor| !vendors.contains(vendor)) {
                let what = format!("the catalogue has no vendor `{vendor}`");
                problems.push(Problem::of_file(&place, what, "name a file from config/catalog, or remove it"));
            }
        }
        if problems.is_empty() { Ok(signs) } else { Err(Problems(problems)) }
    }

    /// The first sign of a kind that matches a value.
    pub fn of(&self, kind: Kind, name: &str, value: &str) -> Option<&Sign> {
        self.all.iter().filter(|sign| sign.kind == kind).find(|sign| sign.shows(name, value))
    }

    /// Every selector that should be looked up.
    pub fn selectors(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for selector in self.all.iter().flat_map(|sign| &sign.selectors).chain(&self.common) {
            if !all.contains(selector) {
                all.push(selector.clone());
            }
        }
        all
    }
}

fn read_file(source: &Source, signs: &mut Signs) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let kind = root.word::<Kind>("kind", &Kind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>());
    let Some(kind) = kind else {
        root.missing("kind", "\"ns\"");
        return;
    };
    let common = root.strings("common").map(|list| list.value).unwrap_or_default();
    signs.common.extend(common.into_iter().map(|selector| selector.value));
    signs.all.extend(root.tables("sign").iter().filter_map(|table| read_sign(table, kind.value)));
    root.finish();
}

fn read_sign(table: &Table<'_>, kind: Kind) -> Option<Sign> {
    let texts = |key: &str| -> Vec<String> {
        table.strings(key).map(|list| list.value.into_iter().map(|text| text.value).collect()).unwrap_or_default()
    };
    let numbers = texts("numbers");
    let like = table.string("like");
    if like.is_none() && numbers.is_empty() {
        table.missing("like", "'\\.ns\\.example\\.net$'");
    }
    let (text, span) = like.map_or((String::new(), table.span()), |like| (like.value, like.span));
    let like = Regex::new(&text)
        .map_err(|_| {
            table.problem(
                span.clone(),
                "this is not a regular expression",
                "see docs.rs/regex for how they are written",
            )
        })
        .ok()?;
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let sign = Sign {
        kind,
        like,
        numbers,
        header: table.string("header").map(|header| header.value).unwrap_or_default(),
        selectors: texts("selectors"),
        service: table.need_string("service", "\"Example DNS\"")?.value,
        company: table.need_string("company", "\"example\"")?.value,
        role: table.word::<Role>("role", &roles)?.value,
        vendor: table.string("vendor").map(|vendor| vendor.value),
        example: table.need_string("example", "\"ada.ns.example.net\"")?.value,
        source: table.need_string("source", "\"https://docs.example.net/dns\"")?.value,
    };
    if !sign.shows(&sign.header, &sign.example) {
        table.problem(
            span,
            format!("the example `{}` does not match", sign.example),
            "correct the pattern or the example",
        );
    }
    table.finish();
    Some(sign)
}
