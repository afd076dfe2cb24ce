//! Badges: the state of the whole page or one component, as a picture for a README, and as JSON for shields.io.

use minijinja::{Environment, context};
use serde_json::{Value, json};

use super::state::{Indicator, PublicState};
use super::texts::Texts;
use super::view::{Component, View};
use crate::core::platform::public::Language;

/// What a badge shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    label: String,
    message: String,
    colour: &'static str,
    is_error: bool,
}

const GREEN: &str = "#1a7f37";
const AMBER: &str = "#8a6100";
const RED: &str = "#b42318";
const GREY: &str = "#57606a";

impl Badge {
    /// The badge for the whole page.
    pub fn of(view: &View, language: Language) -> Badge {
        let colour = match view.indicator {
            _ if view.stale || view.components.is_empty() => GREY,
            Indicator::None => GREEN,
            Indicator::Maintenance | Indicator::Minor => AMBER,
            Indicator::Major | Indicator::Critical => RED,
        };
        let message = Texts::of(language).headline(view).to_owned();
        Badge { label: view.name.clone(), message, colour, is_error: colour == RED }
    }

    /// The badge for one component.
    pub fn of_one(component: &Component, language: Language) -> Badge {
        let colour = match component.state {
            PublicState::Operational => GREEN,
            PublicState::Limited | PublicState::Maintenance => AMBER,
            PublicState::Unchecked => GREY,
            PublicState::Partial | PublicState::Unavailable => RED,
        };
        let message = Texts::of(language).state(component.state).to_owned();
        Badge { label: component.label.clone(), message, colour, is_error: colour == RED }
    }

    /// The endpoint format of shields.io: <https://shields.io/badges/endpoint-badge>.
    pub fn shields(&self) -> Value {
        json!({
            "schemaVersion": 1, "label": self.label, "message": self.message,
            "color": self.colour.trim_start_matches('#'), "isError": self.is_error, "cacheSeconds": 300,
        })
    }

    /// The picture as SVG.
    pub fn svg(&self) -> String {
        let (left, right) = (wide(&self.label), wide(&self.message));
        let mut env = Environment::new();
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        let context = context! {
            label => self.label, message => self.message, colour => self.colour, left, right, all => left + right,
            left_middle => left / 2, right_middle => left + right / 2,
        };
        let svg = env.render_str(include_str!("templates/badge.svg"), context);
        svg.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
    }
}

/// The maximum width of a text at 11 px. Each reader's device uses its own font, so the picture fits the text to this
/// width.
fn wide(text: &str) -> usize {
    14 + text.chars().map(|c| if c.is_ascii() { 7 } else { 8 }).sum::<usize>()
}
