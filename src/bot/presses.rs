//! Presses of buttons. A press carries an action and a public id; the person's rights are checked each time.

use chrono_tz::Tz;
use teloxide::types::CallbackQuery;

use super::access::May;
use super::{Answering, Reply, commands};
use crate::acts::{No, Person};
use crate::core::time::Time;
use crate::say::buttons::{self, Verb};

/// The notice for the person who pressed, and the replies to the message.
pub(super) async fn press(answering: &Answering, query: &CallbackQuery) -> (String, Vec<Reply>) {
    let Some(message) = query.regular_message() else {
        return (
            "This message is too old for its buttons. Send a command instead: /help lists them.".to_owned(),
            Vec::new(),
        );
    };
    let Some((verb, id)) = query.data.as_deref().and_then(buttons::read) else {
        return (
            "This button is from another version of plugwatch. Send a command instead: /help lists them.".to_owned(),
            Vec::new(),
        );
    };
    let (now, zone) = (answering.now(), answering.access.zone(&message.chat, Some(&query.from)));
    let done = match answering.access.may(&message.chat, Some(&query.from)) {
        May::Nothing(said) => {
            let said =
                said.unwrap_or_else(|| "plugwatch answers only in the chats that its configuration lists.".to_owned());
            refused(answering, query, verb, said, now).await
        }
        May::Ask(_) if verb == Verb::Why => why(answering, id, now, zone).await,
        May::Ask(said) => refused(answering, query, verb, said, now).await,
        May::Change(who) => change(answering, &who, verb, id, (now, zone)).await,
    };
    done.unwrap_or_else(|No(why)| (why, Vec::new()))
}

type Pressed = Result<(String, Vec<Reply>), No>;

async fn refused(answering: &Answering, query: &CallbackQuery, verb: Verb, said: String, now: Time) -> Pressed {
    let who = answering.access.person(&query.from);
    answering.acts().refuse(&who, &format!("pressed {verb:?}"), now).await?;
    Err(No(said))
}

async fn why(answering: &Answering, id: &str, now: Time, zone: Tz) -> Pressed {
    let dependency = answering.acts().concerned(id).await?;
    let reply = commands::why(answering, &dependency, now, zone).await?;
    Ok(("See below.".to_owned(), vec![reply]))
}

async fn change(answering: &Answering, who: &Person, verb: Verb, id: &str, (now, zone): (Time, Tz)) -> Pressed {
    let acts = answering.acts();
    let said = match verb {
        Verb::Why => return why(answering, id, now, zone).await,
        Verb::Ack => acts.ack(who, Some(id), now).await?,
        Verb::Mute => acts.mute(who, &acts.concerned(id).await?, "1h", "", now).await?,
        Verb::Accept => acts.accept(who, &acts.concerned(id).await?, now).await?,
        Verb::WithUs => acts.attest(who, &acts.concerned(id).await?, false, now).await?,
        Verb::Left => acts.attest(who, &acts.concerned(id).await?, true, now).await?,
        Verb::Confirm => acts.confirm(who, id, now).await?,
        Verb::Answer => acts.answered(who, id, now).await?,
        Verb::Withdraw => acts.withdraw(who, id, now).await?,
    };
    // In a group, everybody sees who did what.
    Ok((said.clone(), vec![Reply::plain(&said)]))
}
