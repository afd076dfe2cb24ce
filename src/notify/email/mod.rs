//! E-mail through an SMTP server.

mod sender;
mod table;

pub(super) use table::read;
pub use table::{Security, Settings};

use std::sync::Arc;

use super::settings::{self, Carrier, Sender, unset};
use super::shared::Shared;
use crate::core::words::question::Key;
use sender::Email;

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        self.to.clone()
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        self.login.iter().map(|(_, password)| ("password", password)).collect()
    }

    fn off(&self) -> Option<String> {
        unset(&self.keys()).or_else(|| self.to.is_empty().then(|| "`to` is empty".to_owned()))
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host(self.server.clone()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Email::new(self)?))
    }
}
