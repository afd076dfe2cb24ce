//! Vendors' letters: reported by a person, effective at once, and read back to be confirmed.

use super::brought::{Brought, opened};
use super::{Acts, No, Person, Said, Thing, dated};
use crate::core::people::action::ActionKind;
use crate::core::people::notice::{Letter, Notice};
use crate::core::time::deadline;
use crate::core::time::deadline::Deadline;
use crate::core::time::{Time, human};
use crate::core::words::text::{capital, clean, stopped};
use crate::store::LetterChange;

/// The most characters of a letter in messages.
const SUMMARY: usize = 240;
/// The largest letter, in bytes; photos have a few MB.
const LARGEST: usize = 10 << 20;

impl Acts {
    /// Stores a letter. Returns it, with the questions for the person.
    ///
    /// # Errors
    /// Fails if it is not known what it concerns, its time cannot be read, or the store does not answer.
    pub async fn bring(&self, who: &Person, brought: Brought, now: Time) -> Result<(Letter, String), No> {
        if brought.bytes.len() > LARGEST {
            return Err(No(format!("the letter is larger than {} MB", LARGEST >> 20)));
        }
        if brought.bytes.is_empty() && brought.text.trim().is_empty() {
            return Err(No("the letter is empty; give its text or a file".to_owned()));
        }
        let dated = brought.received.is_some();
        let brought = opened(brought, now);
        let passed_on = brought.received.unwrap_or(now);
        let letter = dated::Letter { text: &brought.text, passed_on, dated };
        let dated::Dated { received, read } = dated::read(&letter, self.known.zone);
        if received > now {
            return Err(No(format!("the letter cannot have arrived at {}, which is in the future", received.short())));
        }
        let (named, guessed) = self.threatened(&brought)?;
        let (deadline, unread) = self.hour(&brought, (received, read), now)?;
        let letter = Letter {
            public_id: self.ids.next(),
            notice: Notice {
                dependencies: named,
                received,
                effective: deadline.as_ref().map(|deadline| deadline.at),
                whole_day: deadline.as_ref().is_some_and(Deadline::names_no_hour),
                text: summary(&brought.text),
                left: brought.left,
            },
            read_as: deadline.as_ref().map_or_else(String::new, |deadline| deadline.read_back(now)),
            by: who.name.clone(),
            via: who.via.clone(),
            added_at: now,
            sha256: String::new(),
            confirmed: None,
            answered: None,
        };
        let bytes = if brought.bytes.is_empty() { brought.text.as_bytes() } else { &brought.bytes };
        let kept = self.store.add_letter(&letter, bytes).await?;
        let again = kept.public_id != letter.public_id;
        // The same letter reported with another time is a correction.
        let kept = match (again, letter.notice.effective, &brought.effective) {
            (true, Some(at), Some(_)) => {
                let change = LetterChange::Effective(at, letter.read_as.clone());
                self.store.change_letter(&kept.public_id, &change, &who.act(ActionKind::Letter, now)).await?;
                let whole_day = letter.notice.whole_day;
                let notice = Notice { effective: Some(at), whole_day, ..kept.notice };
                Letter { read_as: letter.read_as.clone(), notice, ..kept }
            }
            _ => kept,
        };
        let mut said = self.read_back(&kept, guessed, again, (brought.effective.is_some(), unread));
        if !brought.unread.is_empty() {
            said.push_str(&format!("\nNot read, look for a date there: {}", brought.unread.join(", ")));
        }
        Ok((kept, said))
    }

    /// The questions about a letter: what it concerns, when it takes effect, and who answers it.
    ///
    /// `hour` says whether a person gave the time, and why none was found in the text.
    fn read_back(&self, letter: &Letter, guessed: bool, again: bool, hour: (bool, Option<String>)) -> String {
        let labels: Vec<String> = letter.notice.dependencies.iter().map(|id| self.label(id)).collect();
        let kept = if again { "is already recorded" } else { "kept" };
        let what = match (labels.is_empty(), guessed) {
            (true, _) => "Which dependency does it concern? Reply with a name.".to_owned(),
            (false, true) => format!("It seems to concern {}.", labels.join(", ")),
            (false, false) => format!("It concerns {}.", labels.join(", ")),
        };
        let mut lines = vec![format!("Notice {} {kept}. {what}", letter.public_id)];
        if letter.notice.left {
            lines.push(
                "The letter says that the vendor has left you. plugwatch shows this as dropped from now on.".to_owned(),
            );
        } else if letter.notice.effective.is_some() {
            lines.push(format!("It takes effect {}", letter.read_as));
            lines.push(if hour.0 { "This is the time that you gave." } else { "Is that right?" }.to_owned());
        } else {
            let why = hour.1.map(|why| format!(" ({})", question(&why))).unwrap_or_default();
            lines.push(format!("When does it take effect? Until you answer, it is shown as a warning.{why}"));
        }
        if letter.answered.is_none() {
            lines.push("Who will answer the vendor?".to_owned());
        }
        lines.push(format!("SHA-256 {}", letter.sha256));
        lines.join("\n")
    }

    /// The dependencies it concerns: those that the person named, or else those in the text; and whether they
    /// were guessed from the text.
    fn threatened(&self, brought: &Brought) -> Result<(Vec<String>, bool), No> {
        let mut named = Vec::new();
        for name in &brought.about {
            named.extend(self.one_or_company(name)?);
        }
        let guessed = named.is_empty();
        if guessed {
            named = self.named_in(&brought.text);
        }
        named.dedup();
        if named.is_empty() && !brought.ask {
            let ids: Vec<&str> = self.known.things.iter().map(|thing| thing.id.as_str()).collect();
            return Err(No(format!(
                "which dependency does it concern? Name a company, or one or more of: {}",
                ids.join(", ")
            )));
        }
        Ok((named, guessed))
    }

    fn one_or_company(&self, name: &str) -> Result<Vec<String>, No> {
        let wanted = name.trim().to_lowercase();
        let of = |thing: &&Thing| {
            thing.companies.iter().chain(&thing.vendors).any(|company| company.to_lowercase() == wanted)
        };
        let all: Vec<String> = self.known.things.iter().filter(of).map(|thing| thing.id.clone()).collect();
        if all.is_empty() { Ok(vec![self.known.find(name)?.id.clone()]) } else { Ok(all) }
    }

    /// Finds dependencies by the whole of an id, label or company; a part is not enough for a letter.
    fn exactly(&self, name: &str) -> Result<Vec<String>, No> {
        let wanted = name.trim().to_lowercase();
        let own = |thing: &&Thing| thing.id == wanted || thing.label.to_lowercase() == wanted;
        if let Some(thing) = self.known.things.iter().find(own) {
            return Ok(vec![thing.id.clone()]);
        }
        let found = self.one_or_company(name)?;
        match found.as_slice() {
            [_, _, ..] => Ok(found),
            _ => Err(No(format!("`{}` is not a full name; did you mean {}?", name.trim(), found.join(", ")))),
        }
    }

    /// All dependencies whose vendor, company or sending domain occurs in the text.
    fn named_in(&self, text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let stands = |name: &String| {
            let name = name.to_lowercase();
            text.match_indices(&name).any(|(at, _)| {
                name.len() > 2 && edge(text[..at].chars().next_back()) && edge(text[at + name.len()..].chars().next())
            })
        };
        let named = self.known.things.iter().filter(|thing| thing.vendors.iter().any(stands));
        named.map(|thing| thing.id.clone()).collect()
    }

    /// The time at which a letter takes effect, and why none was found. A time given by the person must be readable,
    /// one in the letter need not be. `came` is when it arrived, and the time that it names.
    fn hour(
        &self,
        brought: &Brought,
        came: (Time, Result<Deadline, String>),
        now: Time,
    ) -> Result<(Option<Deadline>, Option<String>), No> {
        let (received, read) = came;
        match &brought.effective {
            // A time in the past is accepted, because a letter may be reported later.
            Some(text) => match deadline::read(text, now, self.known.zone)
                .or_else(|why| deadline::read(text, received, self.known.zone).map_err(|_| why))
            {
                Ok(deadline) => Ok((Some(deadline), None)),
                Err(why) => Err(No(format!("`{text}`: {why}; write it like \"Sun 10 Jan 2027 23:59 PST\""))),
            },
            None if brought.left => Ok((None, None)),
            None => Ok(match read {
                Ok(deadline) => (Some(deadline), None),
                Err(why) => (None, Some(why)),
            }),
        }
    }

    /// Sets the time at which a letter takes effect.
    ///
    /// # Errors
    /// Fails if there is no such letter, the time cannot be read, or the store does not answer.
    pub async fn effective(&self, who: &Person, id: &str, text: &str, now: Time) -> Said {
        let letter = self.letter(id).await?;
        // A person's words are relative to now; the letter's were relative to its arrival.
        let deadline = deadline::read(text, now, self.known.zone)
            .map_err(|why| No(format!("`{}`: {why}; write it like \"Sun 10 Jan 2027 23:59 PST\"", text.trim())))?;
        let read_back = deadline.read_back(now);
        let change = LetterChange::Effective(deadline.at, read_back.clone());
        self.store.change_letter(&letter.public_id, &change, &who.act(ActionKind::Letter, now)).await?;
        let given = human(deadline.at.since(letter.notice.received));
        Ok(format!("Notice {}: it takes effect {read_back} That is {given} of notice.", letter.public_id))
    }

    /// Sets which dependencies a letter concerns.
    ///
    /// # Errors
    /// Fails if there is no such letter or dependency, or the store does not answer.
    pub async fn concerns(&self, who: &Person, id: &str, names: &[String], now: Time) -> Said {
        let letter = self.letter(id).await?;
        let mut ids = Vec::new();
        for name in names {
            ids.extend(self.exactly(name)?);
        }
        let labels: Vec<String> = ids.iter().map(|id| self.label(id)).collect();
        let change = LetterChange::Concerns(ids);
        self.store.change_letter(&letter.public_id, &change, &who.act(ActionKind::Letter, now)).await?;
        Ok(format!("Notice {}: it concerns {}.", letter.public_id, labels.join(", ")))
    }

    /// Confirms the time that was read in a letter.
    ///
    /// # Errors
    /// Fails if there is no such letter, it has no time, or the store does not answer.
    pub async fn confirm(&self, who: &Person, id: &str, now: Time) -> Said {
        let letter = self.letter(id).await?;
        if letter.notice.effective.is_none() {
            return Err(No(format!("notice {} has no date yet: when does it take effect?", letter.public_id)));
        }
        self.change(who, &letter, LetterChange::Confirmed, "time confirmed", now).await
    }

    /// Records that a person has answered the vendor.
    ///
    /// # Errors
    /// Fails if there is no such letter, or the store does not answer.
    pub async fn answered(&self, who: &Person, id: &str, now: Time) -> Said {
        let letter = self.letter(id).await?;
        self.change(who, &letter, LetterChange::Answered, "answered", now).await
    }

    /// Withdraws a letter that was not a notice.
    ///
    /// # Errors
    /// Fails if there is no such letter, or the store does not answer.
    pub async fn withdraw(&self, who: &Person, id: &str, now: Time) -> Said {
        let letter = self.letter(id).await?;
        let said = self.change(who, &letter, LetterChange::Withdrawn, "withdrawn", now).await?;
        // If the letter alone made a dependency count as lost, its incident becomes a false alarm.
        for dependency in letter.notice.dependencies.iter().filter(|_| letter.notice.left) {
            let rows = self.store.incidents(Some(dependency), now).await?;
            let told = rows.iter().find(|row| row.closed_at.is_none() && row.incident.reason == "told_left");
            if told.is_some() {
                self.false_alarm(who, dependency, "the notice was withdrawn", now).await?;
            }
        }
        Ok(said)
    }

    async fn change(&self, who: &Person, letter: &Letter, change: LetterChange, said: &str, now: Time) -> Said {
        self.store.change_letter(&letter.public_id, &change, &who.act(ActionKind::Letter, now)).await?;
        Ok(format!("Notice {}: {said} by {}.", letter.public_id, who.name))
    }

    async fn letter(&self, id: &str) -> Result<Letter, No> {
        let letters = self.store.letters().await?;
        let known: Vec<String> = letters.iter().map(|letter| letter.public_id.clone()).collect();
        let found = letters.into_iter().find(|letter| letter.public_id == id.trim());
        found.ok_or_else(|| match known.is_empty() {
            true => No("there are no letters yet".to_owned()),
            false => No(format!("there is no letter `{}`; known letters: {}", id.trim(), known.join(", "))),
        })
    }
}

/// The words of an e-mail or text as they are stored, and when it was written.
#[cfg(fuzzing)]
pub fn read(bytes: &[u8], now: Time) -> (String, Option<Time>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let brought = opened(Brought { bytes: bytes.to_vec(), text, ..Brought::default() }, now);
    (format!("{}{}", summary(&brought.text), brought.text), brought.received)
}

/// When a letter's text, passed on at `now`, was written, and when it takes effect.
#[cfg(fuzzing)]
pub fn read_dated(text: &str, now: Time, zone: chrono_tz::Tz) -> (Time, Result<Deadline, String>) {
    let dated::Dated { received, read } = dated::read(&dated::Letter { text, passed_on: now, dated: false }, zone);
    (received, read)
}

/// The beginning of the text, on one line.
fn summary(text: &str) -> String {
    let short = clean(text, SUMMARY);
    if short.is_empty() { "a letter without text, see the picture".to_owned() } else { short }
}

/// Why a person is asked, as a sentence. The program's own name keeps its small letter.
fn question(why: &str) -> String {
    stopped(&if why == deadline::NONE { why.to_owned() } else { capital(why) })
}
