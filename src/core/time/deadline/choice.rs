//! Chooses which of a letter's dates is the cut-off. A date on which something is suspended, ends or stops is
//! preferred to one on which data is deleted, an appeal period ends or access is still kept. If several may be the
//! cut-off, the earliest is used.

use std::time::Duration;

use super::changed::{self, Move};
use super::token::Token;
use super::{Deadline, span, words};
use crate::core::time::Time;

/// How many words before a date may describe it, if its own sentence does not.
const NEAR: usize = 14;
/// The maximum difference between two dates that name the same end.
const SAME: Duration = Duration::from_secs(2 * 86_400);
/// A time of day within this time of a day is a more precise name for that day.
const DAY: Duration = Duration::from_secs(86_400);
/// The maximum number of other dates that are reported.
const MOST_SAID: usize = 3;

/// What a date means, judged by the words around it. The lowest role found is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Something is suspended, ended, stopped or removed.
    Cut,
    /// Something must be done by then.
    Until,
    /// Data is deleted.
    Data,
    /// No word indicates a role.
    Silent,
    /// An appeal period ends, access is kept, or a call is held.
    Aside,
    /// The letter says that what would end then does not end.
    Denied,
    /// The letter moves this date to another day.
    Moved,
}

/// A date in the letter, with the position of its words.
pub(super) struct Found {
    pub(super) from: usize,
    pub(super) until: usize,
    pub(super) timed: bool,
    pub(super) deadline: Deadline,
}

/// The date that was chosen, and how the letter uses it.
pub(super) struct Chosen {
    pub(super) deadline: Deadline,
    /// Why a person must be asked before it counts as a cut-off.
    pub(super) doubt: Option<String>,
}

const MOVES: &str = "The cut-off was moved: plugwatch uses the new date.";

/// The cut-off, with sentences about the other dates. `all` must be in the order of the text.
///
/// # Errors
/// Fails if the letter moves its cut-off and the new day is unclear, with a question for a person.
pub(super) fn choose(tokens: &[Token], all: Vec<Found>) -> Result<Option<Chosen>, String> {
    let named: Vec<(usize, &str)> = all.iter().map(|found| (found.from, found.deadline.read_as.as_str())).collect();
    let moves = changed::moves(tokens, &named)?;
    let mut ranked: Vec<(Role, Found)> = Vec::new();
    for (n, found) in all.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| all.get(n)).map_or(0, |found| found.until);
        let after = all.get(n + 1).map_or(tokens.len(), |found| found.from);
        let role = match (moves[n], role(tokens, found, before, after)) {
            (Some(Move::Old), _) => Role::Moved,
            (Some(Move::New), _) => Role::Cut,
            (None, role) => role,
        };
        ranked.push((role, Found { deadline: found.deadline.clone(), ..*found }));
    }
    let Some(best) = ranked.iter().map(|(role, _)| *role).min() else { return Ok(None) };
    let of_best = ranked.iter().filter(|(role, _)| *role == best).map(|(_, found)| found);
    let Some(first) = of_best.min_by_key(|found| found.deadline.at) else { return Ok(None) };
    if let Some(new) = moves.iter().position(|of| *of == Some(Move::New)).map(|n| &all[n].deadline) {
        // The new day comes after a day that the letter also names as a cut-off.
        if !near(new.at, first.deadline.at, DAY) {
            let (one, other) = (&first.deadline.read_as, &new.read_as);
            return Err(format!("the letter moves a date to {other}, and also names {one}. Which one is the cut-off?"));
        }
    }
    let meant = said_better(first, &ranked, best);
    let mut deadline = meant.deadline.clone();
    if moves.contains(&Some(Move::New)) {
        deadline.assumed.push(MOVES.to_owned());
    }
    deadline.assumed.extend(others(&deadline, first, best, &ranked));
    let doubt = doubt(tokens, best, &deadline);
    Ok(Some(Chosen { deadline, doubt }))
}

fn doubt(tokens: &[Token], role: Role, deadline: &Deadline) -> Option<String> {
    let read_as = &deadline.read_as;
    let ends = || tokens.iter().any(|token| words::ends_something(&token.text));
    match role {
        Role::Cut | Role::Until => None,
        // If the account ends, too, that happens on another day.
        Role::Data if !ends() => None,
        Role::Data => Some(format!("on {read_as}, data is deleted. When is the cut-off?")),
        Role::Silent => Some(format!("the text near {read_as} announces no cut-off. Is that the cut-off?")),
        Role::Aside => Some(format!("{read_as} seems to be the date of something else. When is the cut-off?")),
        Role::Denied => Some(format!(
            "the letter seems to withdraw a cut-off, that of {read_as}. Is there still a cut-off, and when?"
        )),
        Role::Moved => Some(format!("the letter moves its cut-off of {read_as}. What is the new date?")),
    }
}

/// Another date that names the same time more precisely: in "in 90 days, on 26 February", the date instead of the
/// count; in "on 4 December … on 4 December at 17:00", the one with the time of day.
fn said_better<'f>(first: &'f Found, ranked: &'f [(Role, Found)], best: Role) -> &'f Found {
    let better = |(role, other): &&(Role, Found)| {
        let counted = first.deadline.is_counted() && !other.deadline.is_counted();
        let named = counted
            && (*role == best || matches!(role, Role::Data | Role::Silent))
            && near(first.deadline.at, other.deadline.at, SAME);
        let timed = !first.timed && other.timed && other.deadline.at >= first.deadline.at && *role < Role::Aside;
        named || (timed && other.deadline.at.since(first.deadline.at) < DAY)
    };
    ranked.iter().find(better).map_or(first, |(_, other)| other)
}

fn near(one: Time, other: Time, far: Duration) -> bool {
    one.since(other).max(other.since(one)) <= far
}

/// A sentence for each other date that could be taken for the cut-off.
fn others(meant: &Deadline, first: &Found, best: Role, ranked: &[(Role, Found)]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (role, other) in ranked {
        let same = near(meant.at, other.deadline.at, DAY) || near(first.deadline.at, other.deadline.at, DAY);
        if same {
            continue;
        }
        let other = &other.deadline.read_as;
        let said = match (*role == best, role) {
            (_, Role::Moved) => format!("It also names {other}, the date before the move."),
            (true, _) => format!("It also names {other}: plugwatch uses the earlier date."),
            (false, _) => format!("It also names {other}, for something else."),
        };
        if !all.contains(&said) {
            all.push(said);
        }
    }
    all.truncate(MOST_SAID);
    all
}

/// The role of a date from the words around it: first those in its part of the sentence, then those in the whole
/// sentence.
fn role(tokens: &[Token], found: &Found, before: usize, after: usize) -> Role {
    let sentence = tokens[..found.from].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let mut begins = sentence.max(before);
    // If the sentence has an earlier date, this date's part begins at a comma or an "and".
    if before > sentence {
        let parts = (before - 1..found.from).find(|at| tokens[*at].pauses || words::joins(&tokens[*at].text));
        begins = parts.map_or(begins, |at| at + 1);
    }
    let mut ends = found.until;
    if !tokens[found.until - 1].ends {
        let end =
            tokens[found.until..].iter().position(|token| token.ends).map_or(tokens.len(), |n| found.until + n + 1);
        ends = end.min(after);
        if after < end {
            let parts = (found.until - 1..ends).find(|at| tokens[*at].pauses || words::joins(&tokens[*at].text));
            ends = parts.map_or(found.until, |at| at + 1);
        }
    }
    let near = part(tokens, (begins, ends), found);
    let whole = tokens[begins..ends].iter();
    let condition = whole.clone().any(|token| words::on_condition(&token.text));
    if changed::is_negated(&tokens[begins..ends]) {
        return Role::Denied;
    }
    if is_offer(&tokens[sentence..ends]) && !changed::ends_otherwise(&tokens[sentence..ends]) {
        return Role::Silent;
    }
    if is_kept_by(&tokens[sentence..ends]) {
        return Role::Until;
    }
    let told = if condition { None } else { told(near) };
    if let Some(role) = told.or_else(|| told_by(tokens, begins, ends, condition)) {
        return role;
    }
    // "Your account will be suspended. The date is 4 December."
    let far = tokens[found.from.saturating_sub(NEAR).max(before)..found.from].iter();
    let leads = |token: &Token| words::leads(&token.text) || words::ends_something(&token.text);
    match far.clone().any(leads) {
        true if far.clone().any(|token| words::cuts_off(&token.text)) => Role::Cut,
        true => Role::Until,
        false if changed::ends_otherwise(&tokens[sentence..ends]) => Role::Cut,
        false if gives_time(tokens, found) || threatens_next(tokens, ends) => Role::Until,
        false => Role::Silent,
    }
}

/// Whether the sentence says how to keep access: "To keep your account, log in by 5 December."
fn is_kept_by(sentence: &[Token]) -> bool {
    let [first, next, ..] = sentence else { return false };
    let to = matches!(first.text.as_str(), "to" | "para" | "pour");
    to && words::keeps(&next.text) && sentence.iter().any(|token| words::leads(&token.text))
}

/// Whether the sentence grants time: "You have 48 hours."
fn gives_time(tokens: &[Token], found: &Found) -> bool {
    let has = "have haben tiene tienen dispone disponen avez disposez quedan reste";
    has.split(' ').any(|has| has == tokens[found.from].text)
}

/// Whether the next sentence continues this one and ends something: "Reply within 24 hours. Otherwise we close it."
fn threatens_next(tokens: &[Token], ends: usize) -> bool {
    let over = tokens[ends.saturating_sub(1)..].iter().position(|token| token.ends);
    let next = over.map_or(tokens.len(), |n| ends.saturating_sub(1) + n + 1);
    let end = tokens[next..].iter().position(|token| token.ends).map_or(tokens.len(), |n| next + n + 1);
    let next = &tokens[next..end];
    next.iter().any(|token| words::refers_back(&token.text)) && next.iter().any(|token| words::cuts_off(&token.text))
}

/// Whether the words are about an offer, a price or a bill, and nothing of the reader's ends.
fn is_offer(all: &[Token]) -> bool {
    let percent = |pair: &[Token]| pair[1].text == "off" && words::number(&pair[0].text).is_some();
    let offers = all.iter().any(|token| words::offers(&token.text)) || all.windows(2).any(percent);
    offers && !all.iter().any(|token| words::cuts_off(&token.text) && !words::ends_anything(&token.text))
}

/// The words before and after a date, up to the nearest pauses.
fn part<'t>(tokens: &'t [Token], (begins, ends): (usize, usize), found: &Found) -> (&'t [Token], &'t [Token]) {
    let from = (begins..found.from.saturating_sub(1)).rev().find(|at| tokens[*at].pauses).map_or(begins, |at| at + 1);
    let until = match tokens[found.until - 1].pauses {
        true => found.until,
        false => (found.until..ends).find(|at| tokens[*at].pauses).map_or(ends, |at| at + 1),
    };
    (&tokens[from.min(found.from)..found.from], &tokens[found.until..until.max(found.until)])
}

fn told((before, after): (&[Token], &[Token])) -> Option<Role> {
    let all = || before.iter().chain(after);
    let any = |is: fn(&str) -> bool| all().any(|token| is(&token.text));
    if any(words::keeps) {
        return Some(if any(words::negates) { Role::Cut } else { Role::Aside });
    }
    of_data(all()).or_else(|| any(words::cuts_off).then_some(Role::Cut))
}

fn told_by(tokens: &[Token], begins: usize, ends: usize, condition: bool) -> Option<Role> {
    let all = || tokens[begins..ends].iter();
    if !condition && all().any(|token| words::keeps(&token.text)) {
        return Some(Role::Aside);
    }
    let cut = of_data(all()).or_else(|| all().any(|token| words::cuts_off(&token.text)).then_some(Role::Cut));
    cut.or_else(|| all().any(|token| words::leads(&token.text)).then_some(Role::Until))
}

/// The role if data is deleted and nothing else ends.
fn of_data<'t>(all: impl Iterator<Item = &'t Token> + Clone) -> Option<Role> {
    let any = |is: fn(&str) -> bool| all.clone().any(|token| is(&token.text));
    (any(words::deletes) && any(words::is_data) && !any(words::ends_something)).then_some(Role::Data)
}

impl Deadline {
    /// Whether the letter moves an earlier cut-off to this date.
    pub fn moves(&self) -> bool {
        self.assumed.iter().any(|what| what == MOVES)
    }

    fn is_counted(&self) -> bool {
        self.assumed.first().is_some_and(|first| first == span::COUNTED)
    }
}
