//! Splits long texts at line ends, so that no message is rejected for its length.

/// Telegram allows 4,096 UTF-16 units after parsing; this leaves room for markup.
pub const LIMIT: usize = 3_500;

/// Splits a text into parts of at most `limit` UTF-16 units, at line ends where possible. Tags in plugwatch's
/// templates never span lines, so no tag is cut.
pub fn split(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for line in text.lines() {
        for piece in pieces(line, limit) {
            let grown = units(&part) + units(&piece) + 1;
            if !part.is_empty() && grown > limit {
                parts.push(std::mem::take(&mut part));
            }
            if !part.is_empty() {
                part.push('\n');
            }
            part.push_str(&piece);
        }
    }
    if !part.is_empty() || parts.is_empty() {
        parts.push(part);
    }
    parts
}

/// Like [`split`], but with at most two parts. A note says that the rest was left out.
pub fn two_parts(text: &str, limit: usize) -> Vec<String> {
    let mut parts = split(text, limit);
    if parts.len() > 2 {
        parts = split(text, limit - units(LEFT_OUT) - 1);
        parts.truncate(2);
        if let Some(last) = parts.last_mut() {
            last.push('\n');
            last.push_str(LEFT_OUT);
        }
    }
    parts
}

/// The note where a message was cut.
const LEFT_OUT: &str = "… (cut: the rest is in /why and at `plugwatch why`)";

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Splits a line that is too long at spaces, and removes its tags.
fn pieces(line: &str, limit: usize) -> Vec<String> {
    if units(line) <= limit {
        return vec![line.to_owned()];
    }
    let plain = line.replace("<b>", "").replace("</b>", "");
    let mut pieces = vec![String::new()];
    for word in plain.split_inclusive(' ') {
        for chunk in word.chars().collect::<Vec<_>>().chunks(limit / 2) {
            let chunk: String = chunk.iter().collect();
            let full = pieces.last().is_none_or(|last| units(last) + units(&chunk) > limit);
            if full {
                pieces.push(String::new());
            }
            if let Some(last) = pieces.last_mut() {
                last.push_str(&chunk);
            }
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_no_part_is_too_long() {
        let text = (0..400).map(|n| format!("line {n} 🔴 with <b>words</b>")).collect::<Vec<_>>().join("\n");
        let parts = split(&text, 500);
        assert!(parts.iter().all(|part| units(part) <= 500));
        assert_eq!(parts.join("\n"), text);
    }

    #[test]
    fn a_single_endless_line_is_cut_too() {
        let parts = split(&"x".repeat(10_000), 3_500);
        assert!(parts.iter().all(|part| units(part) <= 3_500));
        assert_eq!(parts.concat().len(), 10_000);
    }

    #[test]
    fn a_message_has_two_parts_at_most_and_says_what_it_lacks() {
        let parts = two_parts(&"a vendor's words ".repeat(15_000), LIMIT);
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| units(part) <= LIMIT) && parts[1].ends_with(LEFT_OUT));
        assert_eq!(two_parts("short", LIMIT), ["short"]);
    }

    #[test]
    fn an_empty_text_is_one_empty_part() {
        assert_eq!(split("", 10), [""]);
    }
}
