//! A place in Telegram: a chat and, optionally, one of its topics. Written as `-1001234567890/7`.

use std::fmt;
use std::str::FromStr;

/// The destination of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chat {
    /// The chat id; groups have negative ids.
    pub id: i64,
    /// The topic within a forum group.
    pub topic: Option<i32>,
}

impl FromStr for Chat {
    type Err = String;

    fn from_str(text: &str) -> Result<Chat, String> {
        let wrong = || format!("`{text}` is not a chat, such as 123456789, -1001234567890 or -1001234567890/7");
        let (id, topic) = text.split_once('/').map_or((text, None), |(id, topic)| (id, Some(topic)));
        let topic = topic.map(str::parse).transpose().map_err(|_| wrong())?;
        Ok(Chat { id: id.trim().parse().map_err(|_| wrong())?, topic })
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        self.topic.map_or(Ok(()), |topic| write!(f, "/{topic}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_and_a_topic_are_read_and_written() {
        for text in ["42", "-1001234567890", "-1001234567890/7"] {
            assert_eq!(text.parse::<Chat>().unwrap().to_string(), text);
        }
        assert!("@channel".parse::<Chat>().is_err() && "1/x".parse::<Chat>().is_err());
    }
}
