//! Splits parts of a time that letters write without a space: `2026-12-10T17:00`, `17:00:00-08:00`, `1700Z`.

/// The parts of a word; the word itself if it has only one part. The word must be in lower case.
pub(super) fn parts(word: &str) -> Vec<&str> {
    match dated(word) {
        Some((date, rest)) => [vec![date], timed(rest)].concat(),
        None => timed(word),
    }
}

/// A day and a time of day: `2026-12-10t17:00` (RFC 3339).
fn dated(word: &str) -> Option<(&str, &str)> {
    let (date, rest) = word.split_once('t')?;
    let digits = |c: char| c.is_ascii_digit();
    let is_date = date.len() == 10 && date.chars().all(|c| digits(c) || c == '-');
    (is_date && rest.starts_with(digits)).then_some((date, rest))
}

/// A time of day followed by its zone. It may also be followed by "am" or "pm".
fn timed(word: &str) -> Vec<&str> {
    let end = word.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(word.len());
    let (time, zone) = word.split_at(end);
    let whole = time.contains(':') || time.len() == 4;
    let is_zone = match zone.strip_prefix(['+', '-']) {
        // `10:00-11:00` is a range of hours, and `2026-12-10` is a day.
        Some(offset) => time.contains(':') && is_offset(offset),
        None => matches!(zone, "z" | "utc" | "gmt" | "est" | "edt" | "pst" | "pdt" | "cet" | "cest" | "mez"),
    };
    if whole && is_zone { vec![time, zone] } else { vec![word] }
}

/// Whether a text is an offset such as `08:00` or `0800`: whole, half or quarter hours, within the range of real
/// zones.
fn is_offset(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let shape = text.len() == digits.len() || text.as_bytes().get(2) == Some(&b':');
    let far = digits.get(..2).and_then(|hours| hours.parse::<u32>().ok()).is_some_and(|hours| hours <= 14);
    shape && digits.len() == 4 && far && matches!(&digits[2..], "00" | "15" | "30" | "45")
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn what_is_written_together_is_taken_apart() {
        for (word, apart) in [
            ("2026-12-10t17:00", vec!["2026-12-10", "17:00"]),
            ("2026-12-10t17:00:00z", vec!["2026-12-10", "17:00:00", "z"]),
            ("17:00:00-08:00", vec!["17:00:00", "-08:00"]),
            ("17:00+0530", vec!["17:00", "+0530"]),
            ("1700z", vec!["1700", "z"]),
            ("17:00utc", vec!["17:00", "utc"]),
        ] {
            assert_eq!(parts(word), apart, "{word}");
        }
    }

    #[test]
    fn what_is_one_word_stays_one() {
        for word in [
            "5pm",
            "11:59pm",
            "17h30",
            "2026-12-10",
            "10-dec-2026",
            "st2026",
            "09:00-10:20",
            "09:00-17:00",
            "17:00",
            "ét",
            "",
        ] {
            assert_eq!(parts(word), [word], "{word}");
        }
    }
}
