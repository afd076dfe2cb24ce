//! Days named relative to today: "tomorrow", "Friday week". Greetings, feasts and habits are not days: "Guten
//! Morgen", "Black Friday", "every Monday".

use super::token::Token;
use super::{nth, short, words};

/// Words before "morgen" or "mañana" which show that it means the morning.
const MORNINGS: [&str; 16] = [
    "guten", "heute", "am", "jeden", "gestern", "diesen", "vom", "den", "der", "la", "esta", "cada", "una", "buena",
    "toda", "ayer",
];
/// Words before "tomorrow" in a farewell: "À demain !", "Hasta mañana".
const FAREWELLS: [&str; 6] = ["à", "a", "bis", "hasta", "see", "you"];

/// "Today", "tomorrow", "the day after tomorrow": the number of days ahead, and the position after the words.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, u64)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let before = from.checked_sub(1).filter(|at| !tokens[*at].ends).map_or("", word);
    match (word(from), word(from + 1), word(from + 2)) {
        ("today" | "tonight" | "heute" | "hoy" | "aujourd'hui" | "aujourd’hui", ..) => Some((from + 1, 0)),
        ("day", "after", "tomorrow") => Some((from + 3, 2)),
        ("übermorgen" | "après-demain" | "apres-demain", ..) => Some((from + 1, 2)),
        ("pasado", "mañana", _) | ("après" | "apres", "demain", _) => Some((from + 2, 2)),
        ("tomorrow" | "demain", ..) if !takes_leave(tokens, from) => Some((from + 1, 1)),
        ("morgen" | "mañana", ..) if !takes_leave(tokens, from) && !MORNINGS.contains(&before) => Some((from + 1, 1)),
        _ => None,
    }
}

/// Words for a condition or a limit. Without one in the sentence, "this week" says when something happened.
const CONDITIONS: [&str; 14] = [
    "if",
    "unless",
    "until",
    "by",
    "before",
    "otherwise",
    "wenn",
    "sofern",
    "bis",
    "si",
    "sauf",
    "avant",
    "antes",
    "hasta",
];

/// "This week" as a limit, such as in "if you do not agree this week": the position after the words.
pub(super) fn this_week(tokens: &[Token], from: usize) -> Option<usize> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let named = matches!(
        (word(from), word(from + 1)),
        ("this" | "the", "week") | ("diese" | "dieser", "woche") | ("cette", "semaine") | ("esta", "semana")
    );
    // "The week" alone may be any; "by the end of the week" is this one.
    let end = || from.checked_sub(2).is_some_and(|at| word(at) == "end");
    if !named || tokens[from].ends || (word(from) == "the" && !end()) {
        return None;
    }
    let begins = tokens[..from].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let sentence = tokens[begins..from].iter().map(|token| token.text.as_str());
    sentence.into_iter().any(|word| CONDITIONS.contains(&word)).then_some(from + 2)
}

/// Whether the word ends a sentence that is only a greeting or a farewell.
fn takes_leave(tokens: &[Token], at: usize) -> bool {
    let begins = tokens[..at].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let over = tokens[at].ends || (tokens[at].pauses && tokens.get(at + 1).is_some_and(|next| next.titled));
    let said = &tokens[begins..at];
    over && said.iter().all(|token| FAREWELLS.contains(&token.text.as_str()))
        && (!said.is_empty() || tokens[at].text == "morgen")
}

/// Whether the weekday at `at` is a single future day, not part of a name, a habit or a past day.
pub(super) fn is_one_day(tokens: &[Token], at: usize) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if matches!(word(at + 1), "dernier" | "pasado" | "passé") && !tokens[at].ends {
        return false;
    }
    let Some(before) = at.checked_sub(1).map(|at| &tokens[at]).filter(|token| !token.ends && !token.pauses) else {
        return true;
    };
    let known = !before.titled || before.capitals || words::may_precede_a_weekday(&before.text);
    // In a heading, every word begins with a capital.
    let heading = tokens.iter().filter(|token| token.titled).count() * 2 > tokens.len();
    !words::before_no_day(&before.text) && !nth::counts(&before.text) && (known || heading)
}

/// "Friday week": the number of days after the coming Friday.
pub(super) fn later(tokens: &[Token], weekday: usize) -> Option<u64> {
    let next = tokens.get(weekday + 1).filter(|_| !tokens[weekday].ends && !tokens[weekday].pauses)?;
    let numbered = !next.ends && tokens.get(weekday + 2).is_some_and(|token| words::number(&token.text).is_some());
    match next.text.as_str() {
        "week" if !numbered => Some(7),
        "fortnight" if !numbered => Some(14),
        _ => None,
    }
}

/// Whether the word at `at` is used as the name of a month. In "you may 5 times appeal", it is not.
pub(super) fn is_month(tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let before = at.checked_sub(1).map_or("", |at| tokens[at].text.as_str());
    let leads = words::is_between(before) || words::leads(before) || before.starts_with(|c: char| c.is_ascii_digit());
    let year = tokens.get(at + 1).is_some_and(|next| next.text.len() == 4 && words::number(&next.text).is_some());
    token.text != "may" || token.titled || at == 0 || leads || year
}

/// Whether the words at `at` are "the 10th", without a month.
pub(super) fn is_of_a_month(tokens: &[Token], at: usize) -> bool {
    let Some((token, before)) = tokens.get(at).zip(at.checked_sub(1).map(|at| &tokens[at])) else { return false };
    let nth =
        ["st", "nd", "rd", "th"].iter().any(|end| token.text.ends_with(end)) && short::ordinal(&token.text).is_some();
    nth && before.text == "the"
}
