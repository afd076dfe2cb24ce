//! The width of a drawn text, so that it can be cut or wrapped exactly. Widths are those of DejaVu Sans, the font of
//! all pictures.

/// The weight of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Regular letters.
    Regular,
    /// Bold letters.
    Bold,
}

/// A font in one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    /// The size in pixels.
    pub(super) size: f64,
    /// The weight.
    pub(super) weight: Weight,
}

impl Font {
    pub(super) const fn regular(size: f64) -> Font {
        Font { size, weight: Weight::Regular }
    }

    pub(super) const fn bold(size: f64) -> Font {
        Font { size, weight: Weight::Bold }
    }

    /// The width of the text in pixels.
    pub(super) fn width(self, text: &str) -> f64 {
        text.chars().map(|letter| f64::from(self.advance(letter))).sum::<f64>() * self.size / 100.0
    }

    /// The text, shortened with an ellipsis if it does not fit into `room` pixels.
    pub(super) fn fit(self, text: &str, room: f64) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let mut short = String::new();
        let mut left = room - self.width("…");
        for letter in text.chars() {
            left -= f64::from(self.advance(letter)) * self.size / 100.0;
            if left < 0.0 {
                break;
            }
            short.push(letter);
        }
        format!("{}…", short.trim_end_matches([' ', ',', ':', '(']))
    }

    /// The text in at most `most` lines that fit into `room` pixels. If text remains, the last line is shortened.
    /// Lines are not broken at a non-breaking space (U+00A0).
    pub(super) fn wrap(self, text: &str, room: f64, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut rest = text.split(' ').filter(|word| !word.is_empty()).peekable();
        while rest.peek().is_some() {
            if lines.len() + 1 >= most {
                let last: Vec<&str> = rest.collect();
                lines.push(self.fit(&last.join(" "), room));
                break;
            }
            let mut line = rest.next().unwrap_or_default().to_owned();
            while let Some(word) = rest.next_if(|word| self.width(&format!("{line} {word}")) <= room) {
                line = format!("{line} {word}");
            }
            lines.push(self.fit(&line, room));
        }
        lines
    }

    fn advance(self, letter: char) -> u8 {
        let code = u32::from(letter);
        let place = match code {
            0x20..=0x17f => code - 0x20,
            0x370..=0x45f => code - 0x370 + 0x160,
            _ => return WIDE,
        };
        let widths = if self.weight == Weight::Bold { &BOLD } else { &REGULAR };
        usize::try_from(place).ok().and_then(|place| widths.get(place).copied()).unwrap_or(WIDE)
    }
}

/// The assumed width of all other characters, in hundredths of the size.
const WIDE: u8 = 100;

// In hundredths of the size, rounded up: U+0020 to U+017F, then U+0370 to U+045F, from the tables
// `hmtx` of the fonts in `src/draw/fonts`.
const REGULAR: [u8; 592] = [
    32, 41, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 54, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69,
    62, 69, 39, 34, 39, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64,
    60, 82, 60, 60, 53, 64, 34, 64, 84, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 32, 41, 64, 64, 64, 64, 34, 50, 50, 100, 48, 62, 84, 37, 100, 50, 50, 84, 41, 41, 50, 64, 64,
    32, 50, 41, 48, 62, 97, 97, 97, 54, 69, 69, 69, 69, 69, 69, 98, 70, 64, 64, 64, 64, 30, 30, 30, 30, 78, 75, 79, 79,
    79, 79, 79, 84, 79, 74, 74, 74, 74, 62, 61, 63, 62, 62, 62, 62, 62, 62, 99, 55, 62, 62, 62, 62, 28, 28, 28, 28, 62,
    64, 62, 62, 62, 62, 62, 84, 62, 64, 64, 64, 64, 60, 64, 60, 69, 62, 69, 62, 69, 62, 70, 55, 70, 55, 70, 55, 70, 55,
    77, 64, 78, 64, 64, 62, 64, 62, 64, 62, 64, 62, 64, 62, 78, 64, 78, 64, 78, 64, 78, 64, 76, 64, 92, 70, 30, 28, 30,
    28, 30, 28, 30, 28, 30, 28, 59, 56, 30, 28, 66, 58, 58, 56, 28, 56, 28, 56, 38, 56, 35, 57, 29, 75, 64, 75, 64, 75,
    64, 82, 75, 64, 79, 62, 79, 62, 79, 62, 107, 103, 70, 42, 70, 42, 70, 42, 64, 53, 64, 53, 64, 53, 64, 53, 62, 40,
    62, 40, 62, 40, 74, 64, 74, 64, 74, 64, 74, 64, 74, 64, 74, 64, 99, 82, 62, 60, 62, 69, 53, 69, 53, 69, 53, 36, 66,
    57, 87, 65, 28, 28, 75, 65, 0, 0, 50, 55, 55, 55, 34, 30, 0, 0, 0, 0, 50, 50, 70, 32, 75, 88, 41, 0, 82, 0, 83, 83,
    34, 69, 69, 56, 69, 64, 69, 76, 79, 30, 66, 69, 87, 75, 64, 79, 76, 61, 0, 64, 62, 62, 79, 69, 79, 77, 30, 62, 66,
    55, 64, 34, 58, 66, 64, 60, 62, 55, 55, 64, 62, 34, 59, 60, 64, 56, 56, 62, 61, 64, 59, 64, 61, 58, 66, 58, 66, 84,
    34, 58, 62, 58, 84, 66, 62, 62, 70, 85, 70, 66, 84, 67, 79, 62, 65, 59, 58, 46, 66, 66, 87, 63, 94, 84, 76, 66, 80,
    62, 69, 61, 77, 63, 70, 62, 62, 54, 67, 64, 55, 28, 79, 62, 62, 61, 64, 70, 87, 66, 64, 71, 70, 71, 64, 64, 79, 61,
    70, 64, 30, 30, 30, 110, 105, 79, 71, 75, 61, 76, 69, 69, 69, 61, 79, 64, 108, 65, 75, 75, 71, 76, 87, 76, 79, 76,
    61, 70, 62, 61, 87, 69, 78, 69, 107, 110, 84, 89, 69, 70, 108, 70, 62, 62, 59, 53, 70, 62, 91, 54, 65, 65, 61, 64,
    76, 66, 62, 66, 64, 55, 59, 60, 86, 60, 69, 60, 92, 95, 71, 79, 59, 55, 85, 61, 62, 62, 63, 53, 55, 53, 28, 28, 28,
    91, 90, 66, 61, 65, 60, 66,
];
const BOLD: [u8; 592] = [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40,
    84, 84, 84, 58, 100, 78, 77, 74, 83, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 85, 74, 85, 77, 72, 69, 82, 78, 111,
    78, 73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60,
    48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 35, 46, 70, 70, 64, 70, 37, 50, 50, 100, 57, 65, 84, 42, 100, 50, 50, 84, 44, 44, 50,
    74, 64, 38, 50, 44, 57, 65, 104, 104, 104, 58, 78, 78, 78, 78, 78, 78, 109, 74, 69, 69, 69, 69, 38, 38, 38, 38, 84,
    84, 85, 85, 85, 85, 85, 84, 85, 82, 82, 82, 82, 73, 74, 72, 68, 68, 68, 68, 68, 68, 105, 60, 68, 68, 68, 68, 35,
    35, 35, 35, 69, 72, 69, 69, 69, 69, 69, 84, 69, 72, 72, 72, 72, 66, 72, 66, 78, 68, 78, 68, 78, 68, 74, 60, 74, 60,
    74, 60, 74, 60, 83, 72, 84, 72, 69, 68, 69, 68, 69, 68, 69, 68, 69, 68, 83, 72, 83, 72, 83, 72, 83, 72, 84, 72, 98,
    79, 38, 35, 38, 35, 38, 35, 38, 35, 38, 35, 75, 69, 38, 35, 78, 67, 67, 64, 35, 64, 35, 64, 48, 64, 56, 65, 38, 84,
    72, 84, 72, 84, 72, 99, 84, 72, 85, 69, 85, 69, 85, 69, 117, 110, 77, 50, 77, 50, 77, 50, 72, 60, 72, 60, 72, 60,
    72, 60, 69, 48, 69, 48, 69, 48, 82, 72, 82, 72, 82, 72, 82, 72, 82, 72, 82, 72, 111, 93, 73, 66, 73, 73, 59, 73,
    59, 73, 59, 44, 70, 57, 103, 84, 31, 31, 84, 71, 0, 0, 50, 60, 55, 55, 40, 38, 0, 0, 0, 0, 45, 50, 80, 38, 85, 101,
    57, 0, 90, 0, 98, 90, 39, 78, 77, 64, 78, 69, 73, 84, 85, 38, 78, 78, 100, 84, 64, 85, 84, 74, 0, 69, 69, 73, 85,
    78, 85, 85, 38, 73, 69, 56, 72, 39, 68, 69, 72, 69, 69, 56, 60, 72, 69, 39, 71, 64, 74, 69, 60, 69, 80, 72, 60, 78,
    64, 68, 79, 65, 80, 87, 39, 68, 69, 68, 87, 78, 66, 67, 75, 99, 75, 80, 87, 75, 85, 69, 74, 60, 69, 50, 71, 66, 92,
    63, 110, 84, 84, 72, 93, 75, 74, 65, 79, 68, 76, 72, 69, 59, 75, 72, 60, 35, 85, 65, 65, 74, 72, 74, 100, 74, 72,
    70, 74, 70, 69, 69, 88, 64, 74, 72, 38, 38, 38, 116, 113, 88, 82, 84, 78, 84, 78, 77, 77, 64, 90, 69, 123, 71, 84,
    84, 82, 84, 100, 84, 85, 84, 74, 74, 69, 78, 100, 78, 93, 81, 124, 133, 94, 104, 77, 74, 118, 77, 68, 70, 64, 53,
    81, 68, 100, 59, 71, 71, 68, 74, 82, 70, 69, 70, 72, 60, 58, 66, 100, 65, 75, 69, 107, 111, 76, 91, 64, 60, 98, 65,
    68, 68, 72, 53, 60, 60, 35, 35, 35, 100, 96, 74, 68, 71, 66, 70,
];

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font::regular(30.0);

    #[test]
    fn a_wide_letter_is_wider_than_a_narrow_one_and_bold_is_wider_still() {
        assert!(FONT.width("WWWW") > 2.0 * FONT.width("iiii"));
        assert!(Font::bold(30.0).width("Amazon") > FONT.width("Amazon"));
        assert_eq!(Font::regular(100.0).width("A"), 69.0, "as the font has it, rounded up");
    }

    #[test]
    fn what_fits_is_not_cut_and_what_does_not_ends_within_its_room() {
        assert_eq!(FONT.fit("Amazon", 984.0), "Amazon");
        let cut = FONT.fit("Wide World of Web Widgets, Incorporated", 300.0);
        assert!(cut.ends_with('…') && FONT.width(&cut) <= 300.0, "{cut}");
    }

    #[test]
    fn a_text_is_wrapped_between_words_and_the_last_line_is_cut() {
        let text = "1 dropped, 2 degraded, 3 being confirmed, 30 working";
        let lines = FONT.wrap(text, 500.0, 2);
        assert_eq!(lines, ["1 dropped, 2 degraded, 3 being", "confirmed, 30 working"]);
        let lines = FONT.wrap(&format!("{text} and more and more and more"), 500.0, 2);
        assert!(lines.len() == 2 && lines[1].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| FONT.width(line) <= 500.0), "{lines:?}");
        assert!(FONT.wrap("", 500.0, 2).is_empty());
    }
}
