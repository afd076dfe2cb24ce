//! Commands and their answers.

use chrono_tz::Tz;
use teloxide::types::Message;
use teloxide::utils::command::BotCommands;

use super::access::May;
use super::{Answering, Reply};
use crate::acts::{Brought, No, Person, Said};
use crate::core::time::{Time, human};
use crate::engine;
use crate::say::{Format, buttons, escape, status};

/// The greatest age of a command that changes something.
const TOO_OLD: std::time::Duration = std::time::Duration::from_secs(600);
/// How many days of incidents are listed.
const DAYS: i64 = 30;

// The bot's commands. This is not a doc comment, because that would appear in /help.
#[derive(BotCommands, Clone, Debug, PartialEq, Eq)]
#[command(rename_rule = "lowercase", description = "plugwatch monitors whether your vendors still serve you.")]
pub(super) enum Command {
    #[command(description = "current state, worst first")]
    Status,
    #[command(description = "evidence behind a state: /why ios-app")]
    Why(String),
    #[command(description = "incidents of the last 30 days")]
    Incidents,
    #[command(description = "one dependency's history, with a chart: /history ios-app")]
    History(String),
    #[command(description = "acknowledge one alert: /ack ios-app, or everything that is open")]
    Ack(String),
    #[command(description = "silence for a while: /mute sms 2h")]
    Mute(String),
    #[command(description = "end a mute: /unmute sms")]
    Unmute(String),
    #[command(description = "announce maintenance: /maintenance website 2h; /maintenance website over ends it")]
    Maintenance(String),
    #[command(description = "accept a change or warning as normal: /accept domain")]
    Accept(String),
    #[command(description = "it was your own doing: /itwasus website deployed a bug")]
    ItWasUs(String),
    #[command(description = "plugwatch was wrong: /falsealarm website")]
    FalseAlarm(String),
    #[command(description = "a supplier still works for you: /attest lawyers, or /attest lawyers left")]
    Attest(String),
    #[command(description = "report a vendor's letter: /notice aws \"Sun 23:59 PST\" what it says")]
    Notice(String),
    #[command(description = "incidents on the public page: /update alone lists drafts")]
    Update(String),
    #[command(description = "what depends on what, with a diagram")]
    Map,
    #[command(description = "what stops if a company drops you: /whatif amazon")]
    Whatif(String),
    #[command(description = "the report of the last seven days")]
    Report,
    #[command(description = "send a test alert, marked as a drill: /drill ios-app")]
    Drill(String),
    #[command(description = "your user id and this chat's id")]
    Whoami,
    #[command(description = "this list")]
    Help,
    #[command(hide)]
    Start,
}

/// The answers to a command; none if it is addressed to another bot.
pub(super) async fn answer(answering: &Answering, message: &Message, me: &str) -> Vec<Reply> {
    let text = message.text().unwrap_or("");
    // Commands addressed to another bot are ignored.
    let own = text.split_whitespace().next().and_then(|word| word.split_once('@'));
    if own.is_some_and(|(_, name)| !name.eq_ignore_ascii_case(me)) {
        return Vec::new();
    }
    let may = answering.access.may(&message.chat, message.from.as_ref().filter(|_| message.sender_chat.is_none()));
    let command = Command::parse(text, me);
    if let May::Nothing(said) = may {
        return stranger(answering, message, text, said).await;
    }
    match command {
        Ok(Command::Whoami) => vec![whoami(message, &may)],
        Ok(command) => ask(answering, command, &may, message).await,
        Err(_) => vec![Reply::plain("Unknown command. /help lists all commands.")],
    }
}

/// Refuses an unlisted chat, politely and only once, and records who it was.
async fn stranger(answering: &Answering, message: &Message, text: &str, said: Option<String>) -> Vec<Reply> {
    let chat = message.chat.id.0;
    tracing::warn!(chat, "chat {chat} is not listed in `chats` and was refused");
    let Some(said) = said else { return Vec::new() };
    let name = message.from.as_ref().map_or_else(|| format!("chat {chat}"), |user| user.full_name());
    let who = Person::new(&format!("{name} (chat {chat})"), &answering.access.channel);
    if let Err(No(why)) = answering.acts().refuse(&who, text, answering.now()).await {
        tracing::warn!("a refusal could not be recorded: {why}");
    }
    vec![Reply::plain(&said)]
}

fn whoami(message: &Message, may: &May) -> Reply {
    let user = message.from.as_ref().map_or_else(|| "unknown".to_owned(), |user| user.id.0.to_string());
    let topic = message.thread_id.filter(|_| message.is_topic_message);
    let topic = topic.map_or_else(String::new, |topic| format!("/{topic}"));
    let may = match may {
        May::Change(_) => "You can ask questions and change things here.",
        _ => "You can ask questions here, but not change anything.",
    };
    Reply::plain(&format!("Your user id is {user}; the id of this chat is {}{topic}. {may}", message.chat.id.0))
}

async fn ask(answering: &Answering, command: Command, may: &May, message: &Message) -> Vec<Reply> {
    let now = answering.now();
    let snapshot = answering.snapshot.borrow().clone();
    let zone = answering.access.zone(&message.chat, message.from.as_ref());
    let replied = match command {
        Command::Status => Ok(vec![Reply::html(status::text(&snapshot, Format::Html, zone))]),
        Command::Why(name) => why(answering, &name, now, zone).await.map(|reply| vec![reply]),
        Command::Incidents => incidents(answering, now, zone).await.map(|reply| vec![reply]),
        Command::History(name) => history(answering, &name, now, zone).await.map(|reply| vec![reply]),
        Command::Map => Ok(vec![super::map::draw(&snapshot).await]),
        Command::Whatif(name) => super::map::whatif(answering, &snapshot, &name, now).await.map(|reply| vec![reply]),
        Command::Report => report(answering).await.map(|reply| vec![reply]),
        Command::Help | Command::Start | Command::Whoami => Ok(vec![help()]),
        change => changed(answering, change, may, message, now).await,
    };
    replied.unwrap_or_else(|No(why)| vec![Reply::plain(&why)])
}

/// The list of commands.
pub(super) fn help() -> Reply {
    Reply::plain(&Command::descriptions().to_string())
}

/// Carries out a command that changes something, for listed users only; attempts by others are recorded.
async fn changed(
    answering: &Answering,
    command: Command,
    may: &May,
    message: &Message,
    now: Time,
) -> Result<Vec<Reply>, No> {
    let who = match may {
        May::Change(who) => who,
        May::Ask(why) => {
            if let Some(user) = &message.from {
                let asked = message.text().unwrap_or("");
                answering.acts().refuse(&answering.access.person(user), asked, now).await?;
            }
            return Err(No(why.clone()));
        }
        May::Nothing(_) => return Ok(Vec::new()),
    };
    // The command was written while plugwatch was not listening, and the situation may have changed since.
    let written = Time(message.date.timestamp_millis());
    if now.since(written) > TOO_OLD {
        return Err(No(format!(
            "that was written at {}, while plugwatch was not listening. Send it again",
            written.short()
        )));
    }
    if let Command::Notice(text) = &command {
        return notice(answering, who, text, now).await.map(|reply| vec![reply]);
    }
    Ok(vec![Reply::plain(&act(answering, command, who, now).await?)])
}

async fn act(answering: &Answering, command: Command, who: &Person, now: Time) -> Said {
    let acts = answering.acts();
    match command {
        Command::Ack(name) => acts.ack(who, Some(name.as_str()).filter(|name| !name.is_empty()), now).await,
        Command::Mute(text) => {
            let (name, lasts, why) = three(&text);
            acts.mute(who, name, lasts, why, now).await
        }
        Command::Unmute(name) => acts.unmute(who, &name, now).await,
        Command::Maintenance(text) => {
            let (name, lasts, why) = three(&text);
            acts.maintenance(who, name, lasts, why, now).await
        }
        Command::Accept(name) => acts.accept(who, &name, now).await,
        Command::ItWasUs(text) => {
            let (name, why) = two(&text);
            acts.it_was_us(who, name, why, now).await
        }
        Command::FalseAlarm(text) => {
            let (name, why) = two(&text);
            acts.false_alarm(who, name, why, now).await
        }
        Command::Attest(text) => {
            let (name, word) = two(&text);
            acts.attest(who, name, word.eq_ignore_ascii_case("left"), now).await
        }
        Command::Update(text) => super::incidents::update(&acts, who, &text, now).await,
        Command::Drill(name) => {
            let id = acts.drill(who, &name, now).await?;
            Ok(format!("Drill {id}: everyone is alerted within seconds. plugwatch records who acknowledges it."))
        }
        other => Err(No(format!("this command changes nothing: {other:?}"))),
    }
}

/// `/notice aws "Sun 23:59 PST" the text`: what the letter concerns, optionally its time in quotes, and its
/// text.
async fn notice(answering: &Answering, who: &Person, text: &str, now: Time) -> Result<Reply, No> {
    let (about, rest) = two(text);
    let (when, words) = quoted(rest);
    let about: Vec<String> = about.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if about.is_empty() {
        return Err(No("what does it concern? For example: /notice aws \"Sun 23:59 PST\" what it says".to_owned()));
    }
    let words = if words.is_empty() { text } else { words };
    let brought = Brought { text: words.to_owned(), about, effective: when.map(str::to_owned), ..Brought::default() };
    let (letter, said) = answering.acts().bring(who, brought, now).await?;
    let buttons = buttons::of_letter(&letter.public_id, letter.notice.effective.is_some(), letter.answered.is_some());
    Ok(Reply { buttons, ..Reply::plain(&said) })
}

pub(super) async fn why(answering: &Answering, name: &str, now: Time, zone: Tz) -> Result<Reply, No> {
    let known = answering.known.borrow().clone();
    let id = known.find(name)?.id.clone();
    let snapshot = answering.snapshot.borrow().clone();
    let dependency = snapshot.each().find(|dependency| dependency.id == id);
    let Some(dependency) = dependency else { return Err(No(format!("{id} has not been checked yet"))) };
    let story = answering.acts().story(&id, now).await?;
    Ok(Reply::html(status::why(dependency, &story, now, Format::Html, zone)))
}

async fn incidents(answering: &Answering, now: Time, zone: Tz) -> Result<Reply, No> {
    let rows = answering.store.incidents(None, Time(now.0 - DAYS * 86_400_000)).await?;
    let known = answering.known.borrow().clone();
    let line = |row: &crate::store::IncidentRow| {
        let label = known.things.iter().find(|thing| thing.id == row.dependency).map(|thing| thing.label.as_str());
        let lasted = human(row.closed_at.unwrap_or(now).since(row.incident.began_at));
        let end = if row.closed_at.is_some() { "" } else { " so far" };
        let (began, worst) = (row.incident.began_at.local(zone, now), row.incident.worst);
        let label = escape(label.unwrap_or(&row.dependency));
        format!(
            "<b>{label}</b>: {worst} for {lasted}{end}, since {began}. {} ({})",
            escape(&row.say),
            row.incident.public_id
        )
    };
    // Open incidents come first.
    let (open, over): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.closed_at.is_none());
    let lines: Vec<String> = open.into_iter().chain(over).map(line).collect();
    if lines.is_empty() {
        return Ok(Reply::plain(&format!("No incidents in the last {DAYS} days.")));
    }
    Ok(Reply::html(lines.join("\n")))
}

async fn history(answering: &Answering, name: &str, now: Time, zone: Tz) -> Result<Reply, No> {
    let known = answering.known.borrow().clone();
    let thing = known.find(name)?;
    let flips = answering.store.flips(&thing.id, 10).await?;
    let line = |flip: &crate::store::FlipRow| {
        let to = status::verdict_words(&flip.to);
        let first = || format!("first check, {to}");
        let what = flip.from.as_deref().map_or_else(first, |from| format!("{} to {to}", status::verdict_words(from)));
        format!("{}: {what} ({}): {}", flip.confirmed_at.local(zone, now), flip.reason, flip.say)
    };
    let lines: Vec<String> = flips.iter().map(line).collect();
    let text =
        if lines.is_empty() { "Nothing has changed since monitoring began.".to_owned() } else { lines.join("\n") };
    let html = format!("<b>{}</b>\n{}", escape(&thing.label), escape(&text));
    let picture = super::picture::of(answering, thing, now).await;
    Ok(Reply { picture, ..Reply::html(html) })
}

async fn report(answering: &Answering) -> Result<Reply, No> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let gone = |_| No("plugwatch is stopping. Run this on its machine instead: plugwatch report".to_owned());
    answering.engine.send(engine::Command::Report(engine::Span::Week, send)).await.map_err(|_| gone(()))?;
    let report = receive.await.map_err(|_| gone(()))?;
    let platform = answering.snapshot.borrow().platform.clone();
    let picture = crate::draw::png_apart(report.picture(&platform)).await;
    let picture = picture.map_err(|why| tracing::warn!("a picture could not be drawn: {why}")).ok();
    Ok(Reply { picture, ..Reply::html(report.text(&platform, Format::Html)) })
}

/// The first word, and the rest.
fn two(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()))
}

fn three(text: &str) -> (&str, &str, &str) {
    let (first, rest) = two(text);
    let (second, rest) = two(rest);
    (first, second, rest)
}

/// A leading text in quotes, in any style of quotation marks, and the rest.
fn quoted(text: &str) -> (Option<&str>, &str) {
    let quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '’' | '‘');
    let Some(inner) = text.strip_prefix(quote) else { return (None, text) };
    match inner.split_once(quote) {
        Some((when, rest)) => (Some(when.trim()), rest.trim()),
        None => (Some(inner.trim()), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hour_in_any_quotes_is_taken_apart() {
        for text in ["\"Sun 23:59 PST\" we close", "“Sun 23:59 PST” we close", "„Sun 23:59 PST“ we close"] {
            let (when, rest) = quoted(text);
            assert_eq!((when, rest.trim_start_matches('“').trim()), (Some("Sun 23:59 PST"), "we close"), "{text}");
        }
        assert_eq!(quoted("we close"), (None, "we close"));
    }
}
