//! `/update`: incidents on the public page.

use crate::acts::{Acts, No, Person, Said};
use crate::core::people::public_incident::StoryState;
use crate::core::time::Time;

/// The usage; every error ends with it.
const HOW: &str = "/update publish DRAFT TEXT publishes a draft, /update ID STATE TEXT adds an update; STATE is \
                   investigating, identified, monitoring or resolved.";

/// Handles `/update`, `/update publish DRAFT TEXT` and `/update ID STATE TEXT`; the id can be left out if one
/// incident is open.
pub(super) async fn update(acts: &Acts, who: &Person, text: &str, now: Time) -> Said {
    let (first, rest) = two(text);
    let is_state = first.parse::<StoryState>().is_ok();
    match first.to_lowercase().as_str() {
        "" => list(acts).await,
        "publish" => {
            let (draft, words) = two(rest);
            acts.publish(who, draft, "", words, now).await
        }
        state if is_state => acts.update_incident(who, "", state, rest, now).await,
        _ => {
            let (state, words) = two(rest);
            acts.update_incident(who, first, state, words, now).await.map_err(|No(why)| No(format!("{why}. {HOW}")))
        }
    }
}

async fn list(acts: &Acts) -> Said {
    let mut lines = Vec::new();
    for draft in acts.drafts().await? {
        lines.push(format!("Draft {}: {}\n/update publish {}", draft.cause, draft.words, draft.cause));
    }
    for one in acts.published().await?.iter().filter(|one| one.is_open()) {
        lines.push(format!("{}: {}, {}", one.public_id, one.title, one.state()));
    }
    let none = lines.is_empty().then(|| "No drafts, and no published incident is open.".to_owned());
    lines.extend(none);
    lines.push(HOW.to_owned());
    Ok(lines.join("\n"))
}

fn two(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()))
}
