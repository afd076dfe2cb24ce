//! Normalises texts for comparison, as visitors see them: every kind of space counts as one space, and characters
//! without width are removed.

use unicode_normalization::UnicodeNormalization;

/// Characters without width: soft hyphens, joiners and marks (the default ignorable code points of Unicode that occur
/// in pages).
const NOTHING: [char; 8] =
    ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}'];

/// The text with single spaces, without invisible characters, and with one form for each letter, dash and quotation
/// mark.
pub fn seen(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for letter in text.nfc().filter(|letter| !NOTHING.contains(letter)) {
        if letter.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(match letter {
            '\u{2010}' | '\u{2011}' => '-',
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_what_takes_no_room_do_not_tell_texts_apart() {
        assert_eq!(seen("Sign\u{a0}in"), "Sign in");
        assert_eq!(seen(" Sign \n\t in "), "Sign in");
        assert_eq!(seen("Donau\u{ad}dampf\u{200b}schiff"), "Donaudampfschiff");
        assert_eq!(seen("e\u{301}te\u{301}"), "\u{e9}t\u{e9}");
        assert_eq!(seen("Don\u{2019}t \u{201c}e\u{2011}mail\u{201d}"), "Don't \"e-mail\"");
        assert_eq!(seen("\u{3000}\u{767b}\u{5f55}"), "\u{767b}\u{5f55}");
    }
}
