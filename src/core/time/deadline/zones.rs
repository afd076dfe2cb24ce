//! The names of time zones listed in `zones.txt`.

use std::sync::LazyLock;

use chrono_tz::Tz;

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Seconds east of UTC.
    Offset(i64),
    /// The local time of a place, whichever offset it has on that day.
    Place(Tz),
    /// One of several zones: the question for a person.
    Several(String),
}

/// The kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An abbreviation, such as `PST`.
    Short,
    /// A complete name, such as "Pacific Standard Time".
    Phrase,
    /// A place, such as "Pacific" in "Pacific Time".
    Place,
}

struct Row {
    kind: Kind,
    /// Its words in lower case, without accents.
    words: Vec<&'static str>,
    meant: Meant,
}

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| include_str!("zones.txt").lines().filter_map(rows).flatten().collect());

/// Parses `place berlin; new york = Zone`.
fn rows(line: &'static str) -> Option<Vec<Row>> {
    let (kind, rest) = line.split_once(' ')?;
    let (names, meant) = rest.split_once(" = ")?;
    let (kind, parts): (Kind, Vec<&str>) = match kind {
        "short" | "several" => (Kind::Short, names.split(' ').collect()),
        "phrase" => (Kind::Phrase, names.split("; ").collect()),
        "place" => (Kind::Place, names.split("; ").collect()),
        _ => return None,
    };
    let meant = match (offset(meant), meant.parse::<Tz>()) {
        (Some(offset), _) => Meant::Offset(offset),
        (None, Ok(place)) => Meant::Place(place),
        (None, Err(_)) => Meant::Several(meant.to_owned()),
    };
    let row = |name: &'static str| Row { kind, words: name.split(' ').collect(), meant: meant.clone() };
    Some(parts.into_iter().map(row).collect())
}

/// Parses `+05:30` to seconds.
fn offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60))
}

/// The meaning of a name of this kind; all words must match.
pub(super) fn named(kind: Kind, words: &[&str]) -> Option<Meant> {
    ROWS.iter().find(|row| row.kind == kind && row.words == words).map(|row| row.meant.clone())
}

/// The place with this name, from `zones.txt` or, for a city, from the IANA database.
pub(super) fn place(words: &[&str]) -> Option<Tz> {
    if let Some(Meant::Place(place)) = named(Kind::Place, words) {
        return Some(place);
    }
    let name = words.join("_");
    let city = |zone: &&Tz| zone.name().rsplit_once('/').is_some_and(|(_, city)| city.eq_ignore_ascii_case(&name));
    chrono_tz::TZ_VARIANTS.iter().find(city).copied()
}

/// Removes the accents of a word: `México` becomes `mexico`.
pub(super) fn folded(word: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        '’' => '\'',
        c => c,
    };
    word.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_read() {
        for line in include_str!("zones.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let rows = rows(line).unwrap_or_default();
            assert!(!rows.is_empty(), "{line}");
            for row in rows {
                assert_eq!(matches!(row.meant, Meant::Several(_)), line.starts_with("several "), "{line}");
                assert!(row.words.iter().all(|word| folded(word) == *word), "{line}");
            }
        }
    }
}
