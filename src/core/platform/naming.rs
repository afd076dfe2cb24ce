//! Finds what a person means by a name: its id or label, a part of either, or a close match.

/// The least similarity (Jaro-Winkler, 0 to 1) at which two words match.
const ALIKE: f64 = 0.86;

/// What a name may refer to, as positions in the list that was searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Exactly this one.
    One(usize),
    /// No match.
    Nothing,
    /// Several matches.
    Several(Vec<usize>),
}

/// Finds `name` among pairs of id and label, ignoring case: by an exact match, else by its beginning, else by a part,
/// else by similarity (for typing errors).
pub fn find<'a>(known: impl IntoIterator<Item = (&'a str, &'a str)>, name: &str) -> Named {
    let wanted = name.trim().to_lowercase();
    let known: Vec<(String, String)> =
        known.into_iter().map(|(id, label)| (id.to_lowercase(), label.to_lowercase())).collect();
    if wanted.is_empty() {
        return Named::Nothing;
    }
    let fits = |fit: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let all = known.iter().enumerate().filter(|(_, (id, label))| fit(id) || fit(label));
        all.map(|(index, _)| index).collect()
    };
    let alike = |text: &str| strsim::jaro_winkler(text, &wanted) >= ALIKE;
    let exact = |text: &str| text == wanted;
    let begins = |text: &str| text.starts_with(&wanted);
    let holds = |text: &str| text.contains(&wanted);
    let ways: [&dyn Fn(&str) -> bool; 4] = [&exact, &begins, &holds, &alike];
    for way in ways {
        match fits(way).as_slice() {
            [] => {}
            [one] => return Named::One(*one),
            several => return Named::Several(several.to_vec()),
        }
    }
    Named::Nothing
}

/// The known word that is most similar to `wrong`; empty if there are none.
pub fn nearest<'k>(wrong: &str, known: impl Iterator<Item = &'k str>) -> &'k str {
    let likeness = |word: &str| strsim::jaro_winkler(word, wrong);
    known.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [(&str, &str); 4] =
        [("ios-app", "iOS app"), ("android-app", "Android app"), ("sms", "Texts"), ("mail", "E-mail")];

    #[test]
    fn a_name_a_part_and_a_typing_error_are_understood() {
        for (name, meant) in [("ios-app", 0), ("IOS APP", 0), ("andr", 1), ("texts", 2), ("androd-app", 1)] {
            assert_eq!(find(KNOWN, name), Named::One(meant), "{name}");
        }
    }

    #[test]
    fn what_may_be_several_is_asked_back() {
        assert_eq!(find(KNOWN, "app"), Named::Several(vec![0, 1]));
        assert_eq!(find(KNOWN, "twilio"), Named::Nothing);
        assert_eq!(find(KNOWN, " "), Named::Nothing);
    }
}
