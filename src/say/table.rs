//! Tables for a terminal: as wide as needed, but never wider than the terminal.

/// The gap between two columns.
const GAP: &str = "  ";
/// A last column narrower than this is shown below its row instead.
const NARROWEST: usize = 24;

/// Rows with aligned columns. With a `width`, the last column is wrapped within itself. If there is no room for it,
/// each row becomes a short paragraph. All rows must have the same number of cells.
pub fn table(rows: &[Vec<String>], width: Option<usize>) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| count(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(widest).collect();
    let taken: usize = widths.iter().map(|width| width + GAP.len()).sum();
    let last = widest(columns.saturating_sub(1));
    // An empty last column needs no gap before it.
    let needed = if last == 0 { taken.saturating_sub(GAP.len()) } else { taken + NARROWEST.min(last) };
    match width {
        Some(width) if width < needed => stacked(rows, width),
        width => {
            let room = width.map(|width| width.saturating_sub(taken));
            rows.iter().map(|row| line(row, &widths, taken, room)).collect()
        }
    }
}

fn line(row: &[String], widths: &[usize], taken: usize, room: Option<usize>) -> String {
    let Some((last, first)) = row.split_last() else { return String::from("\n") };
    let mut text: String = first.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}{GAP}")).collect();
    let lines = room.map_or_else(|| vec![last.clone()], |room| wrap(last, room));
    text.push_str(&lines.join(&format!("\n{:taken$}", "")));
    let trimmed: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", trimmed.join("\n"))
}

/// The first cell, with all others indented below it.
fn stacked(rows: &[Vec<String>], width: usize) -> String {
    let mut text = String::new();
    for row in rows {
        let filled: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let Some((first, rest)) = filled.split_first() else { continue };
        wrap(first, width).into_iter().for_each(|line| text.push_str(&format!("{line}\n")));
        let rest = rest.join("; ");
        let below = wrap(&rest, width.saturating_sub(GAP.len()));
        below.into_iter().filter(|line| !line.is_empty()).for_each(|line| text.push_str(&format!("{GAP}{line}\n")));
    }
    text
}

/// A text in lines of at most `width` characters, broken between words; longer words are broken within.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let (mut lines, mut open) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        let space = usize::from(!open.is_empty());
        if count(&open) + space + word.len() <= width {
            open.extend(" ".chars().take(space).chain(word));
            continue;
        }
        if !open.is_empty() {
            lines.push(std::mem::take(&mut open));
        }
        while word.len() > width {
            lines.push(word.drain(..width).collect());
        }
        open.extend(word);
    }
    lines.push(open);
    lines
}

fn count(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![
            row(["Stripe", "NOT", "needs a key: a restricted key with read access to Accounts, and nothing else"]),
            row(["Website", "outside", ""]),
        ]
    }

    #[test]
    fn without_a_terminal_every_row_is_one_line() {
        let text = table(&rows(), None);
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("Website  outside\n"), "nothing stands behind the last word: {text:?}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_word_is_lost() {
        let words =
            |text: &str| text.replace(['\n', ';'], " ").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for width in [8, 20, 30, 40, 60, 79, 200] {
            let text = table(&rows(), Some(width));
            let widest = text.lines().map(count).max().unwrap();
            assert!(widest <= width, "{width}: {text}");
            if width >= 12 {
                assert_eq!(words(&text), words(&table(&rows(), None)), "{width}");
            }
        }
    }

    #[test]
    fn the_last_column_goes_on_below_itself_and_a_narrow_terminal_gets_paragraphs() {
        assert_eq!(
            table(&rows(), Some(60)),
            "Stripe   NOT      needs a key: a restricted key with read\n                  access to Accounts, and nothing else\n\
             Website  outside\n"
        );
        assert_eq!(table(&rows()[1..], Some(12)), "Website\n  outside\n");
    }
}
