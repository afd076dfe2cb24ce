//! Pings an external dead man's switch (healthchecks.io, "Pinging API": the URL, and `/fail` with the reason as the
//! body). The switch notifies people if plugwatch itself stops.

use super::http::{ask, client};
use crate::core::words::question::Secret;

/// The dead man's switch.
pub struct Heartbeat {
    client: reqwest::Client,
    url: Secret,
}

impl Heartbeat {
    /// Creates a heartbeat that pings this URL.
    ///
    /// # Errors
    /// Fails if the HTTP client cannot be built.
    pub fn new(url: Secret) -> Result<Heartbeat, String> {
        Ok(Heartbeat { client: client()?, url })
    }

    /// Sends one ping: either that plugwatch works, or what is wrong.
    ///
    /// # Errors
    /// Fails if the ping was not accepted. The error says why and never contains the URL.
    pub async fn beat(&self, wrong: Option<&str>) -> Result<(), String> {
        let url = self.url.open().trim_end_matches('/');
        let request = match wrong {
            None => self.client.get(url),
            Some(why) => self.client.post(format!("{url}/fail")).body(why.to_owned()),
        };
        match ask(request, "the dead-man's switch").await {
            Ok(reply) if (200..300).contains(&reply.status) => Ok(()),
            Ok(reply) => Err(format!("the dead-man's switch answered {}", reply.status)),
            Err(_) => Err("the dead-man's switch cannot be reached".to_owned()),
        }
    }
}
