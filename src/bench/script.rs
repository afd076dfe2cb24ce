//! Answers questions according to the modes that a scenario sets.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::stand_in::{self, StandIn};
use super::world::World;
use crate::ask::Script;
use crate::core::time::Time;
use crate::core::time::schedule::stable;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::Question;

/// The actor for plugwatch's own network, which all questions go through.
const UPLINK: &str = "uplink";
/// The actor for the reference hosts.
const ANCHORS: &str = "anchors";

/// A script whose modes can be changed while it is in use.
pub struct Scripted {
    world: World,
    /// The time at which the scenario begins.
    begins: Time,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Modes by actor; several modes answer alternately.
    modes: HashMap<String, Vec<String>>,
    /// The number of questions to each actor since its modes were set.
    asked: HashMap<String, usize>,
    /// Controls that the world does not name.
    stand_ins: Vec<StandIn>,
    /// Hosts for which no actor answered, for the report.
    lost: Vec<String>,
}

impl Scripted {
    /// A script for this world, with every actor in its usual mode.
    pub fn new(world: World) -> Scripted {
        Scripted { world, begins: super::begin::usual(), state: Mutex::default() }
    }

    /// The same script for a scenario that begins at `begins`.
    pub fn beginning(self, begins: Time) -> Scripted {
        Scripted { begins, ..self }
    }

    /// Sets the controls that the catalogue has and the world does not name: questions to them are answered like those
    /// to the check's first control.
    pub fn compare(&self, stand_ins: Vec<StandIn>) {
        self.lock().stand_ins = stand_ins;
    }

    /// Sets the modes of actors from now on.
    pub fn set(&self, modes: &[(String, Vec<String>)]) {
        let mut state = self.lock();
        for (actor, modes) in modes {
            state.modes.insert(actor.clone(), modes.clone());
            state.asked.remove(actor);
        }
    }

    /// Hosts for which no actor answered: a fault of the scenario.
    pub fn lost(&self) -> Vec<String> {
        self.lock().lost.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mode of an actor for its next answer.
    fn mode(&self, actor: &str, usually: &str) -> String {
        let mut state = self.lock();
        let count = state.asked.entry(actor.to_owned()).or_default();
        let turn = *count;
        *count += 1;
        state.modes.get(actor).map_or_else(|| usually.to_owned(), |modes| modes[turn % modes.len()].clone())
    }

    /// The failure that plugwatch's own network causes for a question, if it is not sound.
    fn uplink(&self, question: &Question) -> Option<Answer> {
        let mode = self.mode(UPLINK, "sound");
        let failed = |failure| Some(broken(question, failure));
        match mode.as_str() {
            "dead" => failed(Failure::ConnectTimeout),
            "no_dns" => failed(Failure::DnsFailed),
            // A captive portal answers instead of every host, without the hosts' certificates.
            "portal" => failed(Failure::TlsWrongName),
            "wrong_clock" => failed(Failure::TlsExpired),
            // Half of all hosts cannot be reached, always the same half.
            "half" if stable(question.host()).is_multiple_of(2) => failed(Failure::ConnectTimeout),
            _ => None,
        }
    }
}

/// A failed answer to any question.
fn broken(question: &Question, failure: Failure) -> Answer {
    let mut answer = Answer::failed(question.shown(), failure, "");
    if matches!(question, Question::Dns(_)) {
        answer.said.insert("dns".to_owned(), serde_json::json!({ "walk_failed": "timeout" }));
    }
    answer
}

impl Script for Scripted {
    fn answer(&self, question: &Question, now: Time) -> Answer {
        if let Some(answer) = self.uplink(question) {
            return answer;
        }
        let stand_in = stand_in::of(&self.lock().stand_ins, question, &self.world).cloned();
        let first = stand_in.as_ref().map(|one| one.ask(question));
        let asked = first.as_ref().unwrap_or(question);
        let found = self.world.route(asked).and_then(|route| {
            let mode = self.mode(&route.actor, &route.usually);
            self.world.answer(&route.actor, &mode, asked, now.since(self.begins))
        });
        let found = match stand_in {
            Some(one) => found.map(|answer| one.answer(answer)),
            None => found,
        };
        found.unwrap_or_else(|| {
            let mut state = self.lock();
            if !state.lost.iter().any(|host| host == question.host()) {
                state.lost.push(question.host().to_owned());
            }
            broken(question, Failure::NotAsked)
        })
    }

    fn knows(&self, question: &Question) -> bool {
        self.world.route(question).is_some()
    }

    fn anchors(&self) -> Vec<Result<(), Failure>> {
        let uplink = self.mode(UPLINK, "sound");
        let anchors = self.mode(ANCHORS, "live");
        let silent = Err(Failure::ConnectTimeout);
        match (uplink.as_str(), anchors.as_str()) {
            ("portal", _) => vec![Err(Failure::TlsWrongName); 3],
            ("wrong_clock", _) => vec![Err(Failure::TlsExpired); 3],
            ("dead", _) | (_, "dead") => vec![silent; 3],
            (_, "one_dead") => vec![Ok(()), silent, Ok(())],
            (_, "one_left") => vec![silent, Ok(()), silent],
            _ => vec![Ok(()); 3],
        }
    }
}
