//! The configuration of a scenario, with the files that it names.

use std::collections::BTreeMap;
use std::path::Path;

use super::scenario::Scenario;
use crate::config::Config;
use crate::engine::Logged;

/// The files that the text of a configuration refers to.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// The scenario's name.
    pub(super) name: String,
    /// The scenario's own vendor files, as name and text.
    pub(super) catalog: Vec<(String, String)>,
    /// Secrets that need a certain format, by the name after `KEY_`.
    pub(super) secrets: BTreeMap<String, String>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Files {
    pub(super) fn of(scenario: &Scenario) -> Files {
        let (name, catalog, secrets) = (&scenario.name, &scenario.catalog, &scenario.world.secrets);
        Files { name: name.clone(), catalog: catalog.clone(), secrets: secrets.clone() }
    }

    /// The first line of an event log: it names these files.
    pub(super) fn event(self) -> Logged {
        Logged::Scenario { name: self.name, catalog: self.catalog, secrets: self.secrets }
    }

    /// Reads the configuration with the text `own`; its database and keys are in `folder`.
    ///
    /// # Errors
    /// Fails if the configuration is invalid, or `folder` cannot be written.
    pub(super) fn configuration(&self, own: &str, folder: &Path) -> Result<Config, String> {
        std::fs::write(folder.join("key"), "not-a-real-key-for-anything").map_err(text)?;
        let overlay = folder.join("catalog");
        let mut head = format!("database = {:?}\n", folder.join("bench.db").display().to_string());
        if !self.catalog.is_empty() {
            std::fs::create_dir_all(&overlay).map_err(text)?;
            head = format!("catalog = {:?}\n{head}", overlay.display().to_string());
        }
        for (name, file) in &self.catalog {
            std::fs::write(overlay.join(format!("{name}.toml")), file).map_err(text)?;
        }
        let key = format!("{{ file = {:?} }}", folder.join("key").display().to_string());
        let mut own = own.to_owned();
        for (name, secret) in &self.secrets {
            let file = folder.join(format!("key_{name}"));
            std::fs::write(&file, secret).map_err(text)?;
            own = own.replace(&format!("KEY_{name}"), &format!("{{ file = {:?} }}", file.display().to_string()));
        }
        let text_of = format!("{head}{}", own.replace("KEY", &key));
        Config::read(format!("{}.toml", self.name), text_of).map_err(text)
    }
}
