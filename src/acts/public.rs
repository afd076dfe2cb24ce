//! Public incidents: proposed from confirmed failures, written by people.

use super::{Acts, No, Person, Said};
use crate::core::people::public_incident::{Draft, Impact, PublicIncident, StoryState, StoryUpdate};
use crate::core::time::Time;
use crate::core::words::text::{clean, clean_lines};
use crate::core::words::verdict::Verdict;

/// The longest title, in characters: one line, also on a phone.
const LONGEST_TITLE: usize = 120;
/// The longest update, in characters: a paragraph or two.
const LONGEST_UPDATE: usize = 4_000;
/// The longest post-mortem, in bytes: a page or two of Markdown.
const LONGEST_POSTMORTEM: usize = 64 << 10;

/// The content of a new public incident.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Its title.
    pub title: String,
    /// The dependencies it affects, by id or name.
    pub affects: Vec<String>,
    /// Its state, as a word; investigating if none is given.
    pub state: Option<String>,
    /// Its impact, as a word; minor if none is given.
    pub impact: Option<String>,
    /// The text of the first update.
    pub words: String,
}

impl Acts {
    /// Proposed incidents: open failures of dependencies on the public page that nobody has published yet.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn drafts(&self) -> Result<Vec<Draft>, No> {
        let published = self.store.public_incidents().await?;
        let told = |id: &str| published.iter().any(|one| one.cause.as_deref() == Some(id));
        let mut drafts = Vec::new();
        for (dependency, incident) in self.store.open_incidents().await? {
            let gone = matches!(incident.verdict, Verdict::Outage | Verdict::Dropped);
            let Some(label) = self.known.public_label(&dependency).filter(|_| gone && !told(&incident.public_id))
            else {
                continue;
            };
            drafts.push(Draft {
                cause: incident.public_id,
                title: format!("{label} is unavailable"),
                impact: Impact::Major,
                dependency,
                began_at: incident.began_at,
                words: format!("{label} is unavailable at the moment. The cause is being investigated."),
            });
        }
        drafts.sort_by_key(|draft| (draft.began_at, draft.cause.clone()));
        Ok(drafts)
    }

    /// Published incidents, newest first.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn published(&self) -> Result<Vec<PublicIncident>, No> {
        Ok(self.store.public_incidents().await?)
    }

    /// Publishes a draft, with another title or text if given.
    ///
    /// # Errors
    /// Fails if there is no such draft, or the store does not answer.
    pub async fn publish(&self, who: &Person, id: &str, title: &str, words: &str, now: Time) -> Said {
        let drafts = self.drafts().await?;
        let Some(draft) = drafts.iter().find(|draft| draft.cause == id.trim()) else {
            let ids: Vec<&str> = drafts.iter().map(|draft| draft.cause.as_str()).collect();
            let there =
                if ids.is_empty() { "there are no drafts".to_owned() } else { format!("drafts: {}", ids.join(", ")) };
            return Err(No(format!("there is no draft `{}`; {there}", id.trim())));
        };
        let or = |given: String, usual: &str| if given.is_empty() { usual.to_owned() } else { given };
        let incident = PublicIncident {
            public_id: self.ids.next(),
            cause: Some(draft.cause.clone()),
            title: or(clean(title, LONGEST_TITLE), &draft.title),
            impact: draft.impact,
            dependencies: vec![draft.dependency.clone()],
            began_at: draft.began_at,
            postmortem: None,
            updates: vec![update(who, StoryState::Investigating, &or(text(words)?, &draft.words), now)],
        };
        self.store.publish(&incident, &who.via).await?;
        Ok(published(&incident))
    }

    /// Publishes an incident that no check proposed.
    ///
    /// # Errors
    /// Fails if a dependency does not exist or is not public, a word is wrong, or the store does not answer.
    pub async fn open_incident(&self, who: &Person, opening: &Opening, now: Time) -> Said {
        let title = clean(&opening.title, LONGEST_TITLE);
        if title.is_empty() {
            return Err(No("an incident needs a title".to_owned()));
        }
        let words = text(&opening.words)?;
        if words.is_empty() {
            return Err(No("an incident needs a first update: what is wrong, for whom".to_owned()));
        }
        let mut dependencies = Vec::new();
        for name in &opening.affects {
            let thing = self.known.find(name)?;
            if self.known.public_label(&thing.id).is_none() {
                return Err(No(format!("{} is not on the public page; give it `public` first", thing.label)));
            }
            dependencies.push(thing.id.clone());
        }
        if dependencies.is_empty() {
            return Err(No("say what it affects: a dependency that is on the public page".to_owned()));
        }
        let state = opening.state.as_deref().map_or(Ok(StoryState::Investigating), state)?;
        let impact = opening.impact.as_deref().map_or(Ok(Impact::Minor), impact)?;
        let incident = PublicIncident {
            public_id: self.ids.next(),
            cause: None,
            title,
            impact,
            dependencies,
            began_at: now,
            postmortem: None,
            updates: vec![update(who, state, &words, now)],
        };
        self.store.publish(&incident, &who.via).await?;
        Ok(published(&incident))
    }

    /// Adds an update to a published incident.
    ///
    /// # Errors
    /// Fails if there is no such incident or state, the text is empty, or the store does not answer.
    pub async fn update_incident(&self, who: &Person, id: &str, word: &str, words: &str, now: Time) -> Said {
        let all = self.published().await?;
        let incident = find(&all, id)?;
        let state = state(word)?;
        let words = text(words)?;
        if words.is_empty() {
            return Err(No("an update needs a text: what is known now".to_owned()));
        }
        self.store.say_more(&incident.public_id, &update(who, state, &words, now), &who.via).await?;
        Ok(format!("{}: {state}. It is on the public page: /incidents/{}", incident.title, incident.public_id))
    }

    /// Publishes a post-mortem, in Markdown, of an incident that is over.
    ///
    /// # Errors
    /// Fails if there is no such incident, it is still open, the text is empty or too long, or the store does not
    /// answer.
    pub async fn postmortem(&self, id: &str, words: &str) -> Said {
        let all = self.published().await?;
        let incident = find(&all, id)?;
        if incident.is_open() {
            return Err(No(format!("{} is not resolved yet; resolve it first", incident.title)));
        }
        if words.trim().is_empty() || words.len() > LONGEST_POSTMORTEM {
            return Err(No(format!("a post-mortem must have a text of at most {} KB", LONGEST_POSTMORTEM >> 10)));
        }
        self.store.keep_postmortem(&incident.public_id, words.trim()).await?;
        Ok(format!("{}: the post-mortem is on the public page: /incidents/{}", incident.title, incident.public_id))
    }
}

fn published(incident: &PublicIncident) -> String {
    format!(
        "Published: {}. It is on the public page: /incidents/{id}. To say more: update {id} identified TEXT",
        incident.title,
        id = incident.public_id
    )
}

fn update(who: &Person, state: StoryState, words: &str, at: Time) -> StoryUpdate {
    StoryUpdate { id: 0, at, state, words: words.to_owned(), by: who.name.clone() }
}

fn text(words: &str) -> Result<String, No> {
    if words.chars().count() > LONGEST_UPDATE {
        return Err(No(format!("an update has at most {LONGEST_UPDATE} characters")));
    }
    Ok(clean_lines(words, LONGEST_UPDATE).trim().to_owned())
}

fn state(word: &str) -> Result<StoryState, No> {
    let words: Vec<&str> = StoryState::ALL.iter().map(|state| state.word()).collect();
    let found = word.trim().to_lowercase().parse();
    found.map_err(|()| No(format!("`{}` is not a state; use one of: {}", word.trim(), words.join(", "))))
}

fn impact(word: &str) -> Result<Impact, No> {
    let words: Vec<&str> = Impact::ALL.iter().map(|impact| impact.word()).collect();
    let found = word.trim().to_lowercase().parse();
    found.map_err(|()| No(format!("`{}` is not an impact; use one of: {}", word.trim(), words.join(", "))))
}

/// The incident with this id; without an id, the only open one.
fn find<'i>(all: &'i [PublicIncident], id: &str) -> Result<&'i PublicIncident, No> {
    let open: Vec<&PublicIncident> = all.iter().filter(|one| one.is_open()).collect();
    let found = all.iter().find(|one| one.public_id == id.trim());
    found.or(open.first().copied().filter(|_| id.trim().is_empty() && open.len() == 1)).ok_or_else(|| {
        let ids: Vec<String> = open.iter().map(|one| format!("{} ({})", one.public_id, one.title)).collect();
        match (id.trim(), ids.is_empty()) {
            ("", true) => No("no published incident is open; publish a draft or open one first".to_owned()),
            ("", false) => No(format!("several incidents are open; name one of: {}", ids.join(", "))),
            (id, true) => No(format!("there is no published incident `{id}`, and none is open")),
            (id, false) => No(format!("there is no published incident `{id}`; open incidents: {}", ids.join(", "))),
        }
    })
}
