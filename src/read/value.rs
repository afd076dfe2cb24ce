//! Values: durations with units, and TOML values as JSON.

use std::time::Duration;

use toml::de::DeValue;

/// Reads `30s`, `5m`, `2h`, `7d`, or several together as `1h30m`; `500ms` too.
///
/// # Errors
/// Fails if the text is not a duration. The error says what is wrong and what to write.
pub fn duration(text: &str) -> Result<Duration, (String, String)> {
    let wrong = |what: String| (what, "write a number and a unit: \"30s\", \"5m\", \"2h\" or \"7d\"".to_owned());
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(wrong("this duration is empty".to_owned()));
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong(format!("\"{text}\" is not a duration")))?;
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let unit_ms: u64 = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "" => {
                return Err((
                    format!("\"{text}\" has no unit"),
                    format!(
                        "try \"{text}s\" for seconds, \"{text}m\" for minutes, \"{text}h\" for hours or \"{text}d\" for days"
                    ),
                ));
            }
            other => return Err(wrong(format!("\"{other}\" is not a unit of time"))),
        };
        let span = number.checked_mul(unit_ms).ok_or_else(|| wrong(format!("\"{text}\" is too long")))?;
        total = total.saturating_add(Duration::from_millis(span));
        rest = after;
    }
    Ok(total)
}

/// The shortest text that [`duration`] reads back.
pub fn duration_text(span: Duration) -> String {
    let ms = span.as_millis();
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if ms > 0 && ms.is_multiple_of(size) {
            return format!("{}{unit}", ms / size);
        }
    }
    format!("{ms}ms")
}

/// Any TOML value as JSON; dates become text.
pub fn to_json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value;
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(n) => {
            let whole = i64::from_str_radix(n.as_str(), n.radix()).ok();
            whole.map_or_else(|| Value::String(n.to_string()), Value::from)
        }
        DeValue::Float(n) => n.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(yes) => Value::Bool(*yes),
        DeValue::Datetime(at) => Value::String(at.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(
            table.iter().map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref()))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_with_their_units() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn a_number_without_a_unit_is_told_which_to_try() {
        let (what, cure) = duration("5").unwrap_err();
        assert_eq!(what, "\"5\" has no unit");
        assert!(cure.contains("\"5m\""));
    }

    #[test]
    fn a_written_duration_reads_back() {
        for text in ["7d", "90m", "30s", "1500ms"] {
            assert_eq!(duration_text(duration(text).unwrap()), text);
        }
    }
}
