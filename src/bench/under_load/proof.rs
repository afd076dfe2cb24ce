//! Checks that a row is valid: every answer that the servers gave must be in the history, and every wrong one with
//! a verdict other than `live`.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::sleep;

use super::configuration::{Place, number};
use super::server::{Answered, Noted};
use super::servers::Servers;
use crate::store::{Store, Tally};

/// How many times to look for the answers: they are stored within half a second, on a busy machine within a few.
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Compares the servers' records with the history, after the servers were frozen.
///
/// # Errors
/// Fails if they differ; the error says how.
pub async fn everything_is_stored(servers: &mut Servers, place: &Place) -> Result<Noted, String> {
    let mut differs = String::new();
    for _ in 0..PATIENCE {
        sleep(PAUSE).await;
        let noted = servers.noted().await?;
        let store = Store::measured(&place.database).await.map_err(|error| error.to_string())?;
        let stored = store.tallies().await.map_err(|error| error.to_string());
        store.close().await;
        match compare(&noted.answers, &stored?) {
            Ok(()) => return Ok(noted),
            Err(why) => differs = why,
        }
    }
    Err(differs)
}

/// Waits until all answers so far are stored, so that the bytes of the first round do not count as measured.
///
/// # Errors
/// Fails if some are not stored in time.
pub async fn start_is_stored(servers: &mut Servers, place: &Place) -> Result<(), String> {
    let answered = servers.count().await?.answers;
    for _ in 0..PATIENCE {
        let store = Store::measured(&place.database).await.map_err(|error| error.to_string())?;
        let stored = store.tallies().await.map_err(|error| error.to_string());
        store.close().await;
        let looks: i64 = stored?.iter().map(|tally| tally.looks).sum();
        if looks.unsigned_abs() >= answered {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    Err(format!("some of the {answered} answers of the first round are not stored"))
}

/// Compares the stored checks with the answers: the counts of each check must match, and each wrong answer must have
/// a verdict other than `live`.
fn compare(answers: &[Answered], stored: &[Tally]) -> Result<(), String> {
    let by_number: HashMap<usize, &Tally> =
        stored.iter().filter_map(|tally| Some((number(&tally.dependency)? as usize, tally))).collect();
    for (number, answered) in answers.iter().enumerate() {
        let (looks, unlike_live) = by_number.get(&number).map_or((0, 0), |tally| (tally.looks, tally.unlike_live));
        if looks.unsigned_abs() != answered.all {
            return Err(format!("check {number} was answered {} times and is stored {looks} times", answered.all));
        }
        if unlike_live.unsigned_abs() != answered.wrong {
            let wrong = answered.wrong;
            return Err(format!(
                "check {number} was answered wrongly {wrong} times, and {unlike_live} of these answers were detected"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(looks: i64, unlike_live: i64) -> Vec<Tally> {
        vec![Tally { dependency: "d0".to_owned(), looks, unlike_live }]
    }

    #[test]
    fn a_row_with_a_lost_answer_or_an_unnoticed_one_is_void() {
        let answers = [Answered { all: 5, wrong: 1 }];
        assert_eq!(compare(&answers, &tally(5, 1)), Ok(()));
        assert_eq!(compare(&answers, &tally(4, 1)).unwrap_err(), "check 0 was answered 5 times and is stored 4 times");
        assert!(compare(&answers, &tally(5, 0)).is_err());
        assert!(compare(&answers, &tally(5, 2)).is_err());
        assert!(compare(&answers, &[]).is_err());
    }
}
