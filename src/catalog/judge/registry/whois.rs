//! Parses a WHOIS answer into the facts `rdap.NAME`, with the line names and words of the registry book.

use regex::RegexSet;
use serde_json::{Value, json};

use super::dates::{Dated, order_in, order_of, read as read_date};
use super::lines::{Line, Page, is_host, read};
use super::said::{Ends, Said, host, leaves};
use super::states::{States, held};
use crate::catalog::grammar::registry::{Family, Means, Order, RegistryBook};
use crate::core::time::Time;

/// The maximum length of a line, in bytes. Longer lines are terms of use.
const LONGEST: usize = 200;
/// The maximum length, in bytes, of a line such as "Too many requests".
const SHORT: usize = 40;

/// The maximum length of a value that consists only of a date and a time.
const LONGEST_DATE: usize = 32;

/// One answer, and what is needed to parse it.
struct Reader<'w> {
    book: &'w RegistryBook,
    family: Option<&'w Family>,
    page: Page,
    domain: String,
}

/// The facts of a domain; missing ones are left out.
pub(super) fn facts(book: &RegistryBook, domain: &str, text: &str, now: Time) -> Value {
    let domain = host(domain);
    let family = book.family(&domain);
    let own = family.map_or(&[][..], |family| &family.state_keys);
    let reader = Reader { book, family, page: read(text, &book.lines, own), domain };
    let mut states = reader.states();
    let name = reader.name(&mut states);
    let ends = reader.ends(now);
    states.found.extend(reader.leaves(&ends, states.any(Means::Registered), now));
    let (registrar, servers) = (reader.first(&book.lines.registrar), reader.servers());
    let known = !servers.is_empty() || ends.at.is_some() || ends.unread.is_some();
    let says = states.says_something();
    let nobody = states.any(Means::Free) || states.any(Means::Reserved);
    let (missing, refused) = match (nobody, known || says) {
        (true, _) => (true, false),
        (_, true) => (false, false),
        _ => reader.nothing_said(),
    };
    let begun = reader.lines(|key| book.lines.created.iter().any(|part| key.contains(part.as_str()))).next().is_some();
    let record = !missing && !refused && !reader.always_states() && (known || begun || registrar.is_some());
    let more = vec![("missing", json!(missing)), ("refused", json!(refused))];
    let registrar_id = reader.first(&book.lines.registrar_id);
    Said { name, states, record, servers, registrar, registrar_id, ends, more }.facts(&reader.domain, book, family, now)
}

fn fits(patterns: &RegexSet, line: &str) -> bool {
    line.len() <= LONGEST && patterns.is_match(line)
}

impl Reader<'_> {
    fn lines(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &Line> {
        self.page.lines.iter().filter(move |line| line.keys.iter().any(|key| wanted(key)))
    }

    fn named<'k>(&'k self, keys: &'k [String]) -> impl Iterator<Item = &'k Line> {
        self.lines(|key| keys.iter().any(|own| own == key))
    }

    fn first(&self, keys: &[String]) -> Option<String> {
        self.named(keys).map(|line| line.value.clone()).next()
    }

    /// Whether answers of this registry, or in this format, always give a state.
    fn always_states(&self) -> bool {
        let icann = self.lines(|key| self.book.lines.icann.iter().any(|own| own == key)).next().is_some();
        icann || self.family.is_some_and(|family| !family.stateless)
    }

    /// Whether the answer says that the name is not registered, and whether it is a refusal to answer.
    fn nothing_said(&self) -> (bool, bool) {
        let first = |patterns: &RegexSet| self.page.all.iter().position(|line| fits(patterns, line));
        match (first(&self.book.lines.missing), first(&self.book.lines.refused)) {
            // A refusal may be followed by "not found". If the words come further down or within a long line, they
            // are from the terms of use.
            (Some(missing), Some(refused)) => {
                let refused = refused < missing && self.page.all[refused].len() <= SHORT;
                (!refused, refused)
            }
            (missing, refused) => (missing.is_some(), refused.is_some()),
        }
    }

    fn states(&self) -> States {
        let mut states = States::default();
        for line in &self.page.lines {
            if let Some(held) = self.held(line) {
                states.found.extend(held.filter(|state| !states.found.contains(state)));
            } else if self.states_something(line) {
                match (line.close, line.further) {
                    (true, _) => states.add(&line.value, self.book, self.family),
                    // This line is not indented, so it may be a sentence.
                    (false, true) => states.add_if_known(&line.value, self.book, self.family),
                    (false, false) => {}
                }
            } else if line.keys.iter().any(|key| key == "state") {
                // This may be the state in a postal address.
                states.add_if_known(&line.value, self.book, self.family);
            }
            self.flag(line, &mut states);
        }
        states
    }

    /// The hold in a line whose name is a hold, unless the registry's family reads it differently.
    fn held(&self, line: &Line) -> Option<Option<(String, Option<Means>)>> {
        let flags = self.family.into_iter().flat_map(|family| &family.flags);
        let own = flags.map(|flag| &flag.key).any(|key| line.keys.contains(key));
        let read = |key: &String| held(key, &line.value, self.book, self.family);
        line.keys.iter().find_map(read).filter(|_| !own && line.close && !line.further)
    }

    /// Reads when the domain will leave the registry or the zone, if that is before its term ends.
    fn leaves(&self, ends: &Ends, fine: bool, now: Time) -> Option<(String, Option<Means>)> {
        let order = self.family.and_then(|family| family.order);
        let date = |keys: &[String]| self.named(keys).find_map(|line| read_date(&line.value, order)).map(Dated::time);
        let lines = &self.book.lines;
        let (text, means) = leaves(date(&lines.delete_date), date(&lines.zone_date), ends, fine, now)?;
        Some((text, Some(means)))
    }

    fn states_something(&self, line: &Line) -> bool {
        let own = |key: &String| self.family.is_some_and(|family| family.state_keys.contains(key));
        line.keys.iter().any(|key| own(key) || self.is_state(key))
    }

    fn is_state(&self, key: &str) -> bool {
        let lines = &self.book.lines;
        let ends =
            |word: &String| key == word || key.strip_suffix(word.as_str()).is_some_and(|rest| rest.ends_with(' '));
        let not = |words: &[String]| words.iter().any(|word| key.contains(word.as_str()));
        let flag = self.family.is_some_and(|family| family.flags.iter().any(|flag| flag.key == key));
        // An overlay file for an earlier version has no list of prefixes.
        let prefix = |word: &String| {
            key.strip_suffix(word.as_str()).is_some_and(|rest| {
                rest.is_empty()
                    || lines.state_prefix.is_empty()
                    || lines.state_prefix.iter().any(|own| own == rest.trim())
            })
        };
        lines.state.iter().any(|word| ends(word) && prefix(word))
            && !flag
            && !not(&lines.not_state)
            && !self.family.is_some_and(|family| not(&family.not_state))
    }

    fn flag(&self, line: &Line, states: &mut States) {
        let flags = self.family.into_iter().flat_map(|family| &family.flags);
        for flag in flags.filter(|flag| !line.further && line.keys.contains(&flag.key)) {
            let value = crate::catalog::grammar::registry::squashed(&line.value);
            if !flag.clear.contains(&value) {
                states.found.push((format!("{}: {}", flag.key, line.value.to_lowercase()), flag.means));
            }
        }
    }

    /// The domain's name. A state may follow it (`EXAMPLE.TK is Active`).
    fn name(&self, states: &mut States) -> Option<String> {
        let mut also = self.named(&self.book.lines.also_name).filter_map(|line| line.value.split_whitespace().next());
        let asked = also.any(|name| host(name) == self.domain);
        let mut names: Vec<String> = asked.then(|| self.domain.clone()).into_iter().collect();
        for line in self.named(&self.book.lines.name) {
            let (name, rest) = line.value.split_once(' ').unwrap_or((&line.value, ""));
            if is_host(name) {
                names.push(host(name));
                let rest = rest.trim().trim_start_matches("is ");
                if !rest.is_empty() {
                    states.add_if_known(rest, self.book, self.family);
                }
            }
        }
        let own = names.iter().find(|name| **name == self.domain);
        own.or(names.first()).cloned()
    }

    fn servers(&self) -> Vec<String> {
        let lines = self.lines(|key| {
            let key = key.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
            self.book.lines.server.iter().any(|own| own == key)
        });
        let mut servers: Vec<String> =
            lines.filter_map(|line| line.value.split_whitespace().find(|word| is_host(word))).map(host).collect();
        // One registry lists the domain itself as a name server.
        servers.retain(|server| *server != self.domain);
        servers.sort();
        servers.dedup();
        servers
    }

    fn ends(&self, now: Time) -> Ends {
        let rank = |line: &Line| line.keys.iter().filter_map(|key| Ends::rank(key, self.book)).min();
        let lines = self.page.lines.iter();
        let found: Vec<(u8, &Line)> =
            lines.filter(|line| !line.further).filter_map(|line| Some((rank(line)?, line))).collect();
        let written = found.iter().find_map(|(_, line)| order_of(&line.hint));
        let own = self.family.and_then(|family| family.order);
        let order = written.or(own).or_else(|| order_in(self.page.lines.iter().map(|line| line.value.as_str())));
        let beside = self.beside_state().map(|text| (Ends::BESIDE_STATE, text));
        let texts = found.into_iter().map(|(rank, line)| (rank, line.value.clone())).chain(beside).collect();
        let ends = Ends::of(texts, order, self.book);
        let silent = ends.at.is_none() && ends.unread.is_none();
        Ends { unread: ends.unread.or_else(|| self.some_end(order, now).filter(|_| silent)), ..ends }
    }

    /// A future date in a line with an unknown name. It may be the expiry, in a language that plugwatch does not
    /// know.
    fn some_end(&self, order: Option<Order>, now: Time) -> Option<String> {
        let lines = &self.book.lines;
        let other = |key: &String| lines.not_expiry.iter().any(|part| key.contains(part.as_str()));
        let listed = |key: &String| lines.delete_date.contains(key) || lines.zone_date.contains(key);
        let ahead = |line: &&Line| {
            let numeric = line.value.len() <= LONGEST_DATE && line.value.chars().any(|c| c.is_ascii_digit());
            numeric && read_date(&line.value, order).is_some_and(|date| date.time() > now)
        };
        let own = |line: &&Line| !line.keys.iter().any(|key| other(key) || listed(key)) && !self.states_something(line);
        let found = self.page.lines.iter().filter(own).find(ahead)?;
        Some(format!("{}: {}", found.keys[0], found.value))
    }

    /// The expiry dates next to states: in brackets, or after "until".
    fn beside_state(&self) -> impl Iterator<Item = String> {
        let beside = self.family.is_some_and(|family| family.state_has_end);
        let lines = self.page.lines.iter().filter(move |line| beside && self.states_something(line));
        lines.filter_map(|line| {
            let lower = line.value.to_lowercase();
            let text = lower.split_once('(').or_else(|| lower.split_once("until"))?.1.trim_matches([' ', ')']);
            text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.to_owned())
        })
    }
}
