//! Public ids: random, so that they do not reveal how many there are.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The source of public ids.
#[derive(Clone, Debug)]
pub enum Ids {
    /// The system's random numbers.
    Random,
    /// Consecutive numbers, for tests that compare texts.
    Counting(Arc<AtomicU64>),
    /// The ids of an event log, in its order.
    Given(Arc<Mutex<VecDeque<String>>>),
}

impl Ids {
    /// A source that returns these ids, one after the other.
    pub fn given(ids: Vec<String>) -> Ids {
        Ids::Given(Arc::new(Mutex::new(ids.into())))
    }

    /// A new id, such as `pw-7f3kq2m9x4`.
    pub fn next(&self) -> String {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut number = match self {
            // If the system returns no random number, 0 is used.
            Ids::Random => getrandom::u64().unwrap_or(0),
            Ids::Given(ids) => {
                let next = ids.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                return next.unwrap_or_else(|| "pw-none".to_owned());
            }
            Ids::Counting(last) => return format!("pw-{}", last.fetch_add(1, Ordering::SeqCst) + 1),
        };
        let mut id = String::from("pw-");
        for _ in 0..10 {
            id.push(char::from(LETTERS[(number % 32) as usize]));
            number /= 32;
        }
        id
    }
}
